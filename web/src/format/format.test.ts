import { describe, expect, it } from "vitest";
import { formatPhone, parsePhone } from "./phone";
import { countdown, dayTitle, listTime, relativeTime } from "./time";
import { parseWhatsApp } from "./whatsappText";

describe("formatPhone", () => {
  it.each([
    ["5491155556666", "+54 9 11 5555-6666"],
    ["5493415556666", "+54 9 341 555-6666"],
    ["5215512345678", "+52 55 1234 5678"],
    ["525512345678", "+52 55 1234 5678"],
    ["522221234567", "+52 222 123 4567"],
    ["5511987654321", "+55 11 98765-4321"],
    ["551187654321", "+55 11 8765-4321"],
    ["573001234567", "+57 300 123 4567"],
    ["34600123456", "+34 600 123 456"],
    ["12025550123", "+1 202 555-0123"],
    ["4915112345678", "+4915112345678"],
    ["+5491155556666", "+54 9 11 5555-6666"],
    ["lid:77", "lid:77"],
    ["", ""],
  ])("%s", (digits, shown) => {
    expect(formatPhone(digits)).toBe(shown);
  });
});

describe("parsePhone", () => {
  it.each([
    ["+54 9 11 5555-6666", "5491155556666"],
    ["(55) 11 98765.4321", "5511987654321"],
    ["0052 55 1234 5678", "525512345678"],
    ["055 1234 5678", null],
    ["12345", null],
    ["+54 9 11 abcd", null],
    ["1234567890123456", null],
    ["", null],
  ])("%s", (typed, digits) => {
    expect(parsePhone(typed)).toBe(digits);
  });
});

const now = new Date(2026, 10, 23, 10, 5).getTime();
const minute = 60_000;
const day = 86_400_000;

describe("times", () => {
  it.each([
    ["es", 0, "ahora"],
    ["es", -5 * minute, "hace 5 minutos"],
    ["es", -60 * minute, "hace 1 hora"],
    ["es", -day, "ayer"],
    ["en", -3 * 60 * minute, "3 hours ago"],
    ["pt", 2 * minute, "em 2 minutos"],
    ["en", -400 * day, "last year"],
  ])("%s %d", (locale, offset, text) => {
    expect(relativeTime(locale, now + offset, now)).toBe(text);
  });

  it("shows a list's time by how long ago it was", () => {
    expect(listTime("es", now - 5 * minute, now)).toBe("10:00");
    expect(listTime("es", now - 20 * 60 * minute, now)).toBe("ayer");
    expect(listTime("es", now - 3 * day, now)).toBe("viernes");
    expect(listTime("es", now - 40 * day, now)).toBe("14/10/26");
  });

  it("names a thread's days", () => {
    expect(dayTitle("es", now, now)).toBe("hoy");
    expect(dayTitle("en", now - day, now)).toBe("yesterday");
    expect(dayTitle("es", now - 400 * day, now)).toContain("2025");
  });

  it("counts down and never below zero", () => {
    expect([countdown(65), countdown(41.2), countdown(0.4), countdown(-3)]).toEqual([
      "1:05",
      "0:42",
      "0:01",
      "0:00",
    ]);
  });
});

describe("parseWhatsApp", () => {
  const kinds = (text: string, slots = false) => parseWhatsApp(text, slots).map((p) => `${p.kind}:${p.text}`);
  it.each([
    ["plain", ["text:plain"]],
    ["a *bold* b", ["text:a ", "bold:bold", "text: b"]],
    ["_i_ ~s~ ```c```", ["italic:i", "text: ", "strike:s", "text: ", "code:c"]],
    ["2*3*4 and snake_case_name", ["text:2*3*4 and snake_case_name"]],
    ["* not bold *", ["text:* not bold *"]],
    ["see https://a.example/x?y=1.", ["text:see ", "link:https://a.example/x?y=1", "text:."]],
    ["javascript:alert(1)", ["text:javascript:alert(1)"]],
    ["<b>{{ x }}</b>", ["text:<b>{{ x }}</b>"]],
    ["", []],
  ])("%s", (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it("shows a flow's slots, also between marks", () => {
    expect(kinds("Hola {{ nombre }}, folio *{{ folio }}*", true)).toEqual([
      "text:Hola ",
      "slot:nombre",
      "text:, folio ",
      "slot:folio",
    ]);
  });

  it("answers at once on hostile text", () => {
    const started = performance.now();
    for (const text of [
      "*".repeat(4096),
      "*a".repeat(2048),
      "{{".repeat(2048),
      `_${" a".repeat(2000)}`,
      "`".repeat(4096),
    ]) {
      expect(
        parseWhatsApp(text, true)
          .map((p) => p.text)
          .join("").length,
      ).toBeGreaterThan(0);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

import { describe, expect, it } from "vitest";
import type { Message, TraceStep } from "../api/types";
import { askedAt, reasonsOf } from "./reasonsOf";

const step = (id: string, sent: string[], ...sentences: string[]): TraceStep => ({
  at: "2026-11-23T16:00:00Z",
  input: { type: "message", id },
  events: sentences.map((sentence) => ({ kind: "node_entered", sentence })),
  effects: [],
  sent,
});
const message = (id: string, direction: "in" | "out", author: string): Message => ({
  id,
  direction,
  author,
  content: { kind: "text", text: "x" },
  at: "2026-11-23T16:00:00Z",
});

const steps = [
  step("m1", ["o1", "o2"], "Empieza el flujo", "Paso menú", "Paso menú", "Espera"),
  step("m2", [], "Sin respuesta: atiende una persona"),
  { ...step("m3", ["o3"], "Recordatorio"), input: { type: "timer", id: "m2" } },
];

describe("the reasons of", () => {
  it.each([
    ["each bubble of an answer", message("o2", "out", "flow"), ["Empieza el flujo", "Paso menú", "Espera"]],
    ["silence", message("m2", "in", "customer"), ["Sin respuesta: atiende una persona"]],
    ["what a timer led to", message("o3", "out", "flow"), ["Recordatorio"]],
    ["what is not kept any more", message("old", "out", "flow"), []],
    ["an id of ours is none of the customer's", message("o1", "in", "customer"), []],
  ])("%s", (_, of, want) => expect(reasonsOf(steps, [of])).toEqual(want));

  it("lines written in one breath are those of the first", () => {
    const burst = [message("m2b", "in", "customer"), message("m2", "in", "customer")] as const;
    expect(reasonsOf(steps, burst)).toEqual(["Sin respuesta: atiende una persona"]);
  });
});

describe("why is asked", () => {
  const thread = [
    message("m1", "in", "customer"),
    message("o1", "out", "flow"),
    message("o2", "out", "flow"),
    message("m2", "in", "customer"),
    message("m3", "in", "customer"),
    message("p1", "out", "u-1"),
    message("m4", "in", "customer"),
  ];
  it.each([
    ["not of what the bot answered", 0, undefined],
    ["of what the bot said", 1, ["o1"]],
    ["of each thing that it said", 2, ["o2"]],
    ["not within what was written in a row", 3, undefined],
    ["of all of a row that a person answered", 4, ["m3", "m2"]],
    ["not of what a person said", 5, undefined],
    ["of what nobody answered", 6, ["m4"]],
    ["not beyond the end", 7, undefined],
  ])("%s", (_, at, want) => expect(askedAt(thread, at)?.map((m) => m.id)).toEqual(want));
});

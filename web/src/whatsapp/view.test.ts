import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { ChannelState } from "../api/types";
import es from "../i18n/es";
import { statusSentence } from "./statusSentence";
import { mergeReply } from "./useChannel";
import { hasCredentials, viewOf } from "./view";

const type = "WHATSAPP_BAILEYS" as const;
const at = "2026-11-23T10:00:00Z";

describe("viewOf", () => {
  const cases: [string, ChannelState, string][] = [
    ["never activated", { type, status: "inactive" }, "off"],
    ["waiting for the first code", { type, status: "connecting" }, "preparing"],
    ["a code on screen", { type, status: "connecting", qr: "2@x", expiresAt: at }, "scan"],
    [
      "a passkey beats the code",
      { type, status: "connecting", qr: "2@x", expiresAt: at, reason: "passkey_required" },
      "passkey",
    ],
    ["stored credentials", { type, status: "connecting", reason: "restoring" }, "restoring"],
    ["a number and no reason", { type, status: "connecting", number: "5491155556666" }, "restoring"],
    ["a lost connection", { type, status: "connecting", number: "5491155556666", attempt: 3 }, "retrying"],
    ["connected", { type, status: "active", number: "5491155556666" }, "active"],
    ["given up", { type, status: "error", reason: "unreachable" }, "error"],
  ];
  it.each(cases)("%s", (_, state, kind) => {
    expect(viewOf(state).kind).toBe(kind);
  });
});

describe("hasCredentials", () => {
  it("is so after deactivating and not after the phone unlinked us", () => {
    expect(hasCredentials({ type, status: "inactive", reason: "deactivated", number: "549" })).toBe(true);
    expect(hasCredentials({ type, status: "inactive", reason: "logged_out", number: "549" })).toBe(false);
    expect(hasCredentials({ type, status: "inactive" })).toBe(false);
  });
});

describe("statusSentence", () => {
  beforeAll(() => i18next.init({ lng: "es", resources: { es: { translation: es } } }));
  const say = (state: ChannelState) => statusSentence(i18next.t, state);

  it("has a sentence for every reason", () => {
    for (const [reason, sentence] of Object.entries(es.channel.reason))
      expect(say({ type, status: "error", reason })).toBe(sentence);
  });

  it("takes the server's sentence for a reason that is newer than the panel", () => {
    expect(say({ type, status: "error", reason: "moon_phase", message: "La luna no ayuda." })).toBe(
      "La luna no ayuda.",
    );
    expect(say({ type, status: "error", reason: "moon_phase" })).toBe(es.channel.status.error);
  });

  it("names the number", () => {
    expect(say({ type, status: "active", number: "5491155556666" })).toBe(
      "Conectado como +54 9 11 5555-6666",
    );
  });
});

describe("mergeReply", () => {
  const shown: ChannelState = { type, status: "connecting", qr: "2@two", expiresAt: "2026-11-23T10:00:40Z" };
  it("does not bring back a code older than the one that an event brought", () => {
    const reply = { status: "connecting", qr: "2@one", expiresAt: "2026-11-23T10:00:20Z" };
    expect(mergeReply(shown, reply, type)).toBe(shown);
    expect(mergeReply(undefined, reply, type)).toMatchObject({ qr: "2@one" });
    expect(mergeReply({ type, status: "inactive", lastConnection: at }, reply, type)).toMatchObject({
      qr: "2@one",
      lastConnection: at,
    });
  });
  it("takes an answer that is active already", () => {
    expect(mergeReply(shown, { status: "active", number: "549" }, type)).toEqual({
      type,
      status: "active",
      number: "549",
    });
  });
});

import { describe, expect, it } from "vitest";
import type { ChannelState } from "../api/types";
import { foldQR, foldReady, foldStatus } from "./events";

const of = { companyId: "lupita", type: "WHATSAPP_BAILEYS" } as const;
const scanning: ChannelState = {
  type: "WHATSAPP_BAILEYS",
  status: "connecting",
  qr: "2@one",
  expiresAt: "2026-11-23T10:00:20Z",
};
const active: ChannelState = {
  type: "WHATSAPP_BAILEYS",
  status: "active",
  number: "5491155556666",
  name: "Lupita",
  lastConnection: "2026-11-23T10:00:00Z",
};

describe("a status event", () => {
  it("keeps the QR while the same channel goes on waiting", () => {
    expect(foldStatus(scanning, { ...of, status: "connecting" })).toMatchObject({ qr: "2@one" });
  });

  it.each([
    ["another status", { ...of, status: "inactive", reason: "qr_expired" }],
    ["a reason to wait for something else", { ...of, status: "connecting", reason: "passkey_required" }],
    ["a reconnection", { ...of, status: "connecting", attempt: 1, maxAttempts: 10 }],
    ["another type", { ...of, type: "WHATSAPP_WEB", status: "connecting" }],
  ] as const)("drops the QR on %s", (_, event) => {
    expect(foldStatus(scanning, event)).not.toHaveProperty("qr");
  });

  it("keeps whose number it is and forgets what belonged to the old status", () => {
    const lost = foldStatus(active, {
      ...of,
      status: "connecting",
      reason: "unreachable",
      attempt: 3,
      maxAttempts: 10,
      retryAt: "2026-11-23T10:01:00Z",
    });
    expect(lost).toMatchObject({ number: "5491155556666", name: "Lupita", attempt: 3 });
    expect(lost).not.toHaveProperty("companyId");
    const back = foldStatus(lost, { ...of, status: "active" });
    expect(back).toEqual({ ...active, status: "active" });
  });

  it("takes nothing from a channel of another type", () => {
    expect(foldStatus(active, { ...of, type: "WHATSAPP_WEB", status: "inactive" })).toEqual({
      type: "WHATSAPP_WEB",
      status: "inactive",
    });
  });

  it("works before REST answered", () => {
    expect(foldStatus(undefined, { ...of, status: "active" })).toEqual({
      type: "WHATSAPP_BAILEYS",
      status: "active",
    });
  });
});

describe("a qr event", () => {
  it("replaces the code and ends what was retried", () => {
    const next = foldQR(
      { ...scanning, attempt: 2 },
      { ...of, qr: "2@two", expiresAt: "2026-11-23T10:00:40Z" },
    );
    expect(next).toEqual({ ...scanning, qr: "2@two", expiresAt: "2026-11-23T10:00:40Z" });
  });
});

describe("a ready event", () => {
  it("shows the number at once and no code any more", () => {
    const ready = { ...of, number: "5491155556666", name: "Lupita" };
    expect(foldReady(scanning, ready, "2026-11-23T10:00:00Z")).toEqual(active);
  });
});

import type { ChannelState } from "../api/types";

/** What the WhatsApp card shows: one of these at a time. */
export type View =
  | { kind: "active" }
  | { kind: "scan"; qr: string; expiresAt: number }
  | { kind: "preparing" }
  | { kind: "restoring" }
  | { kind: "retrying"; attempt: number; maxAttempts: number | null; retryAt: number | null }
  | { kind: "passkey" }
  | { kind: "off" }
  | { kind: "error" };

export function viewOf(state: ChannelState): View {
  switch (state.status) {
    case "active":
      return { kind: "active" };
    case "inactive":
      return { kind: "off" };
    case "error":
      return { kind: "error" };
    case "connecting":
      break;
  }
  if (state.reason === "passkey_required") return { kind: "passkey" };
  if (state.qr && state.expiresAt)
    return { kind: "scan", qr: state.qr, expiresAt: Date.parse(state.expiresAt) };
  if (state.attempt !== undefined && state.attempt > 0) {
    return {
      kind: "retrying",
      attempt: state.attempt,
      maxAttempts: state.maxAttempts ?? null,
      retryAt: state.retryAt ? Date.parse(state.retryAt) : null,
    };
  }
  if (state.reason === "restoring" || state.number) return { kind: "restoring" };
  return { kind: "preparing" };
}

/** Whether the device is still linked, as far as we know: then activating needs no new code. */
export function hasCredentials(state: ChannelState): boolean {
  return Boolean(state.number) && state.reason !== "logged_out" && state.reason !== "session_lost";
}

/** Reasons with a sentence in the dictionaries; the server may know newer ones. */
export const reasons = [
  "qr_expired",
  "logged_out",
  "replaced",
  "outdated",
  "banned",
  "temporary_ban",
  "unreachable",
  "passkey_required",
  "deactivated",
  "restoring",
  "not_configured",
  "number_in_use",
  "store_failed",
  "session_lost",
  "pairing_failed",
] as const;
export type Reason = (typeof reasons)[number];

export function knownReason(reason: string | undefined): Reason | null {
  return reasons.find((known) => known === reason) ?? null;
}

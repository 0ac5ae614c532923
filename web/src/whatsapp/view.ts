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

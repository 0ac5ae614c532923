import type { TFunction } from "i18next";
import type { ChannelState } from "../api/types";
import { formatPhone } from "../format/phone";
import { viewOf } from "./view";

/** The server's sentence for a reason, in the panel's language; null for one newer than the panel. */
export function reasonSentence(t: TFunction, reason: string | undefined): string | null {
  return (reason && t(`channel.reason.${reason}`, { defaultValue: "" })) || null;
}

/** The channel's state in one sentence: what is so, and why. */
export function statusSentence(t: TFunction, state: ChannelState): string {
  const view = viewOf(state);
  switch (view.kind) {
    case "active":
      return state.number
        ? t("whatsapp.connectedAs", { number: formatPhone(state.number) })
        : t("whatsapp.connected");
    case "scan":
      return t("whatsapp.scanNow");
    case "preparing":
      return t("whatsapp.preparing");
    case "restoring":
      return t("channel.reason.restoring");
    case "passkey":
      return t("channel.reason.passkey_required");
    case "retrying":
      return t("whatsapp.reconnecting");
    case "off":
    case "error":
      return (
        reasonSentence(t, state.reason) ??
        state.message ??
        t(view.kind === "error" ? "channel.status.error" : "whatsapp.never")
      );
  }
}

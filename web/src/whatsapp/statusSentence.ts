import type { TFunction } from "i18next";
import type { ChannelState } from "../api/types";
import { formatPhone } from "../format/phone";
import { knownReason, viewOf } from "./view";

/** The channel's state in one sentence: what is so, and why. */
export function statusSentence(t: TFunction, state: ChannelState): string {
  const reason = knownReason(state.reason);
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
      return t("reason.restoring");
    case "passkey":
      return t("reason.passkey_required");
    case "retrying":
      return t("whatsapp.reconnecting");
    case "off":
    case "error":
      if (reason) return t(`reason.${reason}`);
      if (state.message) return state.message;
      return t(view.kind === "error" ? "whatsapp.failed" : "whatsapp.never");
  }
}

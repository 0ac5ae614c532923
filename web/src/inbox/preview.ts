import type { TFunction } from "i18next";
import type { MessageContent } from "../api/types";
import { parseWhatsApp } from "../format/whatsappText";

const kinds = [
  "image",
  "video",
  "audio",
  "voice",
  "document",
  "sticker",
  "location",
  "contact",
  "reaction",
  "poll",
  "vote",
  "choice",
  "edited",
  "deleted",
  "missed_call",
  "unsupported",
] as const;

const marks: Record<string, string> = {
  image: "📷",
  video: "🎬",
  audio: "🎵",
  voice: "🎤",
  document: "📄",
  sticker: "🏷️",
  location: "📍",
  contact: "👤",
  poll: "📊",
  deleted: "🚫",
  missed_call: "📞",
};

/** "📷 Foto": what a message is that carries no text of its own. */
export function kindLabel(t: TFunction, kind: string): string {
  const known = kinds.find((k) => k === kind);
  if (!known) return t("inbox.kind.unsupported");
  return [marks[known], t(`inbox.kind.${known}`)].filter(Boolean).join(" ");
}

/** A message in one line, as a list shows it. */
export function previewText(t: TFunction, kind: string, text: string | undefined): string {
  const words = parseWhatsApp(text ?? "")
    .map((piece) => piece.text)
    .join("");
  if (kind === "text" || kind === "choice" || kind === "edited") return words;
  return [kindLabel(t, kind), words].filter(Boolean).join(": ");
}

/** The words that a message carries, whatever its kind; empty when there are none. */
export function wordsOf(content: MessageContent): string {
  return (
    content.text ??
    content.media?.caption ??
    content.location?.name ??
    content.contact?.name ??
    content.poll?.question ??
    content.reaction?.emoji ??
    ""
  );
}

const refusals = [
  "not_connected",
  "not_on_whatsapp",
  "rate_limited",
  "account_locked",
  "media_failed",
  "invalid_content",
  "unsupported",
  "rejected",
] as const;

/** Why a message of ours was not sent, by the channel's code. */
export function whyNot(t: TFunction, code: string): string {
  const known = refusals.find((c) => c === code);
  return known ? t(`inbox.why.${known}`) : t("inbox.status.failed");
}

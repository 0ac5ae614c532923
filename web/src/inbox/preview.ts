import type { TFunction } from "i18next";
import type { MessageContent, MessageKind } from "../api/types";
import { formatPhone } from "../format/phone";
import { countdown } from "../format/time";
import { parseWhatsApp } from "../format/whatsappText";

// A kind that the API adds does not compile until it has its line here.
const marks: Record<MessageKind, string> = {
  text: "",
  image: "📷",
  video: "🎬",
  audio: "🎵",
  voice: "🎤",
  document: "📄",
  sticker: "🏷️",
  location: "📍",
  contact: "👤",
  reaction: "",
  poll: "📊",
  vote: "🗳️",
  choice: "",
  edited: "",
  deleted: "🚫",
  missed_call: "📞",
  unsupported: "",
};

const known = (kind: string): kind is MessageKind => Object.hasOwn(marks, kind);

/** Kinds whose words are all there is to show. */
export const isPlain = (kind: string): boolean => kind === "text" || kind === "choice" || kind === "edited";

/** "📷 Foto": what a message is that carries no text of its own. */
export function kindLabel(t: TFunction, kind: string): string {
  if (!known(kind)) return t("inbox.kind.unsupported");
  return [marks[kind], t(`inbox.kind.${kind}`)].filter(Boolean).join(" ");
}

/** A message in one line, as a list shows it. */
export function previewText(t: TFunction, kind: string, text: string | undefined): string {
  const words = parseWhatsApp(text ?? "")
    .map((piece) => piece.text)
    .join("");
  if (isPlain(kind) && words !== "") return words;
  return [kindLabel(t, kind), words].filter(Boolean).join(": ");
}

/** "🎤 Mensaje de voz · 0:12": the heading of a message that is more than words. */
export function titleOf(t: TFunction, content: MessageContent): string {
  const { kind, media } = content;
  if (kind === "missed_call" && content.video) return `${marks.missed_call} ${t("inbox.missedVideo")}`;
  if (kind === "reaction" && !content.reaction?.emoji) return t("inbox.reactionGone");
  if (kind === "vote" && !content.vote?.options.length) return `${marks.vote} ${t("inbox.voteGone")}`;
  return [
    kindLabel(t, kind),
    media?.album ? t("inbox.album") : "",
    media?.viewOnce ? t("inbox.viewOnce") : "",
    media?.seconds ? countdown(media.seconds) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The words that a message carries, whatever its kind; empty when there are none. */
export function wordsOf(content: MessageContent): string {
  return (
    content.text ??
    content.media?.caption ??
    content.location?.name ??
    content.contact?.name ??
    content.poll?.question ??
    content.vote?.options.join(", ") ??
    content.reaction?.emoji ??
    ""
  );
}

/** What stands small beside the words: a file's name, an address, a contact's number. */
export function detailOf({ media, location, contact }: MessageContent): string {
  if (location) {
    return location.address ?? `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`;
  }
  return media?.filename ?? (contact?.phone ? formatPhone(contact.phone) : "");
}

/** Id of the message that a message speaks of: the one it answers, changes, or reacts to. */
export function targetOf(message: { quoted?: string; content: MessageContent }): string | undefined {
  const { target, reaction, vote } = message.content;
  return message.quoted || target || reaction?.target || vote?.poll || undefined;
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

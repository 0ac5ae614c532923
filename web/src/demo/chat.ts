import type { PhoneMessage } from "../api/demo";

/** Puts what a poll brought into what is shown: new messages, and old ones whose ticks moved on. */
export function merge(shown: PhoneMessage[], news: PhoneMessage[]): PhoneMessage[] {
  if (news.length === 0) return shown;
  const bySeq = new Map(shown.map((message) => [message.seq, message]));
  for (const message of news) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * From where to ask next: after everything that cannot change any more. A
 * message of the phone's owner changes until it was read.
 */
export function nextAfter(shown: PhoneMessage[]): number {
  const open = shown.slice(-30).find((message) => message.fromMe && message.status !== "read");
  const last = shown.at(-1)?.seq ?? 0;
  return open ? open.seq - 1 : last;
}

import type { Message, TraceStep } from "../api/types";

/** Messages to ask about, all in one direction. */
export type Asked = readonly [Message, ...Message[]];

/**
 * What to ask why of at a place of a thread: what the bot said there, or what
 * customers wrote in a row up to there that the bot said nothing to. The engine
 * takes lines written in one breath as one, under the first one's id.
 */
export function askedAt(messages: Message[], i: number): Asked | undefined {
  const message = messages[i];
  if (message === undefined) return undefined;
  if (message.direction === "out") return message.author === "flow" ? [message] : undefined;
  const next = messages[i + 1];
  if (next?.direction === "in" || next?.author === "flow") return undefined;
  const start = messages.findLastIndex((m, n) => n < i && m.direction === "out") + 1;
  return [message, ...messages.slice(start, i)];
}

/** The sentences of the steps that the messages came of, or that were taken for them. */
export function reasonsOf(steps: TraceStep[], asked: Asked): string[] {
  const ids = new Set<unknown>(asked.map((message) => message.id));
  const about = steps.filter((step) =>
    asked[0].direction === "out"
      ? step.sent.some((id) => ids.has(id))
      : step.input?.type === "message" && ids.has(step.input.id),
  );
  const sentences = about.flatMap((step) => step.events.map((event) => event.sentence));
  return sentences.filter((sentence, i) => sentence !== sentences[i - 1]);
}

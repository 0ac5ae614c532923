import { jsonMistake } from "./jsonMistake";

/** What was pasted as a definition, or the line (from 1) where it stops being JSON. */
export type Parsed =
  | { ok: true; definition: object }
  | { ok: false; line: number | null; notObject: boolean };

export function parseFlow(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const at = jsonMistake(text);
    return { ok: false, line: at === null ? null : lineOf(text, at), notObject: false };
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ok: true, definition: value }
    : { ok: false, line: null, notObject: true };
}

/** The line of an index; of a text that ends too early, the last line with something on it. */
function lineOf(text: string, at: number): number {
  const before = text.slice(0, at);
  return (at < text.length ? before : before.trimEnd()).split("\n").length;
}

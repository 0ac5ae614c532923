import { cleanup } from "@testing-library/react";
import i18next, { type TFunction } from "i18next";
import { afterEach, describe, expect, it } from "vitest";
import document from "../../openapi.json";
import everyKind from "../../test/mock/kinds.json";
import type { Message, MessageContent } from "../api/types";
import { renderInSpanish } from "../app/render";
import en from "../i18n/en.json";
import es from "../i18n/es.json";
import pt from "../i18n/pt.json";
import { Bubble } from "./Bubble";
import { kindLabel, previewText, titleOf } from "./preview";

afterEach(cleanup);

const kinds = document.components.schemas.ShownContent.properties.kind.enum;
const examples = everyKind as MessageContent[];
const message = (content: MessageContent): Message => ({
  id: "m",
  direction: "in",
  author: "customer",
  content,
  at: "2026-11-23T16:00:00Z",
});

describe.each([
  ["es", es],
  ["en", en],
  ["pt", pt],
])("each kind of message in %s", (language, dictionary) => {
  const words: Record<string, string> = dictionary.inbox.kind;
  const t = i18next.createInstance();
  void t.init({
    lng: language,
    initAsync: false,
    showSupportNotice: false,
    resources: { [language]: { translation: dictionary } },
  });
  const say = t.t as TFunction;

  it.each(kinds)("%s has its words", (kind) => {
    expect(words[kind], `inbox.kind.${kind}`).toBeTruthy();
    expect(kindLabel(say, kind)).toContain(words[kind]);
    expect(previewText(say, kind, undefined), "a list's line when it carries no text").toContain(words[kind]);
    if (kind !== "unsupported") expect(words[kind]).not.toBe(words.unsupported);
  });

  it("has no words for kinds that there are not", () => {
    expect(Object.keys(words).sort()).toEqual([...kinds].sort());
    expect(kindLabel(say, "hologram")).toBe(words.unsupported);
  });

  it.each([
    [{ kind: "missed_call", video: true }, dictionary.inbox.missedVideo],
    [{ kind: "reaction", reaction: { emoji: "", target: "x" } }, dictionary.inbox.reactionGone],
    [{ kind: "vote", vote: { poll: "x", options: [] } }, dictionary.inbox.voteGone],
    [{ kind: "image", media: { viewOnce: true } }, dictionary.inbox.viewOnce],
    [{ kind: "image", media: { album: "a" } }, dictionary.inbox.album],
    [{ kind: "voice", media: { seconds: 65 } }, "1:05"],
  ] as [MessageContent, string][])("%o says %s", (content, words) => {
    expect(titleOf(say, content)).toContain(words);
  });
});

describe("the bubble of each kind", () => {
  it("has an example of each", () => {
    expect(examples.map((content) => content.kind).sort()).toEqual([...kinds].sort());
  });

  it.each(examples.map((content) => [content.kind, content] as const))(
    "%s shows what it carries",
    async (_, content) => {
      const { container } = await renderInSpanish(<Bubble message={message(content)} grouped={false} />);
      const shown = container.textContent ?? "";
      for (const part of carried(content)) expect(shown).toContain(part);
      expect(shown).not.toMatch(/undefined|null|NaN|inbox\./);
    },
  );

  it("shows the message that it speaks of", async () => {
    const about = message({ kind: "text", text: "¿Abren hoy?" });
    const { container } = await renderInSpanish(
      <Bubble message={message({ kind: "deleted", target: "m" })} grouped={false} about={about} />,
    );
    expect(container.textContent).toContain("¿Abren hoy?");
    expect(container.textContent).toContain("Mensaje eliminado");
  });
});

/** Everything in a content that a reader must see. */
function carried(content: MessageContent): string[] {
  const { text, media, location, contact, reaction, poll, vote, ad } = content;
  return [
    text,
    media?.caption,
    media?.filename,
    location?.name,
    location?.address,
    contact?.name,
    contact ? "55 1234 5678" : undefined,
    reaction?.emoji,
    poll?.question,
    ...(poll?.options ?? []),
    ...(vote?.options ?? []),
    ad ? "anuncio" : undefined,
  ].filter((part) => part !== undefined);
}

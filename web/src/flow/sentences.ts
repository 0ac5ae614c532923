/** Conditions, triggers and technical nodes as sentences in the reader's language. */
import type { TFunction } from "i18next";
import type { Condition, FlowDocument, FlowNode, Trigger, Value } from "./document";
import { durationText } from "./duration";

/** Everything a sentence may need. */
export interface Words {
  t: TFunction;
  locale: string;
  flow: FlowDocument;
}

/** "a, b o c" */
export function listText(locale: string, items: string[], type: "conjunction" | "disjunction"): string {
  return new Intl.ListFormat(locale, { type }).format(items);
}

/** In the quotation marks of the reader's language. */
export const quoted =
  ({ t }: Words) =>
  (text: string) =>
    t("flow.quote", { text });

/** A variable's title where the flow gives one. */
export function variable({ flow }: Words, name: string): string {
  return flow.vars?.[name]?.title ?? name;
}

/** A slot of a text by the name of what fills it; one that computes shows how. */
export function slotText(words: Words, expression: string): string {
  const name = /^([a-z_][a-z0-9_]*)\s*(\?\?.*)?$/i.exec(expression)?.[1];
  if (name) return variable(words, name);
  return /^([a-z_][\w.]*)\s*\?\?/i.exec(expression)?.[1] ?? expression;
}

export function valueText(words: Words, value: Value | undefined): string {
  const { t } = words;
  if (value === undefined || value === null) return t("flow.value.nothing");
  if (typeof value === "boolean") return t(value ? "flow.value.yes" : "flow.value.no");
  if (typeof value === "object") return value.expr;
  return typeof value === "number" ? String(value) : quoted(words)(value);
}

export function conditionText(words: Words, condition: Condition): string {
  const { t, locale } = words;
  if ("all" in condition || "any" in condition) {
    const parts = "all" in condition ? condition.all : condition.any;
    // A group inside a group keeps its parentheses: "a y (b o c)".
    const texts = parts.map((part) => {
      const text = conditionText(words, part);
      const grouped = ("all" in part && part.all.length > 1) || ("any" in part && part.any.length > 1);
      return grouped ? `(${text})` : text;
    });
    return listText(locale, texts, "all" in condition ? "conjunction" : "disjunction");
  }
  if ("not" in condition) return t("flow.cond.not", { condition: conditionText(words, condition.not) });
  if ("expr" in condition) return t("flow.cond.expr", { expr: condition.expr });
  const to = Array.isArray(condition.to)
    ? listText(
        locale,
        condition.to.map((value) => valueText(words, value)),
        "disjunction",
      )
    : valueText(words, condition.to);
  return t(`flow.cond.${condition.is}`, { name: variable(words, condition.var), to });
}

export function triggerText(words: Words, trigger: Trigger): string {
  const { t, locale } = words;
  const parts = [startText(words, trigger)];
  if (trigger.when) parts.push(t("flow.trigger.when", { condition: conditionText(words, trigger.when) }));
  if (trigger.once_per) parts.push(t("flow.trigger.once", { time: durationText(locale, trigger.once_per) }));
  if (trigger.during_run === "ask") parts.push(t("flow.trigger.ask"));
  if (trigger.during_run === "interrupt") parts.push(t("flow.trigger.interrupt"));
  return parts.join(" · ");
}

function startText(words: Words, { on, match, cron, event }: Trigger): string {
  const { t, locale } = words;
  if (on === "message") {
    if (match?.words) {
      const how = match.how ?? "only";
      const list = listText(
        locale,
        match.words.map(quoted(words)),
        how === "all_words" ? "conjunction" : "disjunction",
      );
      return t(`flow.trigger.words.${how}`, { words: list });
    }
    if (match?.media) return t("flow.trigger.media");
    return t("flow.trigger.on.any_message");
  }
  if (on === "schedule") return t("flow.trigger.on.schedule", { cron: cron ?? "" });
  if (on === "event") return t("flow.trigger.on.event", { event: event ?? "" });
  return t(`flow.trigger.on.${on}`);
}

/** One sentence for each thing that a node does other than talk; none for a node that only talks. */
export function nodeSentences(words: Words, node: FlowNode): string[] {
  const { t, locale } = words;
  const out: string[] = [];
  const say = (text: string) => out.push(text);
  switch (node.type) {
    case "message":
      break;
    case "menu":
      if (node.options_from) say(t("flow.node.menuFrom", { list: node.options_from.list }));
      if (node.multiple) say(t("flow.node.menuMultiple"));
      if (node.save) say(t("flow.node.saves", { name: variable(words, node.save) }));
      break;
    case "ask":
      say(
        t("flow.node.ask", {
          what: t(`flow.answer.${node.as}`),
          name: variable(words, node.save),
        }),
      );
      if (node.min !== undefined) say(t("flow.node.askMin", { min: node.min }));
      if (node.max !== undefined) say(t("flow.node.askMax", { max: node.max }));
      if (node.check) say(t("flow.node.askCheck", { expr: node.check }));
      if (node.skip_if_set) say(t("flow.node.askSkip"));
      break;
    case "if":
      say(t("flow.node.if"));
      break;
    case "set":
      for (const [name, value] of Object.entries(node.vars)) {
        say(t("flow.node.set", { name: variable(words, name), value: valueText(words, value) }));
      }
      break;
    case "http":
      say(t("flow.node.http", { method: node.method, host: hostOf(node.url) }));
      if (node.save) {
        const names = Object.keys(node.save).map((name) => variable(words, name));
        say(t("flow.node.saves", { name: listText(locale, names, "conjunction") }));
      }
      break;
    case "ai_reply":
      say(t("flow.node.aiReply", { prompt: node.prompt }));
      break;
    case "ai_agent":
      say(t("flow.node.aiAgent", { goal: node.goal }));
      break;
    case "hours":
      say(t("flow.node.hours"));
      break;
    case "delay":
      say(t("flow.node.delay", { time: durationText(locale, node.for) }));
      break;
    case "wait_event":
      say(t("flow.node.waitEvent", { event: node.event, time: durationText(locale, node.timeout) }));
      break;
    case "goto":
      say(t("flow.node.goto"));
      break;
    case "call":
      say(t("flow.node.call", { flow: node.flow }));
      break;
    case "contact":
      if (node.add_tags?.length) {
        say(
          t("flow.node.addTags", { tags: listText(locale, node.add_tags.map(quoted(words)), "conjunction") }),
        );
      }
      if (node.remove_tags?.length) {
        say(
          t("flow.node.removeTags", {
            tags: listText(locale, node.remove_tags.map(quoted(words)), "conjunction"),
          }),
        );
      }
      for (const [name, value] of Object.entries(node.fields ?? {})) {
        say(t("flow.node.set", { name, value: valueText(words, value) }));
      }
      if (node.language) say(t("flow.node.language", { language: node.language }));
      if (node.marketing) say(t(`flow.node.${node.marketing}`));
      break;
    case "handoff":
      say(node.queue ? t("flow.node.handoffQueue", { queue: node.queue }) : t("flow.node.handoff"));
      if (node.note) say(t("flow.node.note", { note: node.note }));
      break;
    case "template":
      say(t("flow.node.template", { template: node.template }));
      break;
    case "catalog":
      say(t("flow.node.catalog"));
      break;
    case "order":
      say(t("flow.node.order"));
      if (node.min_total !== undefined) say(t("flow.node.orderMin", { min: node.min_total }));
      break;
    case "notify":
      say(t("flow.node.notify", { text: node.text }));
      break;
    case "split":
      say(t("flow.node.split"));
      break;
    case "end":
      say(node.outcome ? t("flow.node.endAs", { outcome: node.outcome }) : t("flow.node.end"));
      break;
    default: // a type of the schema without a case does not compile
      node satisfies never;
  }
  return out;
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url;
}

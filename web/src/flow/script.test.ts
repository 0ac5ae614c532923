import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import resolved from "../../test/mock/exits.json";
import example from "../../test/mock/flow.json";
import type { FlowExits } from "../api/flow";
import en from "../i18n/en.json";
import es from "../i18n/es.json";
import pt from "../i18n/pt.json";
import type { Condition, FlowDocument, FlowNode, Trigger } from "./document";
import { durationText } from "./duration";
import { exitsOf, script, titleOf } from "./exits";
import { jsonMistake } from "./jsonMistake";
import { parseFlow } from "./parseFlow";
import { conditionText, nodeSentences, slotText, triggerText, type Words } from "./sentences";

const tacos = example as unknown as FlowDocument;
const tacosExits: FlowExits = resolved;
/** Every node of a flow with one exit, "next", to the node that its test names. */
const chain = (to: Record<string, string>): FlowExits =>
  Object.fromEntries(Object.entries(to).map(([id, next]) => [id, [{ name: "next", to: next }]]));
const flowOf = (nodes: Record<string, FlowNode>, more: Partial<FlowDocument> = {}): FlowDocument => ({
  format: "recado-flow/1",
  id: "f",
  name: "F",
  locale: "es",
  start: "a",
  nodes,
  ...more,
});

/** One of every type, with all that a sentence speaks of. */
const every: FlowNode[] = [
  { type: "message", say: "hola" },
  {
    type: "menu",
    say: "¿qué?",
    options: [{ id: "a", label: "A" }],
    options_from: { list: "xs", id: "item", label: "item" },
    multiple: true,
    save: "x",
  },
  { type: "ask", say: "¿quién?", as: "name", save: "x", min: 1, max: 2, check: "x > 1", skip_if_set: true },
  { type: "if", cases: [{ when: { expr: "x" }, next: "@end" }] },
  { type: "set", vars: { x: 1, y: "dos", z: { expr: "x+1" }, w: null, v: true } },
  {
    type: "http",
    method: "POST",
    url: "https://pos.example:8443/a?b",
    save: { folio: "body.folio", x: "body.x" },
  },
  { type: "ai_reply", prompt: "p", on_fail: "@human" },
  { type: "ai_agent", goal: "g", tools: ["end"], on_fail: "@human" },
  { type: "hours", open: "@end", closed: "@end" },
  { type: "delay", for: "2h" },
  { type: "wait_event", event: "pago", timeout: "3d" },
  { type: "goto", to: "@start" },
  { type: "call", flow: "otro" },
  {
    type: "contact",
    add_tags: ["vip", "nuevo"],
    remove_tags: ["x"],
    fields: { edad: 3 },
    language: "en",
    marketing: "opt_in",
  },
  { type: "handoff", queue: "ventas", note: "n" },
  { type: "template", template: "aviso" },
  { type: "catalog", show: "list" },
  { type: "order", steps: ["items"], min_total: 100 },
  { type: "notify", to: ["owner"], text: "mira" },
  {
    type: "split",
    arms: [
      { weight: 30, next: "@end" },
      { weight: 70, next: "@end" },
    ],
  },
  { type: "end", outcome: "listo" },
];

const words: Record<string, Words> = {};
beforeAll(async () => {
  await i18next.init({
    lng: "es",
    showSupportNotice: false,
    interpolation: { escapeValue: false },
    resources: { es: { translation: es }, en: { translation: en }, pt: { translation: pt } },
  });
  for (const locale of ["es", "en", "pt"])
    words[locale] = { t: i18next.getFixedT(locale), locale, flow: tacos };
});
const spanish = () => words.es as Words;

describe("script", () => {
  it("lays the example out as a conversation meets it", () => {
    expect(script(tacos, tacosExits).map((s) => `${s.number} ${s.id}`)).toEqual([
      "1 horario",
      "2 menu",
      "3 nombre",
      "4 ordenar",
      "5 registrar",
      "6 gracias",
      "7 etiqueta",
      "8 carta",
      "9 estado",
      "10 cerrado",
      "11 adios",
    ]);
    expect(script(tacos, tacosExits).some((s) => s.unreachable)).toBe(false);
  });

  it("shows what nothing leads to, last and marked", () => {
    const steps = script(
      flowOf({ isla: { type: "end" }, a: { type: "message", say: "x" } }),
      chain({ a: "@end" }),
    );
    expect(steps.map((s) => [s.id, s.unreachable])).toEqual([
      ["a", false],
      ["isla", true],
    ]);
  });

  it("ends on loops, missing nodes and names of Object's own", () => {
    const nodes: Record<string, FlowNode> = { a: { type: "goto", to: "b" }, b: { type: "goto", to: "a" } };
    expect(script(flowOf(nodes), chain({ a: "b", b: "a" }))).toHaveLength(2);
    expect(
      script(flowOf({ a: { type: "goto", to: "constructor" } }), chain({ a: "constructor" })),
    ).toHaveLength(1);
    expect(script(flowOf({}), {})).toHaveLength(0);
  });

  it("draws 300 nodes in a chain without a deep stack", () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 300 }, (_, i): [string, FlowNode] => [
        i ? `n${i}` : "a",
        { type: "message", say: "x", next: `n${i + 1}` },
      ]),
    );
    const exits = chain(Object.fromEntries(Object.keys(nodes).map((id, i) => [id, `n${i + 1}`])));
    const steps = script(flowOf(nodes), exits);
    expect(steps).toHaveLength(300);
    expect(steps.some((step) => step.unreachable)).toBe(false);
  });

  it("names a node by its title, else by its id", () => {
    expect(titleOf("pedir_nombre", { type: "end" })).toBe("Pedir nombre");
    expect(titleOf("x", { type: "end", title: "Adiós" })).toBe("Adiós");
    expect(titleOf("x", undefined)).toBe("X");
  });
});

describe("exitsOf", () => {
  const ofMenu = (node: FlowNode) =>
    exitsOf("a", node, {
      a: [
        { name: "options.1", to: "b", default: true },
        { name: "options.2", to: "c" },
        { name: "next", to: "b" },
        { name: "on_invalid", to: "@human", default: true },
        { name: "nudges.0", to: "d" },
      ],
    });
  const menu = {
    type: "menu",
    say: "x",
    next: "b",
    options: [
      { id: "1", label: "A" },
      { id: "2", label: "B", next: "c" },
    ],
    nudges: [{ after: "5m", next: "d" }],
  } satisfies FlowNode;

  it("shows the usual exits and those that the author wrote", () => {
    expect(ofMenu(menu)).toEqual([
      { when: "option", label: "A", to: "b" },
      { when: "option", label: "B", to: "c" },
      { when: "nudge", after: "5m", to: "d" },
    ]);
  });

  it("shows the common exit of a menu whose options come from a list", () => {
    const from = { list: "xs", id: "item", label: "item" };
    expect(ofMenu({ ...menu, options_from: from }).map((exit) => exit.when)).toEqual([
      "option",
      "option",
      "next",
      "nudge",
    ]);
  });

  it("has words for every exit of the example", () => {
    for (const step of script(tacos, tacosExits)) {
      if (step.node.type !== "end" && step.node.type !== "handoff")
        expect(step.exits.length, step.id).toBeGreaterThan(0);
    }
  });
});

describe.each(["es", "en", "pt"])("the sentences in %s", (locale) => {
  it("say what every type of node does, leaving no slot open", () => {
    const w = words[locale] as Words;
    for (const node of every) {
      const sentences = nodeSentences(w, node);
      if (node.type !== "message") expect(sentences.length, node.type).toBeGreaterThan(0);
      for (const sentence of sentences) expect(sentence, node.type).not.toMatch(/\{\{|undefined|flow\./);
    }
  });

  it("say how every trigger starts", () => {
    const triggers: Trigger[] = [
      ...(["only", "first", "any_word", "all_words", "prefix"] as const).map((how) => ({
        on: "message" as const,
        match: { words: ["a", "b"], how },
      })),
      { on: "message", match: { media: "image" } },
      ...(
        [
          "first_message",
          "any_message",
          "ad_referral",
          "catalog_order",
          "handoff_closed",
          "tag_added",
          "missed_call",
          "manual",
        ] as const
      ).map((on) => ({ on })),
      { on: "schedule", cron: "0 9 * * *" },
      { on: "event", event: "pago", when: { var: "x", is: "set" }, once_per: "5m", during_run: "ask" },
    ];
    const texts = triggers.map((trigger) => triggerText(words[locale] as Words, trigger));
    for (const text of texts) expect(text).not.toMatch(/\{\{|undefined|flow\./);
  });
});

describe("conditionText", () => {
  const cases: [Condition, string][] = [
    [{ var: "cliente", is: "set" }, "Nombre tiene un valor"],
    [{ var: "edad", is: "gte", to: 18 }, "edad es al menos 18"],
    [{ var: "ciudad", is: "in", to: ["Roma", "Condesa"] }, "ciudad es «Roma» o «Condesa»"],
    [{ var: "contact", is: "has_tag", to: "vip" }, "el contacto tiene la etiqueta «vip»"],
    [{ not: { var: "x", is: "empty" } }, "no se cumple que x está vacío"],
    [
      { all: [{ var: "a", is: "set" }, { any: [{ var: "b", is: "set" }, { expr: "c > 1" }] }] },
      "a tiene un valor y (b tiene un valor o se cumple «c > 1»)",
    ],
    [{ var: "x", is: "eq", to: { expr: "y" } }, "x es y"],
    [{ var: "x", is: "eq", to: false }, "x es no"],
  ];
  it.each(cases)("%j", (condition, text) => {
    expect(conditionText(spanish(), condition)).toBe(text);
  });
});

describe("small words", () => {
  it("reads durations", () => {
    expect(["30s", "20m", "1h", "2d"].map((d) => durationText("es", d))).toEqual([
      "30 segundos",
      "20 minutos",
      "1 hora",
      "2 días",
    ]);
    expect(durationText("es", "soon")).toBe("soon");
  });

  it("names a slot by what fills it", () => {
    const name = (expression: string) => slotText(spanish(), expression);
    expect(name("cliente")).toBe("Nombre");
    expect(name("cliente ?? 'amigo'")).toBe("Nombre");
    expect(name("contact.first_name ?? 'qué tal'")).toBe("contact.first_name");
    expect(name("money(pedido.total)")).toBe("money(pedido.total)");
  });
});

describe("jsonMistake", () => {
  it.each([
    "{}",
    " [ ] ",
    '{"a":[1,-2.5e+3,true,false,null,"x\\u00e1\\n\\"ñ🙈"],"b":{"c":{}}}',
    '"x"',
    "01",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "{'a':1}",
    '{"a" 1}',
    '{"a":}',
    "[1 2]",
    "[1}",
    '"a\nb"',
    '"\\x"',
    '{"a":1} x',
    "tru",
    "[",
    "",
    "NaN",
    "-",
    "1.",
  ])("agrees with JSON.parse on %j", (text) => {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect(jsonMistake(text) === null).toBe(valid);
  });
});

describe("parseFlow", () => {
  it.each([
    ['{"a":1}', { ok: true, definition: { a: 1 } }],
    ["[1]", { ok: false, line: null, notObject: true }],
    ["null", { ok: false, line: null, notObject: true }],
    ['{"a":1,\n"b":\n', { ok: false, line: 2, notObject: false }],
    ['{"format":\n oops', { ok: false, line: 2, notObject: false }],
    ["", { ok: false, line: 1, notObject: false }],
    ['{"a":1,\n\n"b" 2}', { ok: false, line: 3, notObject: false }],
  ])("%j", (text, expected) => {
    expect(parseFlow(text)).toEqual(expected);
  });
});

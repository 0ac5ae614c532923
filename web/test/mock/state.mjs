/** What the mock server knows; `newState()` is a fresh world, so that each test begins alike. */
import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const flow = read("./flow.json");
const exits = read("./exits.json"); // written by the tests of internal/flow
/** One message of every kind that the API names, as a history shows it. */
const everyKind = read("./kinds.json");

/** Before now, as RFC 3339. */
export const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
export const ahead = (seconds) => ago(-seconds);

const shop = (shopId, name, whatsapp = {}) => ({
  shopId,
  name,
  whatsapp: { connected: false, number: null, lastConnection: null, ...whatsapp },
});

const text = (id, direction, author, words, at, more = {}) => ({
  id,
  direction,
  author,
  content: { kind: "text", text: words },
  at,
  ...(direction === "out" ? { status: "read" } : {}),
  ...more,
});

const conversation = (id, name, phone, more = {}) => ({
  id,
  channel: "WHATSAPP_BAILEYS",
  contact: { id: `k-${id}`, name, phone, tags: [] },
  paused: false,
  unread: 0,
  createdAt: ago(86_400 * 3),
  messages: [],
  ...more,
});

function inbox() {
  return [
    conversation("c-ana", "Ana Beltrán", "5215512345678", {
      unread: 2,
      messages: [
        text("a1", "in", "customer", "Hola, buenas tardes", ago(86_400 + 1500)),
        text(
          "a2",
          "out",
          "flow",
          "Hola Ana 👋 ¿Qué se te antoja?\n1. Hacer pedido\n2. Ver la carta",
          ago(86_400 + 1498),
        ),
        text("a3", "in", "customer", "2", ago(86_400 + 1400)),
        text("a4", "out", "flow", "", ago(86_400 + 1399), {
          content: { kind: "image", media: { mime: "image/jpeg", caption: "Nuestra *carta* de hoy" } },
        }),
        text("a5", "in", "customer", "¿Siguen abiertos?", ago(320)),
        text("a6", "out", "u-owner", "Sí, hasta las 22:00 🙌", ago(200), { status: "delivered" }),
        text("a7", "in", "customer", "Perfecto, entonces quiero *3 de pastor* y un refresco.", ago(80)),
        text("a8", "in", "customer", "¿Llegan a la colonia Roma? https://maps.example.com/roma", ago(60)),
      ],
    }),
    conversation("c-luis", "Luis", "5491155556666", {
      paused: true,
      messages: [
        text("l1", "in", "customer", "Necesito hablar con una persona", ago(7200)),
        text("l2", "out", "phone", "Hola Luis, te atiendo yo", ago(7000)),
        text("l3", "out", "u-owner", "¿Me pasas tu pedido?", ago(6900), {
          status: "failed",
          error: "not_on_whatsapp",
        }),
      ],
    }),
    conversation("c-kinds", "Quien manda de todo", "5215598765432", {
      messages: everyKind.map((content, i) =>
        text(
          `k${i}`,
          content.kind === "poll" ? "out" : "in",
          content.kind === "poll" ? "flow" : "customer",
          "",
          ago(90_000 - i * 60),
          {
            content,
          },
        ),
      ),
    }),
    conversation("c-voice", "", "5511987654321", {
      messages: [
        text("v1", "in", "customer", "", ago(86_400 * 2), {
          content: { kind: "voice", media: { mime: "audio/ogg" } },
        }),
      ],
    }),
  ];
}

export function newState() {
  const owner = { id: "u-owner", email: "lupita@example.com", name: "Lupita Hernández", admin: false };
  return {
    users: {
      "lupita@example.com": {
        ...owner,
        password: "correcto-caballo",
        shops: [
          ["lupita", "owner"],
          ["norte", "agent"],
        ],
      },
      "ver@example.com": {
        id: "u-viewer",
        email: "ver@example.com",
        name: "Vera",
        admin: false,
        password: "correcto-caballo",
        shops: [["lupita", "viewer"]],
      },
      "admin@example.com": {
        id: "u-admin",
        email: "admin@example.com",
        name: "Admin",
        admin: true,
        password: "correcto-caballo",
        shops: [],
      },
    },
    failures: 0,
    sessions: new Map(), // refresh token → e-mail
    tokens: new Map(), // access token → e-mail
    setUp: "token-de-un-uso",
    shops: new Map([
      ["lupita", shop("lupita", "Tacos Lupita")],
      [
        "norte",
        shop("norte", "Tacos Lupita Sucursal Norte", {
          connected: true,
          number: "5218112345678",
          lastConnection: ago(3600),
        }),
      ],
    ]),
    channels: new Map([
      ["lupita", { status: "inactive", type: "WHATSAPP_BAILEYS" }],
      [
        "norte",
        { status: "active", type: "WHATSAPP_BAILEYS", number: "5218112345678", lastConnection: ago(3600) },
      ],
    ]),
    qrLife: 20, // seconds
    flows: new Map([
      ["lupita", { flowId: "pedidos", version: 7, publishedAt: ago(86_400 * 2), definition: flow, exits }],
    ]),
    conversations: new Map([
      ["lupita", inbox()],
      ["norte", []],
    ]),
    demo: true,
    phone: [],
    seq: 0,
  };
}

/** The REST surface, as far as the panel uses it. A route is [method, pattern, handler]. */
import { randomBytes } from "node:crypto";
import { ago, ahead } from "./state.mjs";
import { traceOf } from "./trace.mjs";

export class Refusal extends Error {
  constructor(status, code, detail, more = {}) {
    super(code);
    Object.assign(this, { status, body: { type: "about:blank", status, code, detail, ...more } });
  }
}

const secret = () => randomBytes(12).toString("hex");

function user(state, email) {
  const { password: _, shops, ...rest } = state.users[email];
  return {
    ...rest,
    shops: shops.map(([shopId, role]) => ({ shopId, role, name: state.shops.get(shopId).name })),
  };
}

function grant(state, email) {
  const [accessToken, refresh] = [secret(), secret()];
  state.tokens.set(accessToken, email);
  state.sessions.set(refresh, email);
  return {
    status: 200,
    headers: { "Set-Cookie": `recado_refresh=${refresh}; Path=/api/auth; HttpOnly; SameSite=Strict` },
    body: { accessToken, expiresAt: ahead(state.tokenLife ?? 900), user: user(state, email) },
  };
}

const preview = (c) => {
  const last = c.messages.at(-1);
  const { messages: _, ...rest } = c;
  if (!last) return rest;
  const words = last.content.text ?? last.content.media?.caption ?? "";
  return {
    ...rest,
    last: { id: last.id, direction: last.direction, kind: last.content.kind, text: words, at: last.at },
  };
};

const found = (state, { shopId, id }) => {
  const c = state.conversations.get(shopId)?.find((x) => x.id === id);
  if (!c) throw new Refusal(404, "not_found", "No existe, o no tienes acceso.");
  return c;
};

/** As the real server says it: no shop, and the message under its conversation's id. */
const touched = (mock, c, message) => {
  mock.emit("message", { ...message, conversationId: c.id });
  mock.emit("conversation", preview(c));
};

/** What the real compiler would say, as far as the tests need it. */
function issuesOf(definition) {
  const issues = [];
  if (!definition.start)
    issues.push({
      severity: "error",
      path: "/",
      code: "required",
      message: "Falta «start»: el paso con el que empieza la conversación.",
      fix: 'Agrega "start" con el id de un nodo.',
    });
  for (const [id, node] of Object.entries(definition.nodes ?? {})) {
    if (node.next && !node.next.startsWith("@") && !definition.nodes[node.next])
      issues.push({
        severity: "error",
        path: `/nodes/${id}/next`,
        code: "dangling_ref",
        message: `«${node.next}» no existe.`,
        fix: `Crea el nodo «${node.next}» o cambia el destino; ¿quisiste decir «menu»?`,
      });
  }
  const unreachable = {
    severity: "warning",
    path: "/nodes/carta",
    code: "unreachable",
    message: "Ningún camino llega a este nodo.",
  };
  return issues.length > 0 ? [...issues, unreachable] : issues;
}

export const open = [
  [
    "POST",
    "/api/auth/login",
    ({ state, body }) => {
      if (state.failures >= 4)
        throw Object.assign(
          new Refusal(429, "too_many_attempts", "Demasiados intentos. Espera un momento y vuelve a probar."),
          { headers: { "Retry-After": "75" } },
        );
      if (state.users[body.email]?.password !== body.password) {
        state.failures++;
        throw new Refusal(401, "invalid_credentials", "El correo o la contraseña no son correctos.");
      }
      state.failures = 0;
      return grant(state, body.email);
    },
  ],
  [
    "POST",
    "/api/auth/refresh",
    ({ state, cookie }) => {
      const email = state.sessions.get(cookie);
      if (!email) throw new Refusal(401, "unauthorized", "Inicia sesión para continuar.");
      state.sessions.delete(cookie);
      state.refreshes = (state.refreshes ?? 0) + 1;
      return grant(state, email);
    },
  ],
  [
    "POST",
    "/api/auth/logout",
    ({ state, cookie }) => {
      state.sessions.delete(cookie);
      return { status: 204, headers: { "Set-Cookie": "recado_refresh=; Path=/api/auth; Max-Age=0" } };
    },
  ],
  ["GET", "/api/auth/setup", ({ state }) => ({ body: { needed: state.needsSetUp ?? false } })],
  [
    "POST",
    "/api/auth/setup",
    ({ state, body }) => {
      if (body.token !== state.setUp) throw new Refusal(403, "invalid_setup_link", "El enlace no sirve.");
      state.setUp = null;
      state.users[body.email] = {
        id: "u-new",
        email: body.email,
        name: body.name,
        password: body.password,
        admin: true,
        shops: [],
      };
      return { ...grant(state, body.email), status: 201 };
    },
  ],
  [
    "GET",
    "/api/demo",
    ({ state }) => {
      if (!state.demo) throw new Refusal(404, "not_found", "No existe.");
      return {
        body: {
          shopId: "lupita",
          shopName: "Tacos Lupita",
          email: "lupita@example.com",
          password: "correcto-caballo",
          shopNumber: "5215587654321",
          customers: [
            { number: "5215512345678", name: "Ana" },
            { number: "5215500000002", name: "Luis" },
          ],
        },
      };
    },
  ],
  [
    "POST",
    "/api/demo/scan",
    ({ state, mock }) => {
      const channel = state.channels.get("lupita");
      if (!channel.qr) throw new Refusal(409, "no_qr", "No hay código.");
      mock.scan("lupita", "5215587654321");
      return { body: { device: "5215587654321:1" } };
    },
  ],
  [
    "GET",
    "/api/demo/messages",
    ({ state, query }) => ({
      body: {
        messages: state.phone.filter(
          (m) => m.customer === query.get("customer") && m.seq > Number(query.get("after")),
        ),
        typing: state.typing ?? false,
      },
    }),
  ],
  [
    "POST",
    "/api/demo/messages",
    ({ state, body, mock }) => {
      const add = (fromMe, text, status) =>
        state.phone.push({
          customer: body.customer,
          seq: ++state.seq,
          id: `p${state.seq}`,
          fromMe,
          from: fromMe ? body.customer : "5215587654321",
          text,
          kind: "text",
          at: ago(0),
          status,
          copies: 1,
        });
      add(true, body.text, "read");
      state.typing = true;
      mock.later(900, () => {
        state.typing = false;
        add(
          false,
          "Hola Ana 👋 ¿Qué se te antoja?\n1. Hacer pedido\n2. Ver la carta\n3. ¿Dónde va mi pedido?\n4. Hablar con alguien",
        );
      });
      return { status: 202, body: { id: `p${state.seq}` } };
    },
  ],
];

export const guarded = [
  ["GET", "/api/me", ({ state, email }) => ({ body: user(state, email) })],
  ["GET", "/api/shops", ({ state }) => ({ body: { shops: [...state.shops.values()] } })],
  [
    "POST",
    "/api/shops",
    ({ state, body }) => {
      const shopId = body.shopId || `shop_${secret()}`;
      if (state.shops.has(shopId))
        throw new Refusal(409, "shop_taken", "Ya hay una tienda con ese identificador.");
      const shop = {
        shopId,
        name: body.name,
        whatsapp: { connected: false, number: null, lastConnection: null },
      };
      state.shops.set(shopId, shop);
      state.channels.set(shopId, { status: "inactive", type: "WHATSAPP_BAILEYS" });
      state.conversations.set(shopId, []);
      return { status: 201, body: shop };
    },
  ],
  ["GET", "/api/shops/:shopId", ({ state, params }) => ({ body: state.shops.get(params.shopId) })],
  [
    "POST",
    "/api/shops/:shopId/users",
    ({ state, body }) => {
      if (state.users[body.email]) throw new Refusal(409, "email_taken", "Ya hay una cuenta con ese correo.");
      return { status: 201, body: { id: secret(), email: body.email, name: body.name, role: body.role } };
    },
  ],
  [
    "GET",
    "/api/shops/:shopId/flow",
    ({ state, params }) => {
      const flow = state.flows.get(params.shopId);
      if (!flow) throw new Refusal(404, "no_flow", "La tienda no tiene un flujo publicado.");
      return { body: flow };
    },
  ],
  [
    "PUT",
    "/api/shops/:shopId/flow",
    ({ state, params, body }) => {
      const { definition } = body;
      const current = state.flows.get(params.shopId)?.version ?? 0;
      if (body.ifVersion !== current)
        throw new Refusal(409, "version_conflict", "Hay otra versión publicada.");
      const issues = issuesOf(definition);
      if (issues.length > 0)
        throw new Refusal(422, "invalid_flow", "El flujo no puede funcionar así.", { issues });
      const exits = Object.fromEntries(
        Object.entries(definition.nodes).map(([id, { next }]) => [
          id,
          next ? [{ name: "next", to: next }] : [],
        ]),
      );
      const flow = { flowId: definition.id, version: current + 1, publishedAt: ago(0), definition, exits };
      state.flows.set(params.shopId, flow);
      return { body: { ...flow, issues: [] } };
    },
  ],
  [
    "POST",
    "/api/shops/:shopId/flow/review",
    ({ state, params, body }) => {
      const issues = issuesOf(body.definition);
      const main = state.flows.get(params.shopId);
      const published = main?.flowId === body.definition.id ? main.definition : undefined;
      const changes = [];
      if (published && published.name !== body.definition.name)
        changes.push({
          kind: "field_changed",
          path: "name",
          message: `Cambió name: «${published.name}» → «${body.definition.name}».`,
        });
      const nobody = { open: 0, move: 0, finish: 0, restart: 0, person: 0, looked: 0 };
      const valid = issues.length === 0;
      return {
        body: {
          valid,
          issues: valid ? (state.warnings ?? []) : issues,
          changes: valid ? changes : [],
          impact: valid && main ? (state.impact ?? nobody) : nobody,
        },
      };
    },
  ],
  [
    "GET",
    "/api/shops/:shopId/conversations",
    ({ state, params }) => ({ body: { conversations: state.conversations.get(params.shopId).map(preview) } }),
  ],
  [
    "GET",
    "/api/shops/:shopId/conversations/:id/messages",
    ({ state, params }) => ({ body: { messages: found(state, params).messages.toReversed() } }),
  ],
  [
    "GET",
    "/api/shops/:shopId/conversations/:id/trace",
    ({ state, params }) => ({ body: { steps: traceOf(found(state, params)) } }),
  ],
  [
    "POST",
    "/api/shops/:shopId/conversations/:id/messages",
    ({ state, params, body, email, headers, mock }) => {
      if (state.refuseSend) throw new Refusal(409, "no_channel", "La tienda no tiene WhatsApp conectado.");
      const c = found(state, params);
      const id = `m-${headers["idempotency-key"]}`;
      let message = c.messages.find((m) => m.id === id);
      if (!message) {
        message = {
          id,
          direction: "out",
          author: state.users[email].id,
          content: { kind: "text", text: body.text },
          status: "queued",
          at: ago(0),
        };
        c.messages.push(message);
        mock.later(400, () => {
          message.status = "delivered";
          touched(mock, c, message);
        });
      }
      return { status: 202, body: { id, status: "queued" } };
    },
  ],
  ...[
    ["pause", { paused: true }],
    ["resume", { paused: false }],
    ["read", { unread: 0 }],
  ].map(([name, change]) => [
    "POST",
    `/api/shops/:shopId/conversations/:id/${name}`,
    ({ state, params }) => ({ body: preview(Object.assign(found(state, params), change)) }),
  ]),
  ["GET", "/api/whatsapp/status", ({ state, shopId }) => ({ body: state.channels.get(shopId) })],
  [
    "POST",
    "/api/whatsapp/activate",
    ({ body, mock }) => ({ body: mock.activate(body.shopId, body.type ?? "WHATSAPP_BAILEYS") }),
  ],
  [
    "POST",
    "/api/whatsapp/deactivate",
    ({ body, mock }) => ({ body: mock.deactivate(body.shopId, body.logout) }),
  ],
  [
    "POST",
    "/api/whatsapp/pair",
    ({ state, body }) => {
      if (state.refusePair)
        throw new Refusal(409, "not_connecting", "Activa WhatsApp antes de pedir un código.");
      return { body: { code: "K7QM-4XPD", expiresAt: ahead(160), phone: body.phone } };
    },
  ],
];

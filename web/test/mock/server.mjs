/**
 * A server that answers like `recado serve`, from memory: for the panel's own
 * browser tests and for working on the panel without a WhatsApp. It serves the
 * built panel with the headers of the real one. POST /mock/… changes its world.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { guarded, open, Refusal } from "./routes.mjs";
import { ahead, newState } from "./state.mjs";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export class Mock {
  state = newState();
  #timers = new Set();

  constructor() {
    this.http = createServer((req, res) => void this.#answer(req, res));
    this.io = new Server(this.http, { pingInterval: 2000, pingTimeout: 2000 });
    this.io.use((socket, next) => {
      const email = this.state.tokens.get(socket.handshake.auth.token);
      next(email ? undefined : new Error("unauthorized"));
    });
    this.io.on("connection", (socket) => {
      for (const [shopId, c] of this.state.channels) {
        if (c.qr) socket.emit("qr", { companyId: shopId, type: c.type, qr: c.qr, expiresAt: c.expiresAt });
      }
    });
  }

  async listen(port = 0) {
    await new Promise((done) => this.http.listen(port, "127.0.0.1", done));
    return `http://127.0.0.1:${this.http.address().port}`;
  }

  async close() {
    this.#forget();
    await this.io.close();
  }

  later(ms, work) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #forget() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  emit(event, payload) {
    this.io.emit(event, payload);
  }

  /** Puts a channel into a state and tells it, as the real channel does. */
  become(shopId, change) {
    const before = this.state.channels.get(shopId);
    const { number, lastConnection, type } = before;
    const next = {
      type,
      ...(number ? { number } : {}),
      ...(lastConnection ? { lastConnection } : {}),
      ...change,
    };
    this.state.channels.set(shopId, next);
    const { qr, expiresAt, number: _, lastConnection: __, ...status } = next;
    this.emit("status", { companyId: shopId, ...status });
    if (qr) this.emit("qr", { companyId: shopId, type: next.type, qr, expiresAt });
    return next;
  }

  activate(shopId, type) {
    const channel = this.state.channels.get(shopId);
    if (channel.status === "active") return { ...channel, message: "already connected" };
    if (channel.status === "connecting") return channel;
    if (channel.number) {
      this.later(1500, () => this.scan(shopId, channel.number));
      return this.become(shopId, { status: "connecting", type, reason: "restoring" });
    }
    this.#renew(shopId, type, 1);
    return this.state.channels.get(shopId);
  }

  #renew(shopId, type, n) {
    const qr = `2@${String(n).repeat(8)}${"AbCdEfGh0123456789+/".repeat(9)},${"k".repeat(43)}=,${"i".repeat(43)}=,${"s".repeat(43)}=`;
    this.become(shopId, { status: "connecting", type, qr, expiresAt: ahead(this.state.qrLife) });
    this.later(this.state.qrLife * 1000, () => {
      if (this.state.channels.get(shopId).qr === qr) this.#renew(shopId, type, n + 1);
    });
  }

  scan(shopId, number) {
    this.become(shopId, { status: "active", number, lastConnection: ahead(0) });
    const { type } = this.state.channels.get(shopId);
    Object.assign(this.state.shops.get(shopId).whatsapp, {
      connected: true,
      number,
      lastConnection: ahead(0),
    });
    this.emit("ready", { companyId: shopId, type, number, name: this.state.shops.get(shopId).name });
  }

  deactivate(shopId, logout) {
    const { type } = this.state.channels.get(shopId);
    if (logout) this.state.channels.set(shopId, { type, status: "inactive" });
    return this.become(shopId, { status: "inactive", reason: "deactivated" });
  }

  /** What a test tells the world to do; each key of the body is one order. */
  control(order) {
    if (order.reset) {
      this.#forget();
      this.state = newState();
      this.io.disconnectSockets(true);
    }
    if (order.set) Object.assign(this.state, order.set);
    if (order.noFlow) this.state.flows.delete(order.noFlow);
    if (order.noChats) this.state.conversations.set(order.noChats, []);
    if (order.become) this.become(order.become.shopId, order.become);
    if (order.scan) this.scan(order.scan, "5215587654321");
    if (order.write) {
      const [conversation] = this.state.conversations.get("lupita");
      conversation.messages.push({
        id: `w${Date.now()}`,
        direction: "in",
        author: "customer",
        content: { kind: "text", text: order.write },
        at: ahead(0),
      });
      conversation.unread++;
      this.emit("message", { ...conversation.messages.at(-1), conversationId: conversation.id });
    }
    if (order.dropSockets) this.io.disconnectSockets(true);
    if (order.expireTokens) this.state.tokens.clear();
    return { refreshes: this.state.refreshes ?? 0 };
  }

  async #answer(req, res) {
    const url = new URL(req.url, "http://mock");
    if (url.pathname.startsWith("/socket.io")) return;
    const send = (status, body, headers = {}) => {
      res.writeHead(status, {
        "Content-Type": status < 400 ? "application/json" : "application/problem+json",
        ...headers,
      });
      res.end(body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      const raw = Buffer.concat(chunks).toString();
      const body = raw ? JSON.parse(raw) : {};
      if (url.pathname === "/mock") return send(200, this.control(body));
      if (!url.pathname.startsWith("/api/")) return await this.#file(url.pathname, res);
      if (this.state.slow) await new Promise((done) => this.later(this.state.slow, done));
      if (this.state.broken) throw new Refusal(500, "internal", "El servidor tuvo un problema.");
      const { status = 200, headers, body: reply } = await this.#route(req, url, body);
      send(status, reply, headers);
    } catch (error) {
      if (error instanceof Refusal) return send(error.status, error.body, error.headers);
      console.error(error);
      send(500, { code: "internal", detail: String(error), status: 500 });
    }
  }

  #route(req, url, body) {
    const { state } = this;
    const cookie = /recado_refresh=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
    const context = { state, body, cookie, query: url.searchParams, headers: req.headers, mock: this };
    for (const [routes, needsToken] of [
      [open, false],
      [guarded, true],
    ]) {
      for (const [method, pattern, handle] of routes) {
        const params = match(pattern, url.pathname);
        if (method !== req.method || !params) continue;
        if (!needsToken) return handle({ ...context, params });
        const email = state.tokens.get(req.headers.authorization?.replace("Bearer ", ""));
        if (!email) throw new Refusal(401, "unauthorized", "Inicia sesión para continuar.");
        const shopId =
          params.shopId ??
          url.searchParams.get("shopId") ??
          (pattern.includes("whatsapp") ? body.shopId : undefined);
        if (shopId !== undefined && !sees(state, email, shopId))
          throw new Refusal(404, "not_found", "No existe, o no tienes acceso.");
        return handle({ ...context, params, email, shopId });
      }
    }
    throw new Refusal(404, "not_found", "No existe, o no tienes acceso.");
  }

  async #file(path, res) {
    const name = path === "/" || extname(path) === "" ? "index.html" : normalize(path).slice(1);
    const content = await readFile(join(dist, name)).catch(() => null);
    res.writeHead(content ? 200 : 404, {
      "Content-Type": types[extname(name)] ?? "text/plain",
      "Content-Security-Policy": policy,
    });
    res.end(content ?? "not found");
  }
}

function sees(state, email, shopId) {
  const user = state.users[email];
  return state.shops.has(shopId) && (user.admin || user.shops.some(([id]) => id === shopId));
}

function match(pattern, path) {
  const names = [];
  const shape = pattern.replace(/:(\w+)/g, (_, name) => {
    names.push(name);
    return "([^/]+)";
  });
  const values = new RegExp(`^${shape}$`).exec(path)?.slice(1);
  return values ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(values[i])])) : null;
}

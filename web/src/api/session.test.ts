import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { learnClock, serverNow } from "./clock";
import { authorizedFetch } from "./http";
import { ApiError } from "./problem";
import {
  accessToken,
  begin,
  currentSession,
  end,
  followOtherTabs,
  refresh,
  restore,
  subscribeSession,
} from "./session";
import type { LoginReply } from "./types";

const user = { id: "u1", email: "a@b.mx", name: "Ana", admin: false, shops: [] };
const reply = (accessToken: string, seconds = 900): LoginReply => ({
  accessToken,
  expiresAt: new Date(Date.now() + seconds * 1000).toISOString(),
  user,
});

type Answer = (request: Request) => Response | Promise<Response>;
let calls: Request[];

/** Answers by path; every request is kept. */
function serve(answers: Record<string, Answer>): void {
  vi.stubGlobal("fetch", async (input: string | Request, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init);
    calls.push(request);
    const answer = answers[new URL(request.url).pathname];
    if (!answer) throw new TypeError("Failed to fetch");
    return answer(request);
  });
}
const get = (path: string) => new Request(new URL(path, location.origin));
const count = (path: string) => calls.filter((c) => new URL(c.url).pathname === path).length;

beforeEach(() => {
  calls = [];
  end(false);
  localStorage.clear();
});
afterEach(() => vi.unstubAllGlobals());

describe("the access token", () => {
  it("is refreshed once for everybody who needs it at the same time", async () => {
    serve({
      "/api/auth/refresh": async () => {
        await Promise.resolve();
        return Response.json(reply("new"));
      },
    });
    begin(reply("old", 5)); // ends within the margin
    const tokens = await Promise.all([accessToken(), accessToken(), refresh("old"), accessToken()]);
    expect(tokens).toEqual(["new", "new", "new", "new"]);
    expect(count("/api/auth/refresh")).toBe(1);
  });

  it("is not refreshed for somebody who still held the one before", async () => {
    serve({});
    begin(reply("second"));
    expect(await refresh("first")).toBe("second");
    expect(calls).toHaveLength(0);
  });

  it("never touches storage", () => {
    begin(reply("secret-token"));
    expect(JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })).not.toContain(
      "secret-token",
    );
  });

  it("waits for its turn among the tabs", async () => {
    const request = vi.fn((_name: string, work: () => Promise<unknown>) => work());
    vi.stubGlobal("navigator", { ...navigator, locks: { request } });
    serve({ "/api/auth/refresh": () => Response.json(reply("new")) });
    expect(await refresh("")).toBe("new");
    expect(request).toHaveBeenCalledTimes(1);
  });
});

describe("a request", () => {
  it("that was refused is repeated once with a new token", async () => {
    serve({
      "/api/me": (r) =>
        new Response(null, { status: r.headers.get("Authorization") === "Bearer new" ? 200 : 401 }),
      "/api/auth/refresh": () => Response.json(reply("new")),
    });
    begin(reply("old"));
    const answers = await Promise.all([authorizedFetch(get("/api/me")), authorizedFetch(get("/api/me"))]);
    expect(answers.map((a) => a.status)).toEqual([200, 200]);
    expect(count("/api/auth/refresh")).toBe(1);
  });

  it("that is refused twice is not repeated for ever", async () => {
    serve({
      "/api/me": () => new Response(null, { status: 401 }),
      "/api/auth/refresh": () => Response.json(reply("new")),
    });
    begin(reply("old"));
    expect((await authorizedFetch(get("/api/me"))).status).toBe(401);
    expect(count("/api/me")).toBe(2);
  });

  it("without a network is an ApiError", async () => {
    serve({});
    begin(reply("good"));
    await expect(authorizedFetch(get("/api/me"))).rejects.toMatchObject({
      name: "ApiError",
      code: "network",
    });
  });
});

describe("the session", () => {
  it("ends when the cookie is refused, and says that nobody asked for it", async () => {
    serve({ "/api/auth/refresh": () => Response.json({ code: "unauthorized" }, { status: 401 }) });
    begin(reply("old", 5));
    await expect(accessToken()).rejects.toBeInstanceOf(ApiError);
    expect(currentSession()).toEqual({ state: "anonymous", ended: true });
    expect(localStorage.length).toBe(0);
  });

  it("survives a server in trouble", async () => {
    serve({ "/api/auth/refresh": () => new Response("bad gateway", { status: 502 }) });
    begin(reply("old", 5));
    await expect(accessToken()).rejects.toMatchObject({ status: 502, code: "unexpected" });
    expect(currentSession().state).toBe("signedIn");
  });

  it("ends in the other tabs when it ends in one", () => {
    begin(reply("old"));
    const told = vi.fn();
    const stopListening = subscribeSession(told);
    const stopFollowing = followOtherTabs();
    window.dispatchEvent(new StorageEvent("storage", { key: "recado.session", newValue: null }));
    expect(currentSession()).toEqual({ state: "anonymous", ended: false });
    expect(told).toHaveBeenCalledTimes(1);
    stopListening();
    stopFollowing();
  });
});

describe("restore", () => {
  const fresh = async () => {
    vi.resetModules();
    return import("./session");
  };

  it("asks nobody for a visitor who never signed in", async () => {
    serve({});
    expect(await (await fresh()).restore()).toEqual({ state: "anonymous", ended: false });
    expect(calls).toHaveLength(0);
  });

  it("signs in by the cookie after a reload", async () => {
    serve({ "/api/auth/refresh": () => Response.json(reply("new")) });
    localStorage.setItem("recado.session", "1");
    expect(await (await fresh()).restore()).toMatchObject({ state: "signedIn" });
  });

  it.each([
    ["no network", {}],
    ["a server in trouble", { "/api/auth/refresh": () => new Response(null, { status: 503 }) }],
  ])("does not take %s for being signed out", async (_, answers) => {
    serve(answers);
    localStorage.setItem("recado.session", "1");
    const session = await fresh();
    await expect(session.restore()).rejects.toThrow();
    expect(session.currentSession().state).toBe("unknown");
  });

  it("does not sign in a second time", async () => {
    serve({});
    begin(reply("old"));
    expect((await restore()).state).toBe("signedIn");
    expect(calls).toHaveLength(0);
  });
});

describe("the server's clock", () => {
  it("is learned from a reply and ignores a difference that is noise", () => {
    const now = Date.now();
    learnClock(new Date(now - 300_000).toUTCString(), now - 50, now + 50);
    expect(Math.abs(serverNow() - (Date.now() - 300_000))).toBeLessThan(1500);
    learnClock(new Date(now).toUTCString(), now - 50, now + 50);
    expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50);
    learnClock(null, now, now);
    learnClock("nonsense", now, now);
    expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50);
  });
});

/**
 * Who is signed in. The access token lives in this module's memory alone; what
 * survives a reload is the refresh cookie, which no script can read.
 *
 * Refreshing rotates that cookie, and the server takes the second use of a
 * rotated one for theft. So a refresh is single flight: one promise in this
 * tab, and a Web Lock across the tabs that share the cookie.
 */
import { learnClock, serverNow } from "./clock";
import { ApiError } from "./problem";
import type { LoginReply, User } from "./types";

export type Session =
  | { state: "unknown" }
  | { state: "anonymous"; ended: boolean }
  | { state: "signedIn"; user: User };

// Tells a visitor who never signed in from one whose page was reloaded, so that
// the former is not greeted by a failed request; no secret.
const hint = "recado.session";
const margin = 30_000; // refresh this many milliseconds before the token ends

let session: Session = { state: "unknown" };
let token = "";
let expiresAt = 0;
let refreshing: Promise<string> | undefined;
const listeners = new Set<() => void>();

export function currentSession(): Session {
  return session;
}

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

/** Takes the reply of login, set-up or refresh. */
export function begin(reply: LoginReply): void {
  token = reply.accessToken;
  expiresAt = Date.parse(reply.expiresAt);
  remember(true);
  become({ state: "signedIn", user: reply.user });
}

/** Replaces the user of a running session, after something of theirs changed. */
export function updateUser(user: User): void {
  if (session.state === "signedIn") become({ state: "signedIn", user });
}

/** Forgets everything. `ended` says that the person did not ask for it. */
export function end(ended: boolean): void {
  token = "";
  expiresAt = 0;
  remember(false);
  if (session.state !== "anonymous") become({ state: "anonymous", ended });
}

/** Finds out at start whether the cookie of an earlier visit still signs us in. */
export async function restore(): Promise<Session> {
  if (session.state !== "unknown") return session;
  if (!remembered()) {
    become({ state: "anonymous", ended: false });
    return session;
  }
  await accessToken().catch((error: unknown) => {
    // Only a refusal tells that nobody is signed in. Without a network, or with a
    // server in trouble, we do not know: the page says so and tries again.
    if (session.state === "unknown") throw error;
  });
  return session;
}

/** A token that is good for a while yet. Throws ApiError when there is none to be had. */
export async function accessToken(): Promise<string> {
  if (token !== "" && expiresAt - serverNow() > margin) return token;
  return refresh(token);
}

/** A new token to replace `used`, which the server refused. */
export function refresh(used: string): Promise<string> {
  if (token !== "" && token !== used) return Promise.resolve(token);
  refreshing ??= locked(rotate).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function rotate(): Promise<string> {
  const sentAt = Date.now();
  const response = await fetch("/api/auth/refresh", { method: "POST", credentials: "same-origin" }).catch(
    (cause: unknown) => {
      throw ApiError.network(cause);
    },
  );
  learnClock(response.headers.get("Date"), sentAt, Date.now());
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const wasSignedIn = session.state === "signedIn";
    if (response.status === 401 || response.status === 403) end(wasSignedIn);
    throw ApiError.of(response, body);
  }
  begin(body as LoginReply);
  return token;
}

// The Web Locks API exists on https and localhost only; elsewhere one tab at a time is what we can promise.
function locked<T>(work: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  return locks ? (locks.request("recado.refresh", work) as Promise<T>) : work();
}

function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(hint, "1");
    else localStorage.removeItem(hint);
  } catch {
    // Storage may be refused; then every reload asks for the password.
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(hint) !== null;
  } catch {
    return false;
  }
}

/** Signing out in one tab signs out the others. Returns how to stop listening. */
export function followOtherTabs(): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === hint && event.newValue === null) end(false);
  };
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
}

import type { Socket } from "socket.io-client";
import { accessToken, currentSession, refresh } from "../api/session";
import type { ServerEvents } from "./events";

export type LiveState = "connecting" | "online" | "offline";

export type LiveSocket = Socket<ServerEvents>;

/**
 * Opens the live connection. The client library is a chunk of its own: the
 * sign-in page does without it. Returns how to close everything.
 */
export function openSocket(
  onState: (state: LiveState) => void,
  listen: (socket: LiveSocket) => void,
): () => void {
  let closed = false;
  let socket: LiveSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  let lastToken = "";

  const start = async () => {
    const { io } = await import("socket.io-client");
    if (closed) return;
    socket = io({
      // A function, so that each reconnection carries the token of that moment.
      auth: (give) => {
        accessToken()
          .then((token) => {
            lastToken = token;
            give({ token });
          })
          .catch(() => give({})); // refused as unauthorized and handled there
      },
      transports: ["websocket", "polling"],
      tryAllTransports: true, // some proxies let no WebSocket through
      reconnectionDelay: 500,
      reconnectionDelayMax: 10_000,
    });
    socket.on("connect", () => {
      refusals = 0;
      onState("online");
    });
    socket.on("disconnect", (reason) => {
      onState("offline");
      // The library leaves it to us to come back when the server closed on purpose.
      if (reason === "io server disconnect") later();
    });
    socket.on("connect_error", () => {
      onState("offline");
      // `active` is false when the server refused us: the token may be old.
      if (socket?.active === false) later();
    });
    listen(socket);
  };

  const later = () => {
    clearTimeout(retry);
    const delay = Math.min(500 * 2 ** refusals, 30_000);
    retry = setTimeout(async () => {
      if (refusals++ > 0) await refresh(lastToken).catch(() => undefined);
      if (!closed && currentSession().state === "signedIn") socket?.connect();
    }, delay);
  };

  onState("connecting");
  void start().catch(() => onState("offline")); // the chunk did not load: polling goes on, a reload repairs it

  return () => {
    closed = true;
    clearTimeout(retry);
    socket?.close();
  };
}

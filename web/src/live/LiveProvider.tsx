import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { serverNow } from "../api/clock";
import { onInboxEvent } from "../api/conversations";
import type { ChannelState } from "../api/types";
import { channelKey } from "../api/whatsapp";
import { useSession } from "../session/useSession";
import { foldQR, foldReady, foldStatus } from "./events";
import { type LiveSocket, type LiveState, openSocket } from "./socket";

const LiveContext = createContext<LiveState>("connecting");

/** Whether events arrive. Pages poll slowly while they do not. */
export function useLive(): LiveState {
  return useContext(LiveContext);
}

/** Keeps one live connection while somebody is signed in and folds its events into the query cache. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const session = useSession();
  const userId = session.state === "signedIn" ? session.user.id : null;
  const [state, setState] = useState<LiveState>("connecting");

  useEffect(() => {
    if (userId === null) return;
    let wasOffline = false;
    return openSocket(
      (next) => {
        setState(next);
        // What happened while we were away was not told to us: ask for everything shown.
        if (next === "online" && wasOffline) void queries.invalidateQueries();
        wasOffline = next === "offline";
      },
      (socket) => follow(socket, queries),
    );
  }, [userId, queries]);

  return <LiveContext value={state}>{children}</LiveContext>;
}

function follow(socket: LiveSocket, queries: QueryClient): void {
  const fold = async (shopId: string, next: (previous: ChannelState | undefined) => ChannelState) => {
    const queryKey = channelKey(shopId);
    // A reply already under way is older than the event.
    await queries.cancelQueries({ queryKey });
    queries.setQueryData<ChannelState>(queryKey, next);
  };
  socket.on("qr", (event) => void fold(event.companyId, (previous) => foldQR(previous, event)));
  socket.on("status", (event) => {
    void fold(event.companyId, (previous) => foldStatus(previous, event)).then(() => {
      if (event.status !== "connecting") return settle(queries, event.companyId);
    });
  });
  socket.on("ready", (event) => {
    const now = new Date(serverNow()).toISOString();
    void fold(event.companyId, (previous) => foldReady(previous, event, now)).then(() =>
      settle(queries, event.companyId),
    );
  });
  socket.on("message", (event) => onInboxEvent(queries, event.conversationId));
  socket.on("conversation", (event) => onInboxEvent(queries, event.id));
}

/** After a transition that lasts, the stored truth: last connection, the shop's summary. */
async function settle(queries: QueryClient, shopId: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: channelKey(shopId) }),
    queries.invalidateQueries({ queryKey: ["shop", shopId] }),
  ]);
}

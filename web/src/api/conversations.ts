import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Conversation, Message } from "./types";

const listKey = (shopId: string) => ["conversations", shopId] as const;
const threadKey = (shopId: string, id: string) => ["messages", shopId, id] as const;

/** The shop's conversations, the one that moved last first. */
export const conversationsQuery = (shopId: string) =>
  infiniteQueryOptions({
    queryKey: listKey(shopId),
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/shops/{shopId}/conversations", {
          params: { path: { shopId }, query: { limit: 40, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next || undefined,
  });

/** A conversation's messages, the newest first; the next page is older. */
export const messagesQuery = (shopId: string, id: string) =>
  infiniteQueryOptions({
    queryKey: threadKey(shopId, id),
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/shops/{shopId}/conversations/{id}/messages", {
          params: { path: { shopId, id }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next || undefined,
  });

/** How the newest answers came about, in sentences of the language. */
export const traceQuery = (shopId: string, id: string, language: string) =>
  queryOptions({
    queryKey: ["trace", shopId, id, language],
    staleTime: 0, // asked about what has just been said
    refetchOnWindowFocus: false, // and about nothing that comes later
    queryFn: async ({ signal }) => {
      const { steps } = await unwrap(
        api.GET("/api/shops/{shopId}/conversations/{id}/trace", {
          params: { path: { shopId, id }, query: { limit: 200 } },
          signal,
        }),
      );
      return steps;
    },
  });

const one = (shopId: string, id: string) => ({ params: { path: { shopId, id } } });

export const setPaused = (shopId: string, id: string, paused: boolean): Promise<Conversation> =>
  paused
    ? unwrap(api.POST("/api/shops/{shopId}/conversations/{id}/pause", one(shopId, id)))
    : unwrap(api.POST("/api/shops/{shopId}/conversations/{id}/resume", one(shopId, id)));

export const markRead = (shopId: string, id: string): Promise<Conversation> =>
  unwrap(api.POST("/api/shops/{shopId}/conversations/{id}/read", one(shopId, id)));

/** Queues an answer. `key` makes a repeated call the same message. */
export const answer = (shopId: string, id: string, text: string, key: string) =>
  unwrap(
    api.POST("/api/shops/{shopId}/conversations/{id}/messages", {
      params: { path: { shopId, id }, header: { "Idempotency-Key": key } },
      body: { text },
    }),
  );

/** Puts what a command answered into the list, without asking for it again. */
export function noteConversation(queries: QueryClient, shopId: string, changed: Conversation): void {
  queries.setQueryData(conversationsQuery(shopId).queryKey, (data) =>
    data === undefined
      ? data
      : {
          ...data,
          pages: data.pages.map((page) => ({
            ...page,
            conversations: page.conversations.map((c) => (c.id === changed.id ? changed : c)),
          })),
        },
  );
}

export type { Conversation, Message };

// A burst of events (a bot that answers with three messages) is one question to the server.
const pause = 250; // milliseconds
const due = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * Something happened in a conversation: what is shown of it is asked for again.
 * The event names no shop; conversation ids are unique, and lists are short.
 */
export function onInboxEvent(queries: QueryClient, conversationId: string): void {
  const soon = (
    name: string,
    queryKey: readonly string[],
    predicate: (key: readonly unknown[]) => boolean,
  ) => {
    if (due.has(name)) return;
    due.set(
      name,
      setTimeout(() => {
        due.delete(name);
        void queries.invalidateQueries({ queryKey, predicate: (query) => predicate(query.queryKey) });
      }, pause),
    );
  };
  soon("lists", ["conversations"], () => true);
  soon(conversationId, ["messages"], (key) => key[2] === conversationId);
}

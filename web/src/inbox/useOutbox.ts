import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, conversationsQuery, messagesQuery } from "../api/conversations";

/** A message that the server has not taken yet. */
export interface Waiting {
  key: string;
  text: string;
  at: string;
  failed: Error | null;
}

/**
 * Messages on their way to the server. Each has a key of its own from the
 * start, so that sending a failed one again can never make two of it.
 */
export function useOutbox(shopId: string, conversationId: string) {
  const queries = useQueryClient();
  const [waiting, setWaiting] = useState<Waiting[]>([]);
  const change = (key: string, to: Partial<Waiting> | null) =>
    setWaiting((all) =>
      to === null ? all.filter((w) => w.key !== key) : all.map((w) => (w.key === key ? { ...w, ...to } : w)),
    );

  const { mutate } = useMutation({
    mutationFn: ({ key, text }: { key: string; text: string }) => answer(shopId, conversationId, text, key),
    scope: { id: `answer ${conversationId}` }, // in the order in which they were written
    onSuccess: async (_, { key }) => {
      await queries.invalidateQueries({ queryKey: messagesQuery(shopId, conversationId).queryKey });
      change(key, null);
      void queries.invalidateQueries({ queryKey: conversationsQuery(shopId).queryKey });
    },
    onError: (failed, { key }) => change(key, { failed }),
  });

  const send = (text: string) => {
    const message = { key: newKey(), text, at: new Date().toISOString(), failed: null };
    setWaiting((all) => [...all, message]);
    mutate(message);
  };
  const retry = (message: Waiting) => {
    change(message.key, { failed: null });
    mutate(message);
  };
  return { waiting, send, retry };
}

/** 128 random bits. Not crypto.randomUUID, which plain http does not have. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(
    "",
  );
}

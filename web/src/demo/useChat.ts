import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type PhoneMessage, phoneMessages, writeAs } from "../api/demo";
import { merge, nextAfter } from "./chat";

const interval = 700; // milliseconds

interface Chat {
  messages: PhoneMessage[];
  typing: boolean;
}

/** What a customer's phone shows, asked for while the page is seen, and how to write on it. */
export function useChat(customer: string) {
  const queries = useQueryClient();
  const queryKey = ["demo", "chat", customer];
  const chat = useQuery({
    queryKey,
    refetchInterval: interval,
    retry: false,
    queryFn: async ({ signal }): Promise<Chat> => {
      const shown = queries.getQueryData<Chat>(queryKey)?.messages ?? [];
      const news = await phoneMessages(customer, nextAfter(shown), signal);
      return { messages: merge(shown, news.messages ?? []), typing: news.typing ?? false };
    },
  });
  const write = useMutation({
    mutationFn: (text: string) => writeAs(customer, text),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  return {
    messages: chat.data?.messages ?? [],
    typing: chat.data?.typing ?? false,
    error: write.error ?? chat.error,
    write,
  };
}

import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { conversationsQuery, markRead, messagesQuery, noteConversation } from "../api/conversations";
import { isCode } from "../api/problem";
import type { Conversation } from "../api/types";
import { errorSentence } from "../layout/errorSentence";
import { NotFoundPage } from "../layout/NotFoundPage";
import { Notice } from "../layout/Page";
import { useLive } from "../live/LiveProvider";
import { may } from "../session/access";
import { useUser } from "../session/useSession";
import { Composer } from "./Composer";
import classes from "./Inbox.module.css";
import { Messages } from "./Messages";
import { ThreadHeader } from "./ThreadHeader";
import { useOutbox } from "./useOutbox";

/** One conversation: who it is with, what was said, a line to answer. */
export function Thread({ shopId, conversationId }: { shopId: string; conversationId: string }) {
  const { t } = useTranslation();
  const live = useLive();
  const mayWrite = may(useUser(), "write", shopId);
  const messages = useInfiniteQuery({
    ...messagesQuery(shopId, conversationId),
    refetchInterval: live === "online" ? false : 4_000,
  });
  const newest = messages.data?.pages[0]?.messages[0]?.id;
  const conversation = useConversation(shopId, conversationId, mayWrite, newest);
  const outbox = useOutbox(shopId, conversationId);

  if (messages.isError) {
    return isCode(messages.error, "not_found") ? (
      <NotFoundPage />
    ) : (
      <Notice title={t("error.title")} text={errorSentence(t, messages.error)}>
        <Button onClick={() => void messages.refetch()}>{t("error.again")}</Button>
      </Notice>
    );
  }
  return (
    <section className={classes.thread} aria-label={t("inbox.thread")}>
      <ThreadHeader shopId={shopId} conversation={conversation} mayWrite={mayWrite} />
      <Messages
        thread={{ shopId, conversationId }}
        pages={messages.data?.pages ?? null}
        waiting={outbox.waiting}
        onRetry={outbox.retry}
        older={
          messages.hasNextPage
            ? { loading: messages.isFetchingNextPage, load: () => void messages.fetchNextPage() }
            : null
        }
      />
      {mayWrite ? (
        <Composer onSend={outbox.send} />
      ) : (
        <p className={classes.readOnly}>{t("inbox.readOnly")}</p>
      )}
    </section>
  );
}

/**
 * The conversation as the list knows it. Opening it, and each message that comes
 * while it is open, marks it read; the reply also tells of a conversation
 * that the list has not come to yet.
 */
function useConversation(
  shopId: string,
  id: string,
  mayWrite: boolean,
  newest: string | undefined,
): Conversation | null {
  const queries = useQueryClient();
  const { data } = useInfiniteQuery(conversationsQuery(shopId));
  const listed = data?.pages.flatMap((page) => page.conversations).find((c) => c.id === id);
  const key = ["conversation", shopId, id];
  const unread = listed === undefined || listed.unread > 0;
  useEffect(() => {
    if (!mayWrite || !unread || newest === undefined || document.hidden) return;
    let left = false;
    markRead(shopId, id).then(
      (read) => {
        if (left) return;
        queries.setQueryData(["conversation", shopId, id], read);
        noteConversation(queries, shopId, read);
      },
      () => undefined, // stays unread until the next look
    );
    return () => {
      left = true;
    };
  }, [queries, shopId, id, mayWrite, unread, newest]);
  return listed ?? queries.getQueryData<Conversation>(key) ?? null;
}

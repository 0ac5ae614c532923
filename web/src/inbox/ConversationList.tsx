import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Conversation, conversationsQuery } from "../api/conversations";
import { useNow } from "../api/useNow";
import { ChatIcon, PauseIcon } from "../app/icons";
import { formatPhone } from "../format/phone";
import { listTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { errorSentence } from "../layout/errorSentence";
import { Notice } from "../layout/Page";
import { useLive } from "../live/LiveProvider";
import { Avatar } from "./Avatar";
import classes from "./Inbox.module.css";
import { previewText } from "./preview";

export function ConversationList({ shopId, openId }: { shopId: string; openId: string | null }) {
  const { t } = useTranslation();
  const live = useLive();
  const list = useInfiniteQuery({
    ...conversationsQuery(shopId),
    refetchInterval: live === "online" ? false : 5_000,
  });
  const conversations = list.data?.pages.flatMap((page) => page.conversations) ?? [];

  return (
    <>
      <h1 className={classes.listTitle}>{t("inbox.title")}</h1>
      {list.isPending ? (
        <div className={classes.loading} role="status" aria-label={t("app.loading")}>
          {[1, 2, 3, 4].map((n) => (
            <Skeleton key={n} height={52} />
          ))}
        </div>
      ) : list.isError ? (
        <Notice title={t("error.title")} text={errorSentence(t, list.error)}>
          <Button onClick={() => void list.refetch()}>{t("error.again")}</Button>
        </Notice>
      ) : conversations.length === 0 ? (
        <Notice mark={<ChatIcon size={44} />} title={t("inbox.emptyTitle")} text={t("inbox.emptyText")} />
      ) : (
        <ul className={classes.list}>
          {conversations.map((conversation) => (
            <Row
              key={conversation.id}
              shopId={shopId}
              conversation={conversation}
              open={conversation.id === openId}
            />
          ))}
          {list.hasNextPage ? (
            <li className={classes.more}>
              <Button
                variant="default"
                size="sm"
                fullWidth
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                {t("app.more")}
              </Button>
            </li>
          ) : null}
        </ul>
      )}
    </>
  );
}

function Row({ shopId, conversation, open }: { shopId: string; conversation: Conversation; open: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow(60_000);
  const { last, unread, paused } = conversation;
  return (
    <li>
      <Link
        to="/shops/$shopId/conversations/$conversationId"
        params={{ shopId, conversationId: conversation.id }}
        className={classes.row}
        data-open={open || undefined}
        aria-current={open ? "page" : undefined}
      >
        <Avatar id={conversation.id} name={contactName(conversation, t("inbox.noName"))} />
        <span className={classes.who}>
          <strong>{contactName(conversation, t("inbox.noName"))}</strong>
          {last ? <time dateTime={last.at}>{listTime(locale, Date.parse(last.at), now)}</time> : null}
        </span>
        <span className={classes.what}>
          <span>
            {last?.direction === "out" ? `${t("inbox.us")}: ` : ""}
            {last ? previewText(t, last.kind, last.text) : ""}
          </span>
          {paused ? (
            <span className={classes.paused} title={t("inbox.pausedShort")}>
              <PauseIcon size={14} />
              <span className="rc-hidden">{t("inbox.pausedShort")}</span>
            </span>
          ) : null}
          {unread > 0 ? (
            <span className={classes.unread}>
              {unread > 99 ? "99+" : unread}
              <span className="rc-hidden"> {t("inbox.unread")}</span>
            </span>
          ) : null}
        </span>
      </Link>
    </li>
  );
}

export function contactName({ contact }: Conversation, nobody: string): string {
  return contact.name || (contact.phone ? formatPhone(contact.phone) : nobody);
}

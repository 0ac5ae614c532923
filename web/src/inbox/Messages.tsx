import { Button, Loader } from "@mantine/core";
import { Fragment, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../api/types";
import { useNow } from "../api/useNow";
import { dayTitle } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { Bubble } from "./Bubble";
import classes from "./Inbox.module.css";
import { targetOf } from "./preview";
import { askedAt } from "./reasonsOf";
import type { Waiting } from "./useOutbox";
import { WaitingBubble } from "./WaitingBubble";

interface Older {
  loading: boolean;
  load: () => void;
}

/** The thread, oldest on top, kept at its end while the reader is at its end. */
export function Messages({
  thread,
  pages,
  waiting,
  onRetry,
  older,
}: {
  thread: { shopId: string; conversationId: string };
  pages: { messages: Message[] }[] | null;
  waiting: Waiting[];
  onRetry: (message: Waiting) => void;
  older: Older | null;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow(60_000);
  const messages = pages?.flatMap((page) => page.messages).reverse() ?? [];
  const byId = new Map(messages.map((message) => [message.id, message]));
  const failed = waiting.filter((message) => message.failed).length; // these grow by their reason
  const pane = useEndOf(`${messages.length} ${waiting.length} ${failed}`, messages[0]?.id);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={pane} className={classes.messages} tabIndex={0} role="log" aria-label={t("inbox.messages")}>
      {pages === null ? <Loader className={classes.loader ?? ""} aria-label={t("app.loading")} /> : null}
      {older ? (
        <Button
          variant="subtle"
          size="sm"
          loading={older.loading}
          onClick={older.load}
          className={classes.older ?? ""}
        >
          {t("inbox.older")}
        </Button>
      ) : null}
      {pages !== null && messages.length + waiting.length === 0 ? (
        <p className={classes.quiet}>{t("inbox.threadEmpty")}</p>
      ) : null}
      {messages.map((message, i) => {
        const day = dayTitle(locale, Date.parse(message.at), now);
        const before = messages[i - 1];
        const newDay = before === undefined || dayTitle(locale, Date.parse(before.at), now) !== day;
        const grouped =
          !newDay && before?.direction === message.direction && before.author === message.author;
        const asked = askedAt(messages, i);
        return (
          <Fragment key={message.id}>
            {newDay ? <h2 className={classes.day}>{day}</h2> : null}
            <Bubble
              message={message}
              grouped={grouped}
              about={byId.get(targetOf(message) ?? "")}
              why={asked && { ...thread, asked }}
            />
          </Fragment>
        );
      })}
      {waiting.map((message) => (
        <WaitingBubble key={message.key} message={message} onRetry={onRetry} />
      ))}
    </div>
  );
}

/**
 * Keeps the pane's end in view when messages come while it is in view, and the
 * reader's place when older ones are put on top.
 */
function useEndOf(content: string, first: string | undefined) {
  const pane = useRef<HTMLDivElement>(null);
  const state = useRef({ atEnd: true, height: 0, first });

  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const onScroll = () => {
      state.current.atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
      state.current.height = element.scrollHeight;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    // The phone's keyboard and a banner change the pane's height.
    const resize = new ResizeObserver(() => {
      if (state.current.atEnd) element.scrollTop = element.scrollHeight;
    });
    resize.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resize.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what is shown changes
  useLayoutEffect(() => {
    const element = pane.current;
    if (!element) return;
    const grewOnTop = state.current.first !== undefined && state.current.first !== first;
    if (state.current.atEnd) element.scrollTop = element.scrollHeight;
    else if (grewOnTop) element.scrollTop += element.scrollHeight - state.current.height;
    state.current.first = first;
    state.current.height = element.scrollHeight;
  }, [content, first]);

  return pane;
}

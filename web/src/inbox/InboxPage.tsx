import { Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePageTitle } from "../layout/usePageTitle";
import { ConversationList } from "./ConversationList";
import classes from "./Inbox.module.css";

/** The list and, beside it or instead of it on a phone, the open conversation. */
export function InboxPage({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const { conversationId } = useParams({ strict: false });
  usePageTitle(t("inbox.title"));
  return (
    <div className={classes.inbox} data-open={conversationId !== undefined || undefined}>
      <section className={classes.listPane} aria-label={t("inbox.title")}>
        <ConversationList shopId={shopId} openId={conversationId ?? null} />
      </section>
      <div className={classes.threadPane}>
        <Outlet />
      </div>
    </div>
  );
}

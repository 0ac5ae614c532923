import { Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { conversationsQuery } from "../api/conversations";
import { ChatIcon } from "../app/icons";
import { contactName } from "../inbox/ConversationList";
import { previewText } from "../inbox/preview";
import { Card } from "../layout/Page";
import classes from "./ShopHome.module.css";

/** The newest conversation, as a way into the inbox. */
export function InboxSummary({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const { data, isPending } = useInfiniteQuery(conversationsQuery(shopId));
  const newest = data?.pages[0]?.conversations[0];
  return (
    <Card>
      <Link to="/shops/$shopId/conversations" params={{ shopId }} className={classes.summary}>
        <h2>
          <ChatIcon size={18} />
          {t("home.inbox")}
        </h2>
        {isPending ? (
          <Skeleton height={44} />
        ) : newest ? (
          <p>
            <strong>{contactName(newest, t("inbox.noName"))}</strong>
            <br />
            <small className={classes.line}>
              {newest.last ? previewText(t, newest.last.kind, newest.last.text) : t("inbox.threadEmpty")}
            </small>
          </p>
        ) : (
          <p>
            <strong>{t("inbox.emptyTitle")}</strong>
            <br />
            <small>{t("home.inboxNone")}</small>
          </p>
        )}
      </Link>
    </Card>
  );
}

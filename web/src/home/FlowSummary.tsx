import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { flowQuery } from "../api/flow";
import { useNow } from "../api/useNow";
import { FlowIcon } from "../app/icons";
import { relativeTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { Card } from "../layout/Page";
import classes from "./ShopHome.module.css";

export function FlowSummary({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow(60_000);
  const { data: flow, isPending } = useQuery(flowQuery(shopId));
  return (
    <Card>
      <Link to="/shops/$shopId/flow" params={{ shopId }} className={classes.summary}>
        <h2>
          <FlowIcon size={18} />
          {t("home.flow")}
        </h2>
        {isPending ? (
          <Skeleton height={44} />
        ) : flow ? (
          <p>
            <strong>{flow.definition.name}</strong>
            <br />
            <small>
              {t("flow.version", { version: flow.version })} ·{" "}
              {t("flow.published", { when: relativeTime(locale, Date.parse(flow.publishedAt), now) })}
            </small>
          </p>
        ) : (
          <p>
            <strong>{t("flow.emptyTitle")}</strong>
            <br />
            <small>{t("home.flowNone")}</small>
          </p>
        )}
      </Link>
    </Card>
  );
}

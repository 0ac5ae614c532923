import { Button } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { flowQuery, type PublishedFlow } from "../api/flow";
import { useNow } from "../api/useNow";
import { DownloadIcon, FlowIcon, UploadIcon } from "../app/icons";
import { relativeTime, shortTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { Notice, Page } from "../layout/Page";
import { usePageTitle } from "../layout/usePageTitle";
import { may } from "../session/access";
import { useUser } from "../session/useSession";
import { downloadFlow } from "./downloadFlow";
import classes from "./Flow.module.css";
import { Script } from "./Script";

/** What answers the shop's customers, readable from top to bottom. */
export function FlowPage({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const { data: flow } = useSuspenseQuery(flowQuery(shopId));
  const mayPublish = may(useUser(), "publish", shopId);
  return flow === null ? (
    <NoFlow shopId={shopId} mayPublish={mayPublish} />
  ) : (
    <Page
      title={flow.definition.name}
      lead={<Published flow={flow} />}
      actions={
        <div className={classes.actions}>
          <Button
            variant="default"
            leftSection={<DownloadIcon size={18} />}
            onClick={() => downloadFlow(flow)}
          >
            {t("flow.download")}
          </Button>
          {mayPublish ? (
            <Button
              component={Link}
              to={`/shops/${encodeURIComponent(shopId)}/flow/publish`}
              leftSection={<UploadIcon size={18} />}
            >
              {t("flow.publishNew")}
            </Button>
          ) : null}
        </div>
      }
    >
      <Script flow={flow.definition} exits={flow.exits} />
    </Page>
  );
}

function Published({ flow }: { flow: PublishedFlow }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow(60_000);
  const at = Date.parse(flow.publishedAt);
  return (
    <>
      {t("flow.version", { version: flow.version })} ·{" "}
      <time dateTime={flow.publishedAt}>
        {t("flow.published", { when: `${relativeTime(locale, at, now)} (${shortTime(locale, at)})` })}
      </time>
    </>
  );
}

function NoFlow({ shopId, mayPublish }: { shopId: string; mayPublish: boolean }) {
  const { t } = useTranslation();
  usePageTitle(t("nav.flow"));
  return (
    <Notice
      mark={<FlowIcon size={44} />}
      title={t("flow.emptyTitle")}
      text={t(mayPublish ? "flow.emptyText" : "flow.emptyViewer")}
    >
      {mayPublish ? (
        <Button
          component={Link}
          to={`/shops/${encodeURIComponent(shopId)}/flow/publish`}
          leftSection={<UploadIcon size={18} />}
        >
          {t("flow.publishFirst")}
        </Button>
      ) : null}
    </Notice>
  );
}

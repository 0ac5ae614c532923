import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { shopQuery } from "../api/shops";
import { Page } from "../layout/Page";
import { WhatsAppCard } from "../whatsapp/WhatsAppCard";
import { DemoCard } from "./DemoCard";
import { FlowSummary } from "./FlowSummary";
import { InboxSummary } from "./InboxSummary";
import classes from "./ShopHome.module.css";

/** The shop's front page: is WhatsApp connected, what answers, who wrote. */
export function ShopHomePage({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const { data: shop } = useSuspenseQuery(shopQuery(shopId));
  return (
    <Page title={shop.name} lead={t("home.lead")}>
      <div className={classes.grid}>
        <WhatsAppCard shopId={shopId} />
        <div className={classes.side}>
          <DemoCard />
          <FlowSummary shopId={shopId} />
          <InboxSummary shopId={shopId} />
        </div>
      </div>
    </Page>
  );
}

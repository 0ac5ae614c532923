import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { demoQuery } from "../api/demo";
import { PhoneIcon } from "../app/icons";
import { Card } from "../layout/Page";
import classes from "./ShopHome.module.css";

/** In a demo, the way to the virtual phone: in a tab of its own, beside the panel. */
export function DemoCard() {
  const { t } = useTranslation();
  const { data: demo } = useQuery(demoQuery);
  if (!demo) return null;
  return (
    <Card>
      <a href="/demo" target="_blank" rel="noopener" className={classes.summary}>
        <h2>
          <PhoneIcon size={18} />
          Demo
        </h2>
        <p>
          <strong>{t("demo.cardTitle")}</strong>
          <br />
          <small>{t("demo.cardText")}</small>
        </p>
      </a>
    </Card>
  );
}

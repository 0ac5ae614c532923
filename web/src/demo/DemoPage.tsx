import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Demo } from "../api/demo";
import { RightIcon } from "../app/icons";
import { Brand } from "../layout/Brand";
import { LightPreferences } from "../layout/LightPreferences";
import { usePageTitle } from "../layout/usePageTitle";
import { CustomerPhone } from "./CustomerPhone";
import classes from "./Demo.module.css";
import { ShopPhone } from "./ShopPhone";

/** The demo's two phones: the shop's, which scans the panel's QR, and a customer's, which writes. */
export function DemoPage({ demo }: { demo: Demo }) {
  const { t } = useTranslation();
  usePageTitle(t("demo.title"));
  const [customer, setCustomer] = useState(demo.customers[0]);
  return (
    <div className={classes.demo}>
      <header className={classes.bar}>
        <Brand />
        <span className={classes.tools}>
          <LightPreferences />
          <Button component={Link} to="/" variant="default" size="sm" rightSection={<RightIcon size={16} />}>
            {t("demo.panel")}
          </Button>
        </span>
      </header>
      <main className={classes.main}>
        <div className={classes.intro}>
          <h1>{t("demo.title")}</h1>
          <p>{t("demo.lead")}</p>
          <ol>
            <li>{t("demo.step1")}</li>
            <li>{t("demo.step2")}</li>
            <li>{t("demo.step3")}</li>
          </ol>
        </div>
        <div className={classes.phones}>
          <ShopPhone demo={demo} customerName={customer?.name ?? ""} />
          {customer ? (
            <CustomerPhone
              key={customer.number}
              demo={demo}
              customer={customer}
              onCustomer={(number) =>
                setCustomer(demo.customers.find((c) => c.number === number) ?? customer)
              }
            />
          ) : null}
        </div>
      </main>
    </div>
  );
}

import { Button, Skeleton, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allShopsQuery } from "../api/shops";
import type { Shop } from "../api/types";
import { PlusIcon, ShopIcon } from "../app/icons";
import { formatPhone } from "../format/phone";
import { errorSentence } from "../layout/errorSentence";
import { Card, Notice, Page } from "../layout/Page";
import { StatusPill } from "../whatsapp/StatusPill";
import { NewShop } from "./NewShop";
import classes from "./ShopsPage.module.css";

/** The platform administrator's list of shops. */
export function ShopsPage() {
  const { t } = useTranslation();
  const shops = useInfiniteQuery(allShopsQuery);
  const [creating, { open, close }] = useDisclosure(false);
  const [wanted, setWanted] = useState("");
  const all = shops.data?.pages.flatMap((page) => page.shops) ?? [];
  const found = all.filter((shop) => matches(shop, wanted));
  const many = all.length > 8;

  return (
    <Page
      title={t("admin.title")}
      lead={t("admin.lead")}
      actions={
        <Button leftSection={<PlusIcon size={18} />} onClick={open}>
          {t("admin.new")}
        </Button>
      }
    >
      {many ? (
        <TextInput
          mb="md"
          type="search"
          aria-label={t("admin.search")}
          placeholder={t("admin.search")}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      ) : null}
      <Card>
        {shops.isPending ? (
          <ul className={classes.list}>
            {[1, 2, 3].map((n) => (
              <li key={n} className={classes.row}>
                <Skeleton height={20} width="40%" />
              </li>
            ))}
          </ul>
        ) : shops.isError ? (
          <Notice title={t("error.title")} text={errorSentence(t, shops.error)}>
            <Button onClick={() => void shops.refetch()}>{t("error.again")}</Button>
          </Notice>
        ) : found.length === 0 ? (
          <Notice
            mark={<ShopIcon size={44} />}
            title={t(wanted ? "admin.notFound" : "admin.emptyTitle")}
            text={t(wanted ? "admin.notFoundText" : "admin.emptyText")}
          />
        ) : (
          <ul className={classes.list}>
            {found.map((shop) => (
              <li key={shop.shopId}>
                <Link to="/shops/$shopId" params={{ shopId: shop.shopId }} className={classes.row}>
                  <span className={classes.name}>
                    {shop.name}
                    <small>{shop.shopId}</small>
                  </span>
                  <span className={classes.number}>
                    {shop.whatsapp?.number ? formatPhone(shop.whatsapp.number) : ""}
                  </span>
                  <StatusPill status={shop.whatsapp?.connected ? "active" : "inactive"} />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {shops.hasNextPage ? (
        <Button
          variant="default"
          fullWidth
          mt="md"
          loading={shops.isFetchingNextPage}
          onClick={() => void shops.fetchNextPage()}
        >
          {t("app.more")}
        </Button>
      ) : null}
      <NewShop opened={creating} onClose={close} />
    </Page>
  );
}

function matches(shop: Shop, wanted: string): boolean {
  const words = wanted.trim().toLowerCase();
  return `${shop.name} ${shop.shopId} ${shop.whatsapp?.number ?? ""}`.toLowerCase().includes(words);
}

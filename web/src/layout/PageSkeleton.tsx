import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Page.module.css";

/** The shape of a page while its data comes. */
export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.page} role="status" aria-label={t("app.loading")}>
      <Stack gap="lg">
        <Skeleton height={32} width="min(260px, 60%)" />
        <Skeleton height={180} radius="lg" />
        <Skeleton height={120} radius="lg" />
      </Stack>
    </div>
  );
}

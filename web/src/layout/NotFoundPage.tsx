import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Notice } from "./Page";
import { usePageTitle } from "./usePageTitle";

export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t("notFound.title"));
  return (
    <Notice mark="404" title={t("notFound.title")} text={t("notFound.text")}>
      <Button component={Link} to="/">
        {t("notFound.home")}
      </Button>
    </Notice>
  );
}

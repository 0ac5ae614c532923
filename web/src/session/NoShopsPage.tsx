import { useTranslation } from "react-i18next";
import { ShopIcon } from "../app/icons";
import { Notice } from "../layout/Page";
import { usePageTitle } from "../layout/usePageTitle";

/** A user who belongs to no shop yet. */
export function NoShopsPage() {
  const { t } = useTranslation();
  usePageTitle(t("shops.noneTitle"));
  return <Notice mark={<ShopIcon size={44} />} title={t("shops.noneTitle")} text={t("shops.noneText")} />;
}

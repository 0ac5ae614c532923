import { useTranslation } from "react-i18next";
import { localeFor } from ".";

/** The locale for Intl: the chosen language in the browser's regional variant. */
export function useLocale(): string {
  const { i18n } = useTranslation();
  return localeFor(i18n.language, navigator.languages);
}

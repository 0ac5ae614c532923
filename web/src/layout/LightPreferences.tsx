import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { chooseLanguage, type Language, languages } from "../i18n";
import classes from "./LightPreferences.module.css";
import { SchemeToggle } from "./SchemeToggle";

/**
 * The same choices as Preferences, on the pages in front of the sign-in: with
 * the browser's own list, which spares a first visit the code of a menu.
 */
export function LightPreferences() {
  const { t, i18n } = useTranslation();
  return (
    <span className={classes.preferences}>
      <NativeSelect
        size="sm"
        variant="unstyled"
        w={112}
        aria-label={t("preferences.language")}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        value={i18n.language}
        onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
      />
      <SchemeToggle />
    </span>
  );
}

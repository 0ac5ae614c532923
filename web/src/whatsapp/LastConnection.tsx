import { useTranslation } from "react-i18next";
import { useNow } from "../api/useNow";
import { fullTime, relativeTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import classes from "./WhatsAppCard.module.css";

/** "Última conexión hace 5 minutos (lunes, 23 de noviembre, 10:05)", and the account's own name. */
export function LastConnection({ at, name }: { at: string | null | undefined; name: string | undefined }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow(30_000);
  if (!at && !name) return null;
  return (
    <p className={classes.meta}>
      {name ? `${name}${at ? " · " : ""}` : ""}
      {at ? (
        <>
          {t("whatsapp.lastConnection", { when: relativeTime(locale, Date.parse(at), now) })}{" "}
          <span>({fullTime(locale, Date.parse(at))})</span>
        </>
      ) : null}
    </p>
  );
}

import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNow } from "../api/useNow";
import { reasonSentence } from "./statusSentence";
import type { View } from "./view";
import classes from "./WhatsAppCard.module.css";

/** "Reintentando 3 de 10, en 12 s", with why the connection was lost. */
export function Retrying({
  view,
  reason,
}: {
  view: Extract<View, { kind: "retrying" }>;
  reason: string | undefined;
}) {
  const { t } = useTranslation();
  const now = useNow(500);
  const why = reasonSentence(t, reason);
  const left = view.retryAt === null ? 0 : Math.ceil((view.retryAt - now) / 1000);
  const attempt =
    view.maxAttempts === null
      ? t("whatsapp.attempt", { n: view.attempt })
      : t("whatsapp.attemptOf", { n: view.attempt, max: view.maxAttempts });
  return (
    <div className={classes.retry}>
      <Loader size="sm" aria-hidden="true" />
      <p>
        {left > 0
          ? t("whatsapp.attemptIn", { attempt, seconds: left })
          : t("whatsapp.attemptNow", { attempt })}
        {why ? <small>{why}</small> : null}
      </p>
    </div>
  );
}

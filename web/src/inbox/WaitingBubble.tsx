import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { clockTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { errorSentence } from "../layout/errorSentence";
import { BubbleFrame } from "./Bubble";
import classes from "./Bubble.module.css";
import { Ticks } from "./Ticks";
import type { Waiting } from "./useOutbox";
import { WhatsAppText } from "./WhatsAppText";

/** A message of ours that the server has not taken yet, or would not. */
export function WaitingBubble({
  message,
  onRetry,
}: {
  message: Waiting;
  onRetry: (message: Waiting) => void;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <BubbleFrame
      side="out"
      meta={
        <>
          <time dateTime={message.at}>{clockTime(locale, Date.parse(message.at))}</time>
          <Ticks status={message.failed ? "failed" : "queued"} />
        </>
      }
    >
      <WhatsAppText text={message.text} />
      {message.failed ? (
        <span className={classes.error} role="alert">
          {errorSentence(t, message.failed)}{" "}
          <Button size="compact-sm" variant="light" color="red" onClick={() => onRetry(message)}>
            {t("inbox.retry")}
          </Button>
        </span>
      ) : null}
    </BubbleFrame>
  );
}

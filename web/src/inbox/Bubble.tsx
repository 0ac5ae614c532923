import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../api/types";
import { clockTime, fullTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { useUser } from "../session/useSession";
import classes from "./Bubble.module.css";
import { kindLabel, whyNot, wordsOf } from "./preview";
import { Ticks } from "./Ticks";
import { WhatsAppText } from "./WhatsAppText";

/** The shape that all bubbles share: a side, a body, a line with the time. */
export function BubbleFrame({
  side,
  grouped = false,
  who,
  meta,
  children,
}: {
  side: "in" | "out";
  grouped?: boolean;
  who?: ReactNode;
  meta?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.bubble} data-side={side} data-grouped={grouped || undefined}>
      {who ? <span className={classes.who}>{who}</span> : null}
      <div className={classes.text}>{children}</div>
      {meta ? <span className={classes.meta}>{meta}</span> : null}
    </div>
  );
}

export function Bubble({ message, grouped }: { message: Message; grouped: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const me = useUser();
  const { content, direction } = message;
  const kind = content.kind ?? "text";
  const words = wordsOf(content);
  const at = Date.parse(message.at);
  const plain = kind === "text" || kind === "choice" || kind === "edited";
  const author =
    direction === "in"
      ? t("inbox.author.customer")
      : message.author === "flow"
        ? t("inbox.author.flow")
        : message.author === "phone"
          ? t("inbox.author.phone")
          : message.author === me?.id
            ? t("inbox.author.me")
            : t("inbox.author.team");
  return (
    <BubbleFrame
      side={direction}
      grouped={grouped}
      who={direction === "out" && !grouped ? author : <span className="rc-hidden">{author}: </span>}
      meta={
        <>
          {kind === "edited" ? `${t("inbox.kind.edited")} · ` : null}
          <time dateTime={message.at} title={fullTime(locale, at)}>
            {clockTime(locale, at)}
          </time>
          {direction === "out" ? <Ticks status={message.status} /> : null}
        </>
      }
    >
      {plain ? null : <span className={classes.kind}>{kindLabel(t, kind)}</span>}
      {content.media?.filename ? <span className={classes.file}>{content.media.filename}</span> : null}
      {words ? <WhatsAppText text={words} /> : null}
      {content.poll ? (
        <ul className={classes.poll}>
          {content.poll.options.map((option) => (
            <li key={option}>{option}</li>
          ))}
        </ul>
      ) : null}
      {content.location ? (
        <span className={classes.file}>
          {content.location.address ??
            `${content.location.latitude.toFixed(5)}, ${content.location.longitude.toFixed(5)}`}
        </span>
      ) : null}
      {message.error ? <span className={classes.error}>{whyNot(t, message.error)}</span> : null}
    </BubbleFrame>
  );
}

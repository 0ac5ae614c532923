import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../api/types";
import { clockTime, fullTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { useUser } from "../session/useSession";
import classes from "./Bubble.module.css";
import { detailOf, isPlain, previewText, titleOf, whyNot, wordsOf } from "./preview";
import { type Question, Reasons } from "./Reasons";
import { Ticks } from "./Ticks";
import { WhatsAppText } from "./WhatsAppText";

/** The shape that all bubbles share: a side, a body, a line with the time. */
export function BubbleFrame({
  side,
  grouped = false,
  who,
  meta,
  below,
  children,
}: {
  side: "in" | "out";
  grouped?: boolean;
  who?: ReactNode;
  meta?: ReactNode;
  below?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.bubble} data-side={side} data-grouped={grouped || undefined}>
      {who ? <span className={classes.who}>{who}</span> : null}
      <div className={classes.text}>{children}</div>
      {meta ? <span className={classes.meta}>{meta}</span> : null}
      {below}
    </div>
  );
}

/** A message of the history; `about` is the one that it speaks of, `why` where to ask for its reason. */
export function Bubble({
  message,
  grouped,
  about,
  why,
}: {
  message: Message;
  grouped: boolean;
  about?: Message | undefined;
  why?: Question | undefined;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const me = useUser();
  const { content, direction } = message;
  const { kind } = content;
  const words = wordsOf(content);
  const at = Date.parse(message.at);
  const plain = isPlain(kind) && words !== "";
  const detail = detailOf(content);
  const [asked, setAsked] = useState(false);
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
          {why ? (
            <button
              type="button"
              className={classes.why}
              aria-expanded={asked}
              aria-label={t(direction === "out" ? "inbox.whyThis" : "inbox.whySilent")}
              onClick={() => setAsked(!asked)}
            >
              {t("inbox.whyShort")}
            </button>
          ) : null}
          {kind === "edited" ? `${t("inbox.kind.edited")} · ` : null}
          <time dateTime={message.at} title={fullTime(locale, at)}>
            {clockTime(locale, at)}
          </time>
          {direction === "out" ? <Ticks status={message.status} /> : null}
        </>
      }
      below={why && asked ? <Reasons question={why} /> : null}
    >
      {content.ad ? <span className={classes.file}>{t("inbox.fromAd")}</span> : null}
      {about ? (
        <span className={classes.quote}>{previewText(t, about.content.kind, wordsOf(about.content))}</span>
      ) : null}
      {plain ? null : <span className={classes.kind}>{titleOf(t, content)}</span>}
      {words ? <WhatsAppText text={words} /> : null}
      {content.poll ? (
        <ul className={classes.poll}>
          {content.poll.options.map((option) => (
            <li key={option}>{option}</li>
          ))}
        </ul>
      ) : null}
      {detail ? <span className={classes.file}>{detail}</span> : null}
      {message.error ? <span className={classes.error}>{whyNot(t, message.error)}</span> : null}
    </BubbleFrame>
  );
}

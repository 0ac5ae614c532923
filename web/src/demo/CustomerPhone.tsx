import { Select } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Demo, PhoneMessage } from "../api/demo";
import { clockTime } from "../format/time";
import { useLocale } from "../i18n/useLocale";
import { Avatar } from "../inbox/Avatar";
import { BubbleFrame } from "../inbox/Bubble";
import { Composer } from "../inbox/Composer";
import { kindLabel } from "../inbox/preview";
import { Ticks } from "../inbox/Ticks";
import { WhatsAppText } from "../inbox/WhatsAppText";
import { errorSentence } from "../layout/errorSentence";
import classes from "./Demo.module.css";
import { PhoneFrame } from "./PhoneFrame";
import { useChat } from "./useChat";

/** A customer's phone, in the chat with the shop. */
export function CustomerPhone({
  demo,
  customer,
  onCustomer,
}: {
  demo: Demo;
  customer: Demo["customers"][number];
  onCustomer: (number: string) => void;
}) {
  const { t } = useTranslation();
  const chat = useChat(customer.number);
  const end = useRef<HTMLDivElement>(null);
  const count = chat.messages.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message scrolls the chat to its end
  useEffect(() => {
    const pane = end.current?.parentElement;
    if (pane) pane.scrollTop = pane.scrollHeight;
  }, [count, chat.typing]);

  return (
    <PhoneFrame title={t("demo.customerPhone", { name: customer.name })}>
      <div className={classes.appBar}>
        <Avatar id={demo.shopId} name={demo.shopName} />
        <span>
          <strong>{demo.shopName}</strong>
          <small>{t(chat.typing ? "demo.typing" : "demo.online")}</small>
        </span>
        {demo.customers.length > 1 ? (
          <Select
            className={classes.who ?? ""}
            size="xs"
            aria-label={t("demo.customer")}
            allowDeselect={false}
            data={demo.customers.map((c) => ({ value: c.number, label: c.name }))}
            value={customer.number}
            onChange={(number) => number && onCustomer(number)}
          />
        ) : null}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={classes.chat} role="log" aria-label={t("inbox.messages")} tabIndex={0}>
        {count === 0 ? <p className={classes.quiet}>{t("demo.empty")}</p> : null}
        {chat.messages.map((message, i) => (
          <PhoneBubble
            key={message.seq}
            message={message}
            grouped={chat.messages[i - 1]?.fromMe === message.fromMe}
          />
        ))}
        {chat.typing ? (
          <div className={classes.typing} role="img" aria-label={t("demo.typing")}>
            <span />
            <span />
            <span />
          </div>
        ) : null}
        <div ref={end} />
      </div>
      {chat.error ? (
        <p className={classes.refused} role="alert">
          {errorSentence(t, chat.error)}
        </p>
      ) : null}
      <Composer label={t("demo.write", { name: customer.name })} onSend={(text) => chat.write.mutate(text)} />
    </PhoneFrame>
  );
}

function PhoneBubble({ message, grouped }: { message: PhoneMessage; grouped: boolean }) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <BubbleFrame
      side={message.fromMe ? "out" : "in"}
      grouped={grouped}
      meta={
        <>
          {(message.copies ?? 1) > 1 ? <span>{t("demo.copies", { n: message.copies })}</span> : null}
          <time dateTime={message.at}>{clockTime(locale, Date.parse(message.at))}</time>
          {message.fromMe ? <Ticks status={message.status ?? "sent"} /> : null}
        </>
      }
    >
      {message.kind && message.kind !== "text" ? <strong>{kindLabel(t, message.kind)} </strong> : null}
      <WhatsAppText text={message.text} />
    </BubbleFrame>
  );
}

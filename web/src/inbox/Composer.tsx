import { ActionIcon, Textarea } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { SendIcon } from "../app/icons";
import classes from "./Inbox.module.css";

const maxLength = 4096; // characters, WhatsApp's limit

/** A line to write. Enter sends, Shift+Enter breaks the line; on a phone Enter breaks and the button sends. */
export function Composer({ label, onSend }: { label?: string; onSend: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const send = () => {
    const words = text.trim();
    if (words === "") return;
    onSend(words);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || touch) return;
    event.preventDefault();
    send();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form className={classes.composer} onSubmit={onSubmit}>
      <Textarea
        className={classes.field ?? ""}
        aria-label={label ?? t("inbox.write")}
        placeholder={label ?? t("inbox.write")}
        autosize
        minRows={1}
        maxRows={6}
        radius="xl"
        maxLength={maxLength}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <ActionIcon
        type="submit"
        size={42}
        radius="xl"
        aria-label={t("inbox.send")}
        disabled={text.trim() === ""}
      >
        <SendIcon />
      </ActionIcon>
    </form>
  );
}

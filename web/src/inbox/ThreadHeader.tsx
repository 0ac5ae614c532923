import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { conversationsQuery, noteConversation, setPaused } from "../api/conversations";
import type { Conversation } from "../api/types";
import { BackIcon, PauseIcon, PlayIcon } from "../app/icons";
import { formatPhone } from "../format/phone";
import { errorSentence } from "../layout/errorSentence";
import { Avatar } from "./Avatar";
import { contactName } from "./ConversationList";
import classes from "./Inbox.module.css";

export function ThreadHeader({
  shopId,
  conversation,
  mayWrite,
}: {
  shopId: string;
  conversation: Conversation | null;
  mayWrite: boolean;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const pausing = useMutation({
    mutationFn: ({ id, paused }: { id: string; paused: boolean }) => setPaused(shopId, id, paused),
    onSuccess: (changed) => {
      queries.setQueryData(["conversation", shopId, changed.id], changed);
      noteConversation(queries, shopId, changed);
    },
    onError: (error) => {
      notifications.show({ color: "red", message: errorSentence(t, error) });
      void queries.invalidateQueries({ queryKey: conversationsQuery(shopId).queryKey });
    },
  });
  const paused = conversation?.paused ?? false;
  const name = conversation ? contactName(conversation, t("inbox.noName")) : "";

  return (
    <>
      <header className={classes.threadHead}>
        <ActionIcon
          className={classes.back ?? ""}
          component={Link}
          to={`/shops/${shopId}/conversations`}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("inbox.back")}
        >
          <BackIcon />
        </ActionIcon>
        {conversation ? (
          <>
            <Avatar id={conversation.id} name={name} />
            <h1>
              {name}
              {conversation.contact.name && conversation.contact.phone ? (
                <small>{formatPhone(conversation.contact.phone)}</small>
              ) : null}
            </h1>
          </>
        ) : (
          <Skeleton height={22} width={140} />
        )}
        {conversation && mayWrite ? (
          <Button
            className={classes.pause ?? ""}
            size="sm"
            variant={paused ? "filled" : "default"}
            leftSection={paused ? <PlayIcon size={16} /> : <PauseIcon size={16} />}
            loading={pausing.isPending}
            onClick={() => pausing.mutate({ id: conversation.id, paused: !paused })}
          >
            {t(paused ? "inbox.resume" : "inbox.pause")}
          </Button>
        ) : null}
      </header>
      <div role="status">{paused ? <p className={classes.pausedBar}>{t("inbox.pausedText")}</p> : null}</div>
    </>
  );
}

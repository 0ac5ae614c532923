import { Button, Skeleton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelState, ChannelType } from "../api/types";
import { LinkIcon } from "../app/icons";
import { errorSentence } from "../layout/errorSentence";
import { Card } from "../layout/Page";
import { may } from "../session/access";
import { useUser } from "../session/useSession";
import { ChooseType } from "./ChooseType";
import { LastConnection } from "./LastConnection";
import { Linking } from "./Linking";
import { Retrying } from "./Retrying";
import { StatusPill } from "./StatusPill";
import { StopDialogs } from "./StopDialogs";
import { statusSentence } from "./statusSentence";
import { isActivating, useChannel, useChannelCommands } from "./useChannel";
import { hasCredentials, viewOf } from "./view";
import classes from "./WhatsAppCard.module.css";

/** The shop's link to WhatsApp: how it stands, and everything that can be done about it. */
export function WhatsAppCard({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const channel = useChannel(shopId);
  return (
    <Card className={classes.card} aria-labelledby="whatsapp-title">
      <h2 id="whatsapp-title" className={classes.title}>
        WhatsApp
      </h2>
      {channel.data ? (
        <Body shopId={shopId} state={channel.data} />
      ) : channel.isError ? (
        <div role="alert">
          <p>{errorSentence(t, channel.error)}</p>
          <Button variant="default" onClick={() => void channel.refetch()}>
            {t("error.again")}
          </Button>
        </div>
      ) : (
        <div role="status" aria-label={t("app.loading")}>
          <Skeleton height={28} width="60%" mb="sm" />
          <Skeleton height={18} width="80%" mb="lg" />
          <Skeleton height={42} width={160} />
        </div>
      )}
    </Card>
  );
}

function Body({ shopId, state }: { shopId: string; state: ChannelState }) {
  const { t } = useTranslation();
  const mayActivate = may(useUser(), "activate", shopId);
  const queries = useQueryClient();
  const commands = useChannelCommands(shopId);
  const [choosing, setChoosing] = useState(false);
  const view = viewOf(state);
  const stopped = view.kind === "off" || view.kind === "error";
  const start = (type: ChannelType) => {
    setChoosing(false);
    if (!isActivating(queries, shopId)) commands.activate.mutate(type);
  };
  const restorable = hasCredentials(state);
  const starting = commands.activate.isPending;

  return (
    <>
      <div className={classes.state}>
        <StatusPill status={state.status} />
        {/* Spoken when it changes; the countdowns below stay silent. */}
        <p className={classes.sentence} role="status">
          {statusSentence(t, state)}
        </p>
      </div>
      {view.kind === "active" || stopped ? (
        <LastConnection at={state.lastConnection} name={state.name} />
      ) : null}
      {view.kind === "retrying" ? <Retrying view={view} reason={state.reason} /> : null}
      {view.kind === "passkey" ? <p className={classes.advice}>{t("whatsapp.passkeyAdvice")}</p> : null}
      {view.kind === "scan" || view.kind === "preparing" ? (
        mayActivate ? (
          <Linking shopId={shopId} type={state.type} view={view} />
        ) : (
          <p className={classes.advice}>{t("whatsapp.viewerWaits")}</p>
        )
      ) : null}
      {mayActivate ? (
        <div className={classes.actions}>
          {stopped ? (
            <Button
              leftSection={<LinkIcon size={18} />}
              loading={starting}
              onClick={() => (restorable ? start(state.type) : setChoosing(true))}
            >
              {t(restorable ? "whatsapp.reactivate" : "whatsapp.activate")}
            </Button>
          ) : null}
          <StopDialogs state={state} view={view} stop={commands.deactivate} />
        </div>
      ) : stopped ? (
        <p className={classes.advice}>{t("whatsapp.viewerOff")}</p>
      ) : null}
      <ChooseType
        opened={choosing}
        initial={state.type}
        onClose={() => setChoosing(false)}
        onChoose={start}
      />
    </>
  );
}

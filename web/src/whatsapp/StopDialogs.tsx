import { Button, Group, Modal } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelState, ChannelType } from "../api/types";
import { PauseIcon, UnlinkIcon } from "../app/icons";
import { hasCredentials, type View } from "./view";
import classes from "./WhatsAppCard.module.css";

type Stop = UseMutationResult<unknown, Error, { type: ChannelType; logout: boolean }>;
type Way = "deactivate" | "unlink";

/** Deactivating and unlinking: each with a dialog that says what will happen, and what will not. */
export function StopDialogs({ state, view, stop }: { state: ChannelState; view: View; stop: Stop }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Way | null>(null);
  const running = view.kind !== "off" && view.kind !== "error";
  const linking = view.kind === "scan" || view.kind === "preparing" || view.kind === "passkey";
  const linked = hasCredentials(state);
  const close = () => setAsking(null);
  const confirm = (way: Way) => {
    stop.mutate({ type: state.type, logout: way === "unlink" }, { onSettled: close });
  };

  return (
    <>
      {running && linking ? (
        // Nothing is linked yet, so there is nothing to warn about.
        <Button
          variant="default"
          loading={stop.isPending}
          onClick={() => stop.mutate({ type: state.type, logout: false })}
        >
          {t("stop.cancelLinking")}
        </Button>
      ) : null}
      {running && !linking ? (
        <Button
          variant="default"
          leftSection={<PauseIcon size={18} />}
          onClick={() => setAsking("deactivate")}
        >
          {t("stop.deactivate.action")}
        </Button>
      ) : null}
      {linked && !linking ? (
        <Button
          variant="subtle"
          color="red"
          leftSection={<UnlinkIcon size={18} />}
          onClick={() => setAsking("unlink")}
        >
          {t("stop.unlink.action")}
        </Button>
      ) : null}
      {(["deactivate", "unlink"] as const).map((way) => (
        <Modal
          key={way}
          opened={asking === way}
          onClose={close}
          title={t(`stop.${way}.title`)}
          closeButtonProps={{ "aria-label": t("app.close") }}
        >
          <ul className={classes.consequences}>
            <li>{t(`stop.${way}.first`)}</li>
            <li>{t(`stop.${way}.second`)}</li>
            <li>{t(`stop.${way}.third`)}</li>
          </ul>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t("app.cancel")}
            </Button>
            <Button
              color={way === "unlink" ? "red.9" : undefined}
              loading={stop.isPending}
              onClick={() => confirm(way)}
            >
              {t(`stop.${way}.action`)}
            </Button>
          </Group>
        </Modal>
      ))}
    </>
  );
}

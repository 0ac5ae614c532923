import { Badge, Button, Group, Modal, Radio } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelType } from "../api/types";
import { CloudIcon, LinkIcon, PhoneIcon } from "../app/icons";
import classes from "./WhatsAppCard.module.css";

const types: { type: ChannelType; icon: ReactNode; configured: boolean }[] = [
  { type: "WHATSAPP_BAILEYS", icon: <LinkIcon size={24} />, configured: true },
  { type: "WHATSAPP_WEB", icon: <PhoneIcon size={24} />, configured: true },
  { type: "WHATSAPP_CLOUD", icon: <CloudIcon size={24} />, configured: false },
];

/** How to link the number. The Cloud API is shown, so that people know it is coming, and cannot be taken. */
export function ChooseType({
  opened,
  initial,
  onClose,
  onChoose,
}: {
  opened: boolean;
  initial: ChannelType;
  onClose: () => void;
  onChoose: (type: ChannelType) => void;
}) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>(initial === "WHATSAPP_CLOUD" ? "WHATSAPP_BAILEYS" : initial);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("type.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Radio.Group value={chosen} onChange={setChosen} aria-label={t("type.title")}>
        <div className={classes.types}>
          {types.map(({ type, icon, configured }) => (
            <Radio.Card
              key={type}
              value={type}
              disabled={!configured}
              data-disabled={!configured || undefined}
              className={classes.type ?? ""}
            >
              <span className={classes.typeIcon}>{icon}</span>
              <span>
                <strong>
                  {t(`type.${type}.name`)}{" "}
                  {type === "WHATSAPP_BAILEYS" ? (
                    <Badge variant="light">{t("type.recommended")}</Badge>
                  ) : null}
                  {configured ? null : (
                    <Badge color="gray" variant="light">
                      {t("type.notConfigured")}
                    </Badge>
                  )}
                </strong>
                <p>{t(`type.${type}.text`)}</p>
                <code>{type}</code>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("app.cancel")}
        </Button>
        <Button onClick={() => onChoose(chosen as ChannelType)}>{t("type.continue")}</Button>
      </Group>
    </Modal>
  );
}

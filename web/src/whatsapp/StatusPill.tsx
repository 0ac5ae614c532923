import { useTranslation } from "react-i18next";
import type { ChannelStatus } from "../api/types";
import classes from "./StatusPill.module.css";

export function StatusPill({ status }: { status: ChannelStatus }) {
  const { t } = useTranslation();
  return (
    <span className={classes.pill} data-status={status}>
      <span className={classes.dot} />
      {t(`status.${status}`)}
    </span>
  );
}

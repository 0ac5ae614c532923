import { useNetwork } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { WarningIcon } from "../app/icons";
import { useLive } from "../live/LiveProvider";
import classes from "./Shell.module.css";

/** A socket that reconnects within this time is nobody's business. */
const grace = 3_000; // milliseconds

/** Says when what the page shows may be old: no network, or no live connection for a while. */
export function OfflineBanner() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  const live = useLive();
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (live === "online") return;
    const timer = setTimeout(() => setLate(true), live === "connecting" ? 4 * grace : grace);
    return () => clearTimeout(timer);
  }, [live]);
  return (
    <div role="status">
      {!online || late ? (
        <div className={classes.banner}>
          <WarningIcon size={18} />
          {online ? t("live.reconnecting") : t("live.offline")}
        </div>
      ) : null}
    </div>
  );
}

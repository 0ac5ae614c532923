import { Loader } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import QRCode from "react-qr-code";
import { useNow } from "../api/useNow";
import { countdown } from "../format/time";
import classes from "./Linking.module.css";
import type { View } from "./view";

/** The live QR. Each code lives for seconds; the next one replaces it by itself. */
export function ScanQR({ view }: { view: Extract<View, { kind: "scan" | "preparing" }> }) {
  const { t } = useTranslation();
  const now = useNow(250);
  const left = view.kind === "scan" ? (view.expiresAt - now) / 1000 : 0;
  const whole = useLifetime(view.kind === "scan" ? view.qr : null, left);
  const shown = view.kind === "scan" && left > 0;
  return (
    <div className={classes.columns}>
      <div className={classes.qr}>
        <div className={classes.paper}>
          {shown ? (
            <QRCode
              value={view.qr}
              size={256}
              level="L"
              bgColor="#ffffff"
              fgColor="#10201b"
              role="img"
              aria-label={t("link.qrLabel")}
            />
          ) : (
            <div className={classes.waiting}>
              <Loader size="sm" />
              <span>{t(view.kind === "scan" ? "link.renewing" : "link.preparing")}</span>
            </div>
          )}
        </div>
        <div className={classes.bar} aria-hidden="true">
          <span style={{ transform: `scaleX(${shown ? Math.min(1, left / whole) : 0})` }} />
        </div>
        <p className={classes.left}>{shown ? t("link.renewsIn", { time: countdown(left) }) : " "}</p>
      </div>
      <ol className={classes.steps}>
        <li>{t("link.qrStep1")}</li>
        <li>{t("link.qrStep2")}</li>
        <li>{t("link.qrStep3")}</li>
      </ol>
    </div>
  );
}

/** How long this code lived when it was first seen, in seconds: the full length of its bar. */
function useLifetime(qr: string | null, left: number): number {
  const first = useRef({ qr, seconds: Math.max(left, 1) });
  useEffect(() => {
    if (first.current.qr !== qr) first.current = { qr, seconds: Math.max(left, 1) };
  }, [qr, left]);
  return first.current.seconds;
}

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelType } from "../api/types";
import classes from "./Linking.module.css";
import { PairByCode } from "./PairByCode";
import { ScanQR } from "./ScanQR";
import type { View } from "./view";

/** The two ways to link: scan the QR, or type a code into the phone. */
export function Linking({
  shopId,
  type,
  view,
}: {
  shopId: string;
  type: ChannelType;
  view: Extract<View, { kind: "scan" | "preparing" }>;
}) {
  const { t } = useTranslation();
  const [way, setWay] = useState("qr");
  return (
    <div className={classes.linking}>
      <SegmentedControl
        value={way}
        onChange={setWay}
        aria-label={t("link.way")}
        data={[
          { value: "qr", label: t("link.qr") },
          { value: "code", label: t("link.code") },
        ]}
      />
      {way === "qr" ? <ScanQR view={view} /> : <PairByCode shopId={shopId} type={type} />}
    </div>
  );
}

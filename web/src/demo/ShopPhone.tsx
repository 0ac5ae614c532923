import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Demo, scanQR } from "../api/demo";
import { isCode } from "../api/problem";
import { CheckIcon, ScanIcon } from "../app/icons";
import { formatPhone } from "../format/phone";
import { errorSentence } from "../layout/errorSentence";
import classes from "./Demo.module.css";
import { PhoneFrame } from "./PhoneFrame";

/** The shop's own phone, on WhatsApp's "linked devices": one tap scans the panel's QR. */
export function ShopPhone({ demo, customerName }: { demo: Demo; customerName: string }) {
  const { t } = useTranslation();
  const scan = useMutation({ mutationFn: scanQR });
  return (
    <PhoneFrame title={t("demo.shopPhone", { shop: demo.shopName })}>
      <div className={classes.appBar}>
        <span>
          <strong>{t("demo.linked")}</strong>
          <small>{formatPhone(demo.shopNumber)}</small>
        </span>
      </div>
      <div className={classes.linking}>
        <div className={classes.target} data-done={scan.isSuccess || undefined}>
          {scan.isSuccess ? <CheckIcon size={64} /> : <ScanIcon size={64} />}
        </div>
        {/* Spoken when it changes: the scan's result is the news of this phone. */}
        <div role="status">
          {scan.isSuccess ? (
            <>
              <strong>{t("demo.scanned")}</strong>
              <p>{t("demo.scannedText", { name: customerName })}</p>
            </>
          ) : scan.isError ? (
            <p className={classes.refused}>
              {isCode(scan.error, "no_qr")
                ? t("demo.noQR", { name: customerName })
                : errorSentence(t, scan.error)}
            </p>
          ) : (
            <p>{t("demo.scanText")}</p>
          )}
        </div>
        <Button
          fullWidth
          variant={scan.isSuccess ? "default" : "filled"}
          leftSection={<ScanIcon size={18} />}
          loading={scan.isPending}
          onClick={() => scan.mutate()}
        >
          {t("demo.scan")}
        </Button>
      </div>
    </PhoneFrame>
  );
}

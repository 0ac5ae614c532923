import { Alert, Button, CopyButton, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ChannelType, PairingCode } from "../api/types";
import { useNow } from "../api/useNow";
import { pair } from "../api/whatsapp";
import { CheckIcon, CopyIcon } from "../app/icons";
import { formatPhone, parsePhone } from "../format/phone";
import { countdown } from "../format/time";
import { errorSentence } from "../layout/errorSentence";
import classes from "./Linking.module.css";

/** Linking without a camera: the phone's number in, eight characters out. */
export function PairByCode({ shopId, type }: { shopId: string; type: ChannelType }) {
  const { t } = useTranslation();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { phone: "" },
    validate: { phone: (value) => (parsePhone(value) === null ? t("link.phoneInvalid") : null) },
  });
  const pairing = useMutation({ mutationFn: (phone: string) => pair(shopId, type, phone) });
  const submit = ({ phone }: { phone: string }) => {
    const digits = parsePhone(phone);
    if (digits) pairing.mutate(digits);
  };
  return (
    <div>
      <form onSubmit={form.onSubmit(submit)} noValidate className={classes.phone}>
        <TextInput
          label={t("link.phone")}
          description={t("link.phoneHint")}
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          placeholder="+54 9 11 5555-6666"
          key={form.key("phone")}
          {...form.getInputProps("phone")}
        />
        <Button type="submit" variant={pairing.data ? "default" : "filled"} loading={pairing.isPending}>
          {t(pairing.data ? "link.anotherCode" : "link.getCode")}
        </Button>
      </form>
      {pairing.error ? (
        <Alert color="red" role="alert" mt="md">
          {errorSentence(t, pairing.error)}
        </Alert>
      ) : null}
      {pairing.data ? <Code code={pairing.data} phone={pairing.variables ?? ""} /> : null}
    </div>
  );
}

function Code({ code, phone }: { code: PairingCode; phone: string }) {
  const { t } = useTranslation();
  const left = (Date.parse(code.expiresAt) - useNow(500)) / 1000;
  const letters = code.code.replace(/[^A-Za-z0-9]/g, "");
  const shown = `${letters.slice(0, 4)}-${letters.slice(4)}`;
  if (left <= 0) {
    return (
      <Alert color="yellow" mt="md" role="status">
        {t("link.codeExpired")}
      </Alert>
    );
  }
  return (
    <div className={classes.columns}>
      <div className={classes.code}>
        <p className="rc-hidden" role="status">
          {t("link.codeIs", { code: letters.split("").join(" ") })}
        </p>
        <output className={classes.letters} aria-hidden="true">
          {shown}
        </output>
        <CopyButton value={shown} timeout={2500}>
          {({ copied, copy }) => (
            <Button
              variant="light"
              size="sm"
              leftSection={copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
              onClick={copy}
            >
              {t(copied ? "app.copied" : "link.copyCode")}
            </Button>
          )}
        </CopyButton>
        <p className={classes.left}>{t("link.codeExpiresIn", { time: countdown(left) })}</p>
      </div>
      <ol className={classes.steps}>
        <li>{t("link.codeStep1", { number: formatPhone(phone) })}</li>
        <li>{t("link.codeStep2")}</li>
        <li>{t("link.codeStep3")}</li>
      </ol>
    </div>
  );
}

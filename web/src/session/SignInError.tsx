import { Alert } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/problem";
import { countdown } from "../format/time";
import { errorSentence } from "../layout/errorSentence";

/** Why signing in failed. After too many attempts it counts down the wait the server asked for. */
export function SignInError({ error, at }: { error: Error | null; at: number }) {
  const { t } = useTranslation();
  const wait = error instanceof ApiError && error.status === 429 ? (error.retryAfter ?? 0) : null;
  const left = useSecondsLeft(wait ? at + wait * 1000 : null);
  if (error === null) return null;
  if (wait !== null) {
    return (
      <Alert color="yellow" role="alert">
        {left > 0 ? (
          <>
            {t("signIn.throttled")}{" "}
            <span aria-hidden="true">{t("signIn.throttledFor", { time: countdown(left) })}</span>
          </>
        ) : (
          t(wait > 0 ? "signIn.throttledOver" : "signIn.throttled")
        )}
      </Alert>
    );
  }
  return (
    <Alert color="red" role="alert">
      {errorSentence(t, error)}
    </Alert>
  );
}

function useSecondsLeft(until: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, (until - now) / 1000);
}

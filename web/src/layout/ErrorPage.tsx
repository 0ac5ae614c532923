import { Button } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/problem";
import { WarningIcon } from "../app/icons";
import { errorSentence } from "./errorSentence";
import { NotFoundPage } from "./NotFoundPage";
import { Notice } from "./Page";

/** What a page shows when it could not be drawn: the reason, and a way to try again. */
export function ErrorPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Notice mark={<WarningIcon size={44} />} title={t("error.title")} text={errorSentence(t, error)}>
      <Button onClick={again}>{t("error.again")}</Button>
    </Notice>
  );
}

import type { TFunction } from "i18next";
import { ApiError } from "../api/problem";

/**
 * What happened, for the person. The server words its refusals in the language
 * of the request; the panel speaks for itself only where no server answered, or
 * where it knows better what to do next.
 */
export function errorSentence(t: TFunction, error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unexpected");
  switch (error.code) {
    case "network":
      return t("error.network");
    case "invalid_setup_link":
      return t("error.setupLink");
    case "version_conflict":
      return t("error.versionConflict");
  }
  const { detail, errors } = error.problem;
  if (errors?.length) {
    return [detail, ...errors.map((e) => `${e.path.replace(/^body\./, "")}: ${e.message}`)]
      .filter(Boolean)
      .join(" ");
  }
  return detail ?? (error.status >= 500 ? t("error.server") : t("error.unexpected"));
}

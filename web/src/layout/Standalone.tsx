import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "./Brand";
import { ErrorPage } from "./ErrorPage";
import { NotFoundPage } from "./NotFoundPage";
import { PageSkeleton } from "./PageSkeleton";
import classes from "./Shell.module.css";

/** The frame of what has none: no session is known yet, or the address is nobody's. */
function Standalone({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <header className={classes.header} data-alone>
        <Link to="/" aria-label={t("app.home")}>
          <Brand />
        </Link>
      </header>
      <main>{children}</main>
    </>
  );
}

export const StandaloneNotFound = () => (
  <Standalone>
    <NotFoundPage />
  </Standalone>
);

export const StandaloneError = (props: ErrorComponentProps) => (
  <Standalone>
    <ErrorPage {...props} />
  </Standalone>
);

export const StandaloneSkeleton = () => (
  <Standalone>
    <PageSkeleton />
  </Standalone>
);

import "@mantine/notifications/styles.css";
import { Notifications } from "@mantine/notifications";
import { Outlet, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Header } from "./Header";
import { Nav } from "./Nav";
import { OfflineBanner } from "./OfflineBanner";
import classes from "./Shell.module.css";

/** The frame of every page behind the sign-in: header, navigation, the page. */
export function Shell({ shopId, deep }: { shopId: string | null; deep: boolean }) {
  return (
    <div className={classes.shell} data-bare={shopId === null || undefined} data-deep={deep || undefined}>
      <SkipLink />
      <Notifications position="top-center" limit={3} />
      <Header shopId={shopId} />
      {shopId === null ? null : <Nav shopId={shopId} />}
      <Main>
        <OfflineBanner />
        <Outlet />
      </Main>
    </div>
  );
}

function SkipLink() {
  const { t } = useTranslation();
  return (
    <a className={classes.skip} href="#main">
      {t("app.skip")}
    </a>
  );
}

/** The page's region. It takes the focus on each new address, as a document that loads would. */
function Main({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    ref.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main id="main" ref={ref} className={classes.main} tabIndex={-1} data-scroll-restoration-id="main">
      {children}
    </main>
  );
}

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ChatIcon, FlowIcon, HomeIcon } from "../app/icons";
import classes from "./Shell.module.css";

/** The shop's sections: tabs below the thumb on a phone, a side bar on a desk. */
export function Nav({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const sections = [
    { to: "/shops/$shopId", label: t("nav.home"), Icon: HomeIcon, exact: true },
    { to: "/shops/$shopId/conversations", label: t("nav.conversations"), Icon: ChatIcon, exact: false },
    { to: "/shops/$shopId/flow", label: t("nav.flow"), Icon: FlowIcon, exact: false },
  ] as const;
  return (
    <nav className={classes.nav} aria-label={t("nav.label")}>
      <ul>
        {sections.map(({ to, label, Icon, exact }) => (
          <li key={to}>
            <Link
              to={to}
              params={{ shopId }}
              className={classes.item}
              activeOptions={{ exact }}
              activeProps={{ "data-active": true, "aria-current": "page" }}
            >
              <Icon size={22} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

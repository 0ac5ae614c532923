import type { ReactNode } from "react";
import { Brand } from "../layout/Brand";
import { LightPreferences } from "../layout/LightPreferences";
import { usePageTitle } from "../layout/usePageTitle";
import classes from "./Door.module.css";

/** The frame of the pages in front of the sign-in. */
export function Door({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <div className={classes.door}>
      <header className={classes.bar}>
        <Brand />
        <LightPreferences />
      </header>
      <main className={classes.middle}>
        <div className={classes.card}>
          <h1>{title}</h1>
          <p className={classes.lead}>{lead}</p>
          {children}
        </div>
      </main>
    </div>
  );
}

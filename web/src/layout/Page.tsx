import type { ReactNode } from "react";
import classes from "./Page.module.css";
import { usePageTitle } from "./usePageTitle";

/** A page with its one heading, an optional sentence below it and actions beside it. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  usePageTitle(title);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1>{title}</h1>
          {lead ? <p className={classes.lead}>{lead}</p> : null}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

export function Card({
  children,
  className,
  ...rest
}: { children: ReactNode; className?: string | undefined } & Record<`aria-${string}`, string>) {
  return (
    <section className={className ? `${classes.card} ${className}` : classes.card} {...rest}>
      {children}
    </section>
  );
}

/** A whole page that says one thing: nothing here yet, not found, broken. */
export function Notice({
  mark,
  title,
  text,
  children,
}: {
  mark?: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className={classes.notice}>
      <div>
        {mark ? <div className={classes.big}>{mark}</div> : null}
        <h1>{title}</h1>
        <p>{text}</p>
        {children}
      </div>
    </div>
  );
}

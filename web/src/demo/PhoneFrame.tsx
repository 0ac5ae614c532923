import type { ReactNode } from "react";
import classes from "./Demo.module.css";

/** The outline of a phone with its owner's name above it. */
export function PhoneFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.phone} aria-label={title}>
      <h2>{title}</h2>
      <div className={classes.frame}>
        <div className={classes.screen}>{children}</div>
      </div>
    </section>
  );
}

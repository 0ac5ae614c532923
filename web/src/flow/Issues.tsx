import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Issue } from "../api/types";
import classes from "./Flow.module.css";

/** What the validation found: each with where, what and how to mend it; errors first. */
export function Issues({ issues, published }: { issues: Issue[]; published: boolean }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new list takes the focus
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView?.({ block: "start", behavior: "smooth" });
  }, [issues]);
  const sorted = issues.toSorted((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
  return (
    <section aria-labelledby="issues-title">
      <h2 id="issues-title" ref={heading} tabIndex={-1} className={classes.found}>
        {t(published ? "publish.warnings" : "publish.issues", { count: issues.length })}
      </h2>
      <ol className={classes.issues}>
        {sorted.map((issue) => (
          <li
            key={`${issue.path} ${issue.code} ${issue.message}`}
            className={classes.issue}
            data-severity={issue.severity}
          >
            <code>{issue.path || "/"}</code>
            <p>
              <strong>{t(issue.severity === "warning" ? "publish.warning" : "publish.error")}: </strong>
              {issue.message}
            </p>
            {issue.fix ? (
              <p className={classes.fix}>
                {t("publish.fix")}: {issue.fix}
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

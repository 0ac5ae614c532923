import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Issue } from "../api/types";
import classes from "./Flow.module.css";

/** Why a definition cannot be published; the heading takes the focus. */
export function Issues({ issues }: { issues: Issue[] }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new list takes the focus
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView?.({ block: "start", behavior: "smooth" });
  }, [issues]);
  return (
    <section aria-labelledby="issues-title">
      <h2 id="issues-title" ref={heading} tabIndex={-1} className={classes.found}>
        {t("publish.issues", { count: issues.length })}
      </h2>
      <IssueList issues={issues} />
    </section>
  );
}

/** What the validation found: each with where, what and how to mend it; errors first. */
export function IssueList({ issues }: { issues: Issue[] }) {
  const { t } = useTranslation();
  const sorted = issues.toSorted((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
  return (
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
  );
}

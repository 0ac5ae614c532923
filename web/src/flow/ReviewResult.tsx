import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Impact, Review } from "../api/types";
import classes from "./Flow.module.css";
import { IssueList } from "./Issues";

const few = 8; // changes that are shown at once

/** What publishing means for the shop: its first flow, a next version of it, or another flow in its place. */
export type Step = "first" | "next" | { old: string; next: string };

/** What publishing a draft that can work would do: what to look at, what changes, whom it meets half-way. */
export function ReviewResult({ review, step }: { review: Review; step: Step }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new review takes the focus
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView?.({ block: "start", behavior: "smooth" });
  }, [review]);
  return (
    <section aria-labelledby="review-title" className={classes.review}>
      <h2 id="review-title" ref={heading} tabIndex={-1} className={classes.found}>
        {t("publish.ready")}
      </h2>
      {review.issues.length > 0 ? (
        <>
          <h3>{t("publish.warnings", { count: review.issues.length })}</h3>
          <IssueList issues={review.issues} />
        </>
      ) : null}
      <h3>{t("publish.changes")}</h3>
      {step === "first" ? (
        <p>{t("publish.changesFirst")}</p>
      ) : step !== "next" ? (
        <p>{t("publish.changesOther", step)}</p>
      ) : review.changes.length === 0 ? (
        <p>{t("publish.changesNone")}</p>
      ) : (
        <Changes messages={review.changes.map((change) => change.message)} />
      )}
      {step !== "next" && review.impact.open === 0 ? null : <WhoIsMet impact={review.impact} />}
    </section>
  );
}

function Changes({ messages }: { messages: string[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  return (
    <>
      <ul>
        {(all ? messages : messages.slice(0, few)).map((message, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the changes of one review never move
          <li key={i}>{message}</li>
        ))}
      </ul>
      {messages.length > few && !all ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {t("app.more")} ({messages.length - few})
        </Button>
      ) : null}
    </>
  );
}

// What becomes of a conversation, the gentlest first. A fate that the API adds does not compile until it is here.
const fates = { move: "good", finish: "good", restart: "warn", person: "warn" } as const satisfies Record<
  Exclude<keyof Impact, "open" | "looked">,
  string
>;

/** Customers who are in the flow now, and what publishing means for them. */
export function WhoIsMet({ impact }: { impact: Impact }) {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t("publish.impact.title")}</h3>
      {impact.open === 0 ? (
        <p>{t("publish.impact.none")}</p>
      ) : (
        <>
          <p>{t("publish.impact.open", { count: impact.open })}</p>
          <ul>
            {(Object.keys(fates) as (keyof typeof fates)[])
              .filter((fate) => impact[fate] > 0)
              .map((fate) => (
                <li key={fate} data-tone={fates[fate]}>
                  {t(`publish.impact.${fate}`, { count: impact[fate] })}
                </li>
              ))}
          </ul>
          <p>
            <small>{t("publish.impact.looked", { count: impact.looked })}</small>
          </p>
        </>
      )}
    </>
  );
}

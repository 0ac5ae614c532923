import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { traceQuery } from "../api/conversations";
import { errorSentence } from "../layout/errorSentence";
import classes from "./Bubble.module.css";
import { type Asked, reasonsOf } from "./reasonsOf";

/** Which conversation to ask, and about which of its messages. */
export interface Question {
  shopId: string;
  conversationId: string;
  asked: Asked;
}

/** Why the bot said a message, or said nothing to it: what the engine did, one sentence a line. */
export function Reasons({ question }: { question: Question }) {
  const { t, i18n } = useTranslation();
  const trace = useQuery(traceQuery(question.shopId, question.conversationId, i18n.language));
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come may stand below the pane's edge
  useEffect(() => {
    box.current?.scrollIntoView?.({ block: "nearest" });
  }, [trace.fetchStatus]);
  const reasons = trace.data ? reasonsOf(trace.data, question.asked) : [];
  let answer: ReactNode;
  if (trace.isError) answer = errorSentence(t, trace.error);
  else if (reasons.length > 0) {
    answer = (
      <ol>
        {reasons.map((sentence, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what has happened never moves
          <li key={i}>{sentence}</li>
        ))}
      </ol>
    );
  } else if (trace.isFetching) answer = <Loader size="xs" aria-label={t("app.loading")} />;
  else answer = t("inbox.whyUnknown");
  return (
    <div ref={box} className={classes.reasons}>
      {answer}
    </div>
  );
}

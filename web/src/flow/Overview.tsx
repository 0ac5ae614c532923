import { useTranslation } from "react-i18next";
import { BoltIcon, KeyIcon } from "../app/icons";
import { Card } from "../layout/Page";
import { anchor, Destination } from "./Destination";
import type { FlowDocument } from "./document";
import { type Step, titleOf } from "./exits";
import classes from "./Flow.module.css";
import { useScript } from "./ScriptContext";
import { conditionText, listText, quoted, triggerText } from "./sentences";

/** Beside the script: when the flow begins, the words that always work, and the list of steps to jump to. */
export function Overview({ flow, steps }: { flow: FlowDocument; steps: Step[] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.overview}>
      <Triggers flow={flow} />
      <Commands flow={flow} />
      <Card className={classes.panel}>
        <nav aria-labelledby="steps-title">
          <h2 id="steps-title">{t("flow.steps")}</h2>
          <ol className={classes.index}>
            {steps.map((step) => (
              <li key={step.id}>
                <a href={`#${anchor(step.id)}`}>
                  <span>{step.number}</span>
                  {titleOf(step.id, step.node)}
                </a>
              </li>
            ))}
          </ol>
        </nav>
      </Card>
    </div>
  );
}

function Triggers({ flow }: { flow: FlowDocument }) {
  const { words } = useScript();
  const { t } = words;
  const triggers = flow.triggers ?? [];
  return (
    <Card className={classes.panel} aria-labelledby="triggers-title">
      <h2 id="triggers-title">
        <BoltIcon size={18} />
        {t("flow.triggers")}
      </h2>
      {triggers.length === 0 ? <p>{t("flow.noTriggers")}</p> : null}
      <ul>
        {triggers.map((trigger, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a published flow never changes
          <li key={i}>
            {triggerText(words, trigger)}
            {trigger.start ? (
              <>
                {" "}
                <Destination to={trigger.start} />
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Commands({ flow }: { flow: FlowDocument }) {
  const { words } = useScript();
  const { t, locale } = words;
  const commands = flow.commands ?? [];
  if (commands.length === 0) return null;
  return (
    <Card className={classes.panel} aria-labelledby="commands-title">
      <h2 id="commands-title">
        <KeyIcon size={18} />
        {t("flow.commands")}
      </h2>
      <ul>
        {commands.map((command) => (
          <li key={command.words.join()}>
            {listText(locale, command.words.map(quoted(words)), "disjunction")}
            {command.when
              ? ` (${t("flow.trigger.when", { condition: conditionText(words, command.when) })})`
              : ""}{" "}
            <Destination to={command.do} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

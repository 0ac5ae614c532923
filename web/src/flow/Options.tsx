import { useTranslation } from "react-i18next";
import { Destination } from "./Destination";
import type { NodeOf } from "./document";
import type { Step } from "./exits";
import classes from "./Flow.module.css";
import { useScript } from "./ScriptContext";
import { conditionText, listText, quoted } from "./sentences";

/** A menu's options as rows: the number to answer, the label, where it leads. */
export function Options({ node, exits }: { node: NodeOf<"menu">; exits: Step["exits"] }) {
  const ways = exits.filter((exit) => exit.when === "option");
  const { t } = useTranslation();
  const { words } = useScript();
  return (
    <ol className={classes.options} aria-label={t("flow.options")}>
      {node.options?.map((option, i) => (
        <li key={option.id}>
          <span className={classes.optionNumber}>{i + 1}</span>
          <span className={classes.optionLabel}>
            <strong>{option.label}</strong>
            {option.hint ? <small>{option.hint}</small> : null}
            {option.also?.length ? (
              <small>
                {t("flow.also", {
                  words: listText(words.locale, option.also.map(quoted(words)), "disjunction"),
                })}
              </small>
            ) : null}
            {option.show_if ? (
              <small>{t("flow.showIf", { condition: conditionText(words, option.show_if) })}</small>
            ) : null}
          </span>
          <Destination to={ways[i]?.to ?? "@end"} />
        </li>
      ))}
    </ol>
  );
}

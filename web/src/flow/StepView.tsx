import { useTranslation } from "react-i18next";
import { Bubbles } from "./Bubbles";
import { anchor, Destination } from "./Destination";
import type { Condition, FlowNode, Nudge } from "./document";
import { durationText } from "./duration";
import { type Exit, type Step, titleOf } from "./exits";
import classes from "./Flow.module.css";
import { Options } from "./Options";
import { useScript } from "./ScriptContext";
import { conditionText, nodeSentences } from "./sentences";

/** The three families a reader tells apart at a glance. */
function family(node: FlowNode): "talk" | "logic" | "human" {
  if (node.type === "handoff") return "human";
  return ["message", "menu", "ask", "catalog", "order", "ai_reply", "ai_agent", "template", "end"].includes(
    node.type,
  )
    ? "talk"
    : "logic";
}

/** One step: what is said, what is done, what the customer can choose, and where each leads. */
export function StepView({
  step,
  follows,
  following,
}: {
  step: Step;
  /** The step above leads here. */
  follows: boolean;
  /** The id of the step below. */
  following: string | null;
}) {
  const { t } = useTranslation();
  const { words } = useScript();
  const { id, node, number } = step;
  const sentences = nodeSentences(words, node);
  const exits = step.exits.filter((exit) => exit.when !== "option");
  return (
    <li
      id={anchor(id)}
      className={classes.step}
      data-family={family(node)}
      data-follows={follows || undefined}
      tabIndex={-1}
    >
      <header className={classes.stepHead}>
        <span className={classes.number}>{number}</span>
        <h3>{titleOf(id, node)}</h3>
        <span className={classes.kind}>{t(`flow.type.${node.type}`)}</span>
      </header>
      {step.unreachable ? <p className={classes.warning}>{t("flow.unreachable")}</p> : null}
      {"say" in node ? <Bubbles say={node.say} /> : null}
      {node.type === "http" ? <Bubbles say={node.wait_say} /> : null}
      {node.type === "template" ? <Bubbles say={node.fallback_text} /> : null}
      {node.type === "order" ? <Bubbles say={node.review} /> : null}
      {sentences.length > 0 ? (
        <div className={classes.does}>
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      ) : null}
      {node.type === "menu" ? <Options node={node} exits={step.exits} /> : null}
      <Extra title={t("flow.ifInvalid")} say={"invalid" in node ? node.invalid : undefined} />
      {"confirm" in node ? <Extra title={t("flow.confirms")} say={node.confirm} /> : null}
      {"nudges" in node ? <Nudges nudges={node.nudges} /> : null}
      {node.type === "handoff" && node.no_answer?.say ? (
        <Extra
          title={t("flow.noAnswerAfter", { time: durationText(words.locale, node.no_answer.after) })}
          say={node.no_answer.say}
        />
      ) : null}
      <Exits exits={exits} node={node} following={following} />
    </li>
  );
}

function Extra({ title, say }: { title: string; say: Parameters<typeof Bubbles>[0]["say"] }) {
  if (say === undefined) return null;
  return (
    <div className={classes.extra}>
      <p>{title}</p>
      <Bubbles say={say} />
    </div>
  );
}

function Nudges({ nudges }: { nudges: Nudge[] | undefined }) {
  const { words } = useScript();
  return nudges
    ?.filter((nudge) => nudge.say)
    .map((nudge) => (
      <Extra
        key={nudge.after}
        title={words.t("flow.nudge", { time: durationText(words.locale, nudge.after) })}
        say={nudge.say}
      />
    ));
}

function Exits({ exits, node, following }: { exits: Exit[]; node: FlowNode; following: string | null }) {
  const { words } = useScript();
  // A single way on to the very next step needs no words: the eye goes there.
  const only = exits.length === 1 && node.type !== "menu" ? exits[0] : undefined;
  if (only?.when === "next" && only.to === following) return null;
  if (exits.length === 0) return null;
  return (
    <ul className={classes.exits}>
      {exits.map((exit, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a published flow never changes
        <li key={i}>
          <span>{exitText(words, exit, node)}</span> <Destination to={exit.to} />
        </li>
      ))}
    </ul>
  );
}

function exitText(words: Parameters<typeof conditionText>[0], exit: Exit, node: FlowNode): string {
  const { t, locale } = words;
  if (exit.when === "case" && node.type === "if") {
    const found = node.cases[Number(exit.label)];
    const condition: Condition = found?.when ?? { expr: "" };
    return t("flow.exit.case", { condition: found?.title ?? conditionText(words, condition) });
  }
  return t(`flow.exit.${exit.when}`, {
    label: exit.label ?? "",
    time: exit.after ? durationText(locale, exit.after) : "",
  });
}

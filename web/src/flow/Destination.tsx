import { titleOf } from "./exits";
import classes from "./Flow.module.css";
import { useScript } from "./ScriptContext";

const ends = ["@end", "@human", "@start", "@back", "@retry"] as const;

export const anchor = (id: string) => `paso-${id}`;

/** Where something leads: a link to the step, or what happens instead of a next step. */
export function Destination({ to }: { to: string }) {
  const {
    words: { t, flow },
    numbers,
  } = useScript();
  const end = ends.find((e) => e === to);
  if (end === "@start") {
    return (
      <a className={classes.destination} href={`#${anchor(flow.start)}`}>
        {t("flow.ref.start")}
      </a>
    );
  }
  if (end) {
    return (
      <span className={classes.destination} data-end={end.slice(1)}>
        {t(`flow.ref.${end.slice(1) as "end" | "human" | "back" | "retry"}`)}
      </span>
    );
  }
  const number = numbers.get(to);
  if (number === undefined) {
    return (
      <span className={classes.destination} data-end="missing">
        {t("flow.ref.missing", { id: to })}
      </span>
    );
  }
  return (
    <a className={classes.destination} href={`#${anchor(to)}`}>
      <span className={classes.destinationNumber}>{number}</span>
      {titleOf(to, flow.nodes[to])}
    </a>
  );
}

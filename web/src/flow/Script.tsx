import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { FlowExits } from "../api/flow";
import { useLocale } from "../i18n/useLocale";
import type { FlowDocument } from "./document";
import { script } from "./exits";
import classes from "./Flow.module.css";
import { Overview } from "./Overview";
import { ScriptContext } from "./ScriptContext";
import { StepView } from "./StepView";

/** The flow as a script (guion): when it begins, then each step in the order a conversation meets it. */
export function Script({ flow, exits }: { flow: FlowDocument; exits: FlowExits }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const steps = useMemo(() => script(flow, exits), [flow, exits]);
  const context = useMemo(
    () => ({ words: { t, locale, flow }, numbers: new Map(steps.map((step) => [step.id, step.number])) }),
    [t, locale, flow, steps],
  );
  return (
    <ScriptContext value={context}>
      <div className={classes.script}>
        <Overview flow={flow} steps={steps} />
        <section aria-labelledby="script-title" className={classes.steps}>
          <h2 id="script-title">{t("flow.script")}</h2>
          <ol>
            {steps.map((step, i) => (
              <StepView
                key={step.id}
                step={step}
                follows={steps[i - 1]?.exits.some((exit) => exit.to === step.id) ?? false}
                following={steps[i + 1]?.id ?? null}
              />
            ))}
          </ol>
        </section>
      </div>
    </ScriptContext>
  );
}

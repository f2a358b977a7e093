// The steps on the left (a line on top of small screens): where one is, and where one may go.
import { IconCheck } from "@tabler/icons-react";
import { STEP_NAMES, steps, type Step } from "./wizard-position.ts";
import styles from "./setup.module.css";

type Properties = { at: Step; open: ReadonlySet<Step>; onGo: (step: Step) => void };

export function StepList({ at, open, onGo }: Properties) {
  const here = steps.indexOf(at);
  return (
    <nav aria-label="Steps" className={styles.nav}>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li key={step}>
            <button
              type="button"
              className={styles.stepButton}
              aria-current={step === at ? "step" : undefined}
              data-done={index < here || undefined}
              disabled={!open.has(step)}
              onClick={() => onGo(step)}
            >
              <span className={styles.figure} aria-hidden>
                {index < here ? <IconCheck size={12} /> : index + 1}
              </span>
              {STEP_NAMES[step]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

// Lists the steps beside the content (on top on small screens), and links to the reachable ones.
import { IconCheck } from "@tabler/icons-react";
import { STEP_NAMES, wizardSteps, type Step } from "./wizard-position.ts";
import styles from "./setup.module.css";

type Props = { current: Step; reachable: ReadonlySet<Step>; onSelect: (step: Step) => void };

export function StepNav({ current, reachable, onSelect }: Props) {
  const currentIndex = wizardSteps.indexOf(current);
  return (
    <nav aria-label="Steps" className={styles.nav}>
      <ol className={styles.steps}>
        {wizardSteps.map((step, index) => (
          <li key={step}>
            <button
              type="button"
              className={styles.stepButton}
              aria-current={step === current ? "step" : undefined}
              data-done={index < currentIndex || undefined}
              disabled={!reachable.has(step)}
              onClick={() => onSelect(step)}
            >
              <span className={styles.stepNumber} aria-hidden>
                {index < currentIndex ? <IconCheck size={12} /> : index + 1}
              </span>
              {STEP_NAMES[step]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

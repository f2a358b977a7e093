// Step 2: selects the accounts, all active ones or those of a view, with a sample of five.
import { Alert, Button, Radio } from "@mantine/core";
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { SampleTable } from "./sample-table.tsx";
import styles from "./setup.module.css";
import { StepLayout } from "./step-layout.tsx";
import { ViewPicker } from "./view-picker.tsx";

type Selection = ChosenSettings["selection"];

type Props = {
  /** A notice about the organisation that was just connected. */
  notice: string | null;
  selection: Selection;
  /** The user wants a view and has not chosen one yet. */
  needsView: boolean;
  onNeedsView: (needsView: boolean) => void;
  onChange: (selection: Selection) => void;
  onBack: () => void;
  onNext: () => void;
};

export function AccountsStep(props: Props) {
  const { notice, selection, needsView, onNeedsView, onChange, onBack, onNext } = props;
  const byView = needsView || selection.kind === "view";
  const select = (selected: Selection) => {
    onNeedsView(false);
    onChange(selected);
  };
  return (
    <StepLayout
      title="Select accounts"
      intro={
        "At most 500,000 accounts can be synced. An account that is no longer selected later stays here and stops syncing."
      }
      footer={
        <>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          {needsView && <span className={styles.hint}>Select a view.</span>}
          <Button data-align-end disabled={needsView} onClick={onNext}>
            Map fields
          </Button>
        </>
      }
    >
      <div className={styles.stack} style={{ maxWidth: "none" }}>
        {notice !== null && <Alert color="gray">{notice}</Alert>}
        <Radio.Group
          aria-label="Accounts to sync"
          value={byView ? "view" : "all"}
          onChange={(kind) => (kind === "all" ? select({ kind }) : onNeedsView(selection.kind === "all"))}
        >
          <div className={styles.stack}>
            <Radio value="all" label="All active accounts" />
            <Radio value="view" label="The accounts of a view" description="A list view of Dynamics 365" />
          </div>
        </Radio.Group>
        {byView && (
          <ViewPicker
            chosen={selection.kind === "view" ? selection.view : null}
            onChoose={(view) => select({ kind: "view", view })}
          />
        )}
        {!byView && <SampleTable selection={selection} />}
      </div>
    </StepLayout>
  );
}

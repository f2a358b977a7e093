// Step 3: which fields. The way on makes a plan and writes nothing.
import { Button } from "@mantine/core";
import type { SyncSettings } from "../../../../src/api/contract/connection.ts";
import { EmailDomainNote } from "../mapping/email-domain-note.tsx";
import { FieldsEditor } from "../mapping/fields-editor.tsx";
import { MappingVerdict } from "../mapping/mapping-validation.tsx";
import { usePreview } from "../plan/use-preview.ts";
import styles from "./setup.module.css";
import { StepFrame } from "./step-layout.tsx";

type Properties = {
  settings: SyncSettings;
  onChange: (settings: SyncSettings) => void;
  onBack: () => void;
  onPlanning: (run: number) => void;
};

export function FieldsStep({ settings, onChange, onBack, onPlanning }: Properties) {
  const preview = usePreview(onPlanning);
  return (
    <StepFrame
      title="Which fields?"
      intro={
        "Choose where each Dynamics 365 column goes. What is synced is read-only here, since Dynamics 365 decides about it; everything else stays yours."
      }
      footer={
        <>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          <span className={styles.why}>The preview writes nothing.</span>
          <Button
            data-push
            loading={preview.isPending}
            disabled={preview.isTooEarly}
            onClick={() => preview.start(settings)}
          >
            Preview
          </Button>
        </>
      }
    >
      <EmailDomainNote />
      <MappingVerdict mapping={settings.mapping} error={preview.error} />
      <FieldsEditor settings={settings} onChange={onChange} />
    </StepFrame>
  );
}

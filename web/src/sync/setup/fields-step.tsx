// Step 3: maps the fields. The next step plans and writes nothing.
import { Button } from "@mantine/core";
import type { SyncSettings } from "../../../../src/api/contract/connection.ts";
import { EmailDomainNote } from "../mapping/email-domain-note.tsx";
import { FieldsEditor } from "../mapping/fields-editor.tsx";
import { MappingValidation } from "../mapping/mapping-validation.tsx";
import { usePreview } from "../plan/use-preview.ts";
import styles from "./setup.module.css";
import { StepLayout } from "./step-layout.tsx";

type Props = {
  settings: SyncSettings;
  onChange: (settings: SyncSettings) => void;
  onBack: () => void;
  onPreview: (run: number) => void;
};

export function FieldsStep({ settings, onChange, onBack, onPreview }: Props) {
  const preview = usePreview(onPreview);
  return (
    <StepLayout
      title="Map fields"
      intro="Map the columns of Dynamics 365 to fields. Synced fields are read-only here; others can be edited."
      footer={
        <>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          <span className={styles.hint}>The preview writes nothing.</span>
          <Button
            data-align-end
            loading={preview.isPending}
            disabled={preview.isBlocked}
            onClick={() => preview.start(settings)}
          >
            Preview
          </Button>
        </>
      }
    >
      <EmailDomainNote />
      <MappingValidation mapping={settings.mapping} error={preview.error} />
      <FieldsEditor settings={settings} onChange={onChange} />
    </StepLayout>
  );
}

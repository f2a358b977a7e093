// Edits the mapping of a configured sync. A change is previewed first; applying the plan saves it.
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { EmailDomainNote } from "../mapping/email-domain-note.tsx";
import { FieldsEditor } from "../mapping/fields-editor.tsx";
import { MappingValidation } from "../mapping/mapping-validation.tsx";
import { usePreview } from "../plan/use-preview.ts";
import { sameSettings, useDraftSettings } from "../setup/draft-settings.ts";
import { DEFAULT_SETTINGS } from "../setup/wizard-position.ts";
import styles from "./tabs.module.css";

export function FieldsTab({ connection }: { connection: ConnectionView }) {
  const navigate = useNavigate();
  const { draft, saveDraft, discardDraft } = useDraftSettings(connection);
  const preview = usePreview(
    (run) => void navigate({ to: "/contacts/accounts/sync", search: { tab: "runs", run } }),
  );
  const saved = connection.settings ?? DEFAULT_SETTINGS;
  const settings = draft?.settings ?? saved;
  const isChanged = !sameSettings(settings, saved);
  return (
    <div className={styles.withFooter}>
      <div className={styles.scroll} data-scroll-container>
        <p className={styles.muted}>Synced fields are read-only here; they are edited in Dynamics 365.</p>
        <EmailDomainNote />
        <MappingValidation mapping={settings.mapping} error={preview.error} />
        <FieldsEditor
          settings={settings}
          onChange={(changed) => saveDraft({ settings: changed, step: "fields" })}
        />
      </div>
      <div className={styles.footer}>
        <span className={styles.muted}>
          {isChanged ? "Unsaved changes. Applying their preview saves them." : "Saved."}
        </span>
        <span data-align-end />
        {isChanged && (
          <Button variant="default" onClick={discardDraft}>
            Discard changes
          </Button>
        )}
        <Button
          disabled={!isChanged || preview.isBlocked}
          loading={preview.isPending}
          onClick={() => preview.start(settings)}
        >
          Preview changes
        </Button>
      </div>
    </div>
  );
}

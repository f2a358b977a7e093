// The mapping of a sync that is set up. A change is looked at before it is saved: a plan with the new settings, which are
// saved by applying it.
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { EmailDomainNote } from "../mapping/email-domain-note.tsx";
import { FieldsEditor } from "../mapping/fields-editor.tsx";
import { MappingVerdict } from "../mapping/mapping-validation.tsx";
import { usePreview } from "../plan/use-preview.ts";
import { sameSettings, useBegun } from "../setup/draft-settings.ts";
import { UNDECIDED } from "../setup/wizard-position.ts";
import styles from "./tabs.module.css";

export function FieldsTab({ connection }: { connection: ConnectionView }) {
  const navigate = useNavigate();
  const { begun, keep, forget } = useBegun(connection);
  const preview = usePreview(
    (run) => void navigate({ to: "/contacts/accounts/sync", search: { tab: "runs", run } }),
  );
  const saved = connection.settings ?? UNDECIDED;
  const settings = begun?.settings ?? saved;
  const isChanged = !sameSettings(settings, saved);
  return (
    <div className={styles.withFooter}>
      <div className={styles.scroll} data-scroll>
        <p className={styles.soft}>What is synced is read-only here, since Dynamics 365 decides about it.</p>
        <EmailDomainNote />
        <MappingVerdict mapping={settings.mapping} error={preview.error} />
        <FieldsEditor
          settings={settings}
          onChange={(changed) => keep({ settings: changed, step: "fields" })}
        />
      </div>
      <div className={styles.footer}>
        <span className={styles.soft}>
          {isChanged ? "Changed and not saved. See what it would do; applying that saves it." : "Saved."}
        </span>
        <span data-push />
        {isChanged && (
          <Button variant="default" onClick={forget}>
            Undo the changes
          </Button>
        )}
        <Button
          disabled={!isChanged || preview.isTooEarly}
          loading={preview.isPending}
          onClick={() => preview.start(settings)}
        >
          See what would change
        </Button>
      </div>
    </div>
  );
}

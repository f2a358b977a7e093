// Settings of the sync: its schedule, its limits, and who gets e-mails.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { BrakeForm } from "./brake-form.tsx";
import styles from "./tabs.module.css";
import { RecipientsForm } from "./recipients-form.tsx";
import { ScheduleForm } from "./schedule-form.tsx";

export function SettingsTab({ connection }: { connection: ConnectionView }) {
  const isFromFile = connection.environment?.fromFile === true;
  return (
    <div className={styles.settings}>
      {isFromFile && (
        <p className={styles.muted}>
          Schedule and limits are configured in the connection file of this installation. To change them,
          change the file and restart Sluice.
        </p>
      )}
      <ScheduleForm connection={connection} readOnly={isFromFile} />
      <BrakeForm brake={connection.brake} readOnly={isFromFile} />
      <RecipientsForm />
    </div>
  );
}

// What an admin decides about a sync that runs by itself: when it runs, what it may not do unseen, and who hears of it.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { BrakeForm } from "./brake-form.tsx";
import styles from "./tabs.module.css";
import { RecipientsForm } from "./recipients-form.tsx";
import { ScheduleForm } from "./schedule-form.tsx";

export function SettingsTab({ connection }: { connection: ConnectionView }) {
  const isOfFile = connection.environment?.fromFile === true;
  return (
    <div className={styles.settings}>
      {isOfFile && (
        <p className={styles.soft}>
          Schedule and limits are set up in the connection file that this installation was started with. To
          change them, change the file and start Sluice again.
        </p>
      )}
      <ScheduleForm connection={connection} readOnly={isOfFile} />
      <BrakeForm brake={connection.brake} readOnly={isOfFile} />
      <RecipientsForm />
    </div>
  );
}

// A section of settings that is saved as one: its button, what was refused, and that it was saved.
import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { Refused } from "../../client/call-route.ts";
import { Problem } from "../../components/error-alert.tsx";
import styles from "./tabs.module.css";

type Properties = {
  title: string;
  intro: ReactNode;
  /** What the button says; none where one may only look. */
  save: string | null;
  saving: { isPending: boolean; isSuccess: boolean; error: Refused | null };
  onSave: () => void;
  /** Beside the button. */
  aside?: ReactNode;
  children: ReactNode;
};

export function SettingsForm({ title, intro, save, saving, onSave, aside, children }: Properties) {
  const { error, isPending, isSuccess } = saving;
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSave();
  };
  return (
    <form onSubmit={send} className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      <p className={styles.soft}>{intro}</p>
      {error && error.field === undefined && <Problem error={error} />}
      {children}
      {save !== null && (
        <div className={styles.row}>
          <Button type="submit" loading={isPending}>
            {save}
          </Button>
          {aside}
          {isSuccess && (
            <span className={styles.soft} role="status">
              Saved.
            </span>
          )}
        </div>
      )}
    </form>
  );
}

// A section of settings that is saved as one: its button, what was refused, and that it was saved.
import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { ApiError } from "../../client/call-route.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import styles from "./tabs.module.css";

type Props = {
  title: string;
  intro: ReactNode;
  /** What the button says; none where one may only look. */
  saveLabel: string | null;
  mutation: { isPending: boolean; isSuccess: boolean; error: ApiError | null };
  onSave: () => void;
  /** Beside the button. */
  extraAction?: ReactNode;
  children: ReactNode;
};

export function SettingsForm({ title, intro, saveLabel, mutation, onSave, extraAction, children }: Props) {
  const { error, isPending, isSuccess } = mutation;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave();
  };
  return (
    <form onSubmit={submit} className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      <p className={styles.muted}>{intro}</p>
      {error && error.field === undefined && <ErrorAlert error={error} />}
      {children}
      {saveLabel !== null && (
        <div className={styles.row}>
          <Button type="submit" loading={isPending}>
            {saveLabel}
          </Button>
          {extraAction}
          {isSuccess && (
            <span className={styles.muted} role="status">
              Saved.
            </span>
          )}
        </div>
      )}
    </form>
  );
}

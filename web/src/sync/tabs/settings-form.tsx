// A form of settings that are saved together, with its error and confirmation.
import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { ApiError } from "../../client/call-route.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import styles from "./tabs.module.css";

type Props = {
  title: string;
  intro: ReactNode;
  /** The label of the button; null if the settings are read-only. */
  saveLabel: string | null;
  mutation: { isPending: boolean; isSuccess: boolean; error: ApiError | null };
  onSave: () => void;
  /** Stands beside the button. */
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

// Shows an error: its sentence, an action that may resolve it, and its code.
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../client/call-route.ts";
import styles from "./error-alert.module.css";

/** The error's code and the request's id, by which an operator finds it in the log. */
export function errorReference(error: Error): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return [error.code, error.requestId].filter(Boolean).join(" · ");
}

type Props = {
  error: Error;
  /** A button or link that may resolve the error. */
  children?: ReactNode;
};

export function ErrorAlert({ error, children }: Props) {
  const reference = errorReference(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle />} role="alert" className={styles.alert}>
      <p className={styles.message}>{error.message}</p>
      {children !== undefined && <div className={styles.action}>{children}</div>}
      {reference !== undefined && <small className={styles.reference}>{reference}</small>}
    </Alert>
  );
}

// What went wrong, in the sentence of whoever knows it, with what to do about it; the code stands small beside it.
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../client/call-route.ts";
import styles from "./error-alert.module.css";

/** The small print of an error: a code to search for, and the number of the request to find it in the log. */
export function errorReference(error: Error): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return [error.code, error.requestId].filter(Boolean).join(" · ");
}

type Props = {
  error: Error;
  /** What to do: a button or a link. */
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

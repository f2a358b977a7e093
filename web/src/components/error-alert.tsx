// What went wrong, in the sentence of whoever knows it, with what to do about it; the code stands small beside it.
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Refused } from "../client/call-route.ts";
import styles from "./error-alert.module.css";

/** The small print of an error: a code to search for, and the number of the request to find it in the log. */
export function codeOf(error: Error): string | undefined {
  if (!(error instanceof Refused)) return undefined;
  return [error.code, error.requestId].filter(Boolean).join(" · ");
}

type Properties = {
  error: Error;
  /** What to do: a button or a link. */
  children?: ReactNode;
};

export function Problem({ error, children }: Properties) {
  const code = codeOf(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle />} role="alert" className={styles.problem}>
      <p className={styles.sentence}>{error.message}</p>
      {children !== undefined && <div className={styles.remedy}>{children}</div>}
      {code !== undefined && <small className={styles.code}>{code}</small>}
    </Alert>
  );
}

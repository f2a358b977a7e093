// Shows why the server refuses a mapping, and which parts of it have no effect.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert } from "@mantine/core";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { routeQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import type { Mapping } from "./mapping.ts";
import styles from "./mapping.module.css";

type Props = {
  mapping: Mapping;
  /** Why the last preview could not be started. */
  error: Error | null;
};

export function MappingValidation({ mapping, error }: Props) {
  const [debounced] = useDebouncedValue(mapping, 300);
  const { data } = useQuery({
    ...routeQuery(connectionRoutes.checkMapping, { body: { mapping: debounced } }),
    placeholderData: keepPreviousData,
  });
  const sentences = [...(data?.problems ?? []), ...(data?.warnings ?? [])];
  return (
    <>
      {error && (
        <div className={styles.alert}>
          <ErrorAlert error={error} />
        </div>
      )}
      {sentences.length > 0 && (
        <Alert color="red" role="status" className={styles.alert ?? ""} maw={640}>
          {sentences.map((sentence) => (
            <p key={sentence} className={styles.message}>
              {sentence}
            </p>
          ))}
        </Alert>
      )}
    </>
  );
}

// What the server has to say about a mapping: why it cannot be used, and what of it has no effect.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert } from "@mantine/core";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { queryOf } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import type { Mapping } from "./mapping.ts";
import styles from "./mapping.module.css";

type Properties = {
  mapping: Mapping;
  /** Why no plan could be made. */
  error: Error | null;
};

export function MappingVerdict({ mapping, error }: Properties) {
  const [settled] = useDebouncedValue(mapping, 300);
  const { data } = useQuery({
    ...queryOf(connectionRoutes.checkMapping, { body: { mapping: settled } }),
    placeholderData: keepPreviousData,
  });
  const sentences = [...(data?.problems ?? []), ...(data?.warnings ?? [])];
  return (
    <>
      {error && (
        <div className={styles.lost}>
          <Problem error={error} />
        </div>
      )}
      {sentences.length > 0 && (
        <Alert color="red" role="status" className={styles.lost ?? ""} maw={640}>
          {sentences.map((sentence) => (
            <p key={sentence} className={styles.sentence}>
              {sentence}
            </p>
          ))}
        </Alert>
      )}
    </>
  );
}

// The first five accounts of a selection in the columns of its view, with the total if it is known.
import { Skeleton, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { routeQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { formatCount } from "../../format/numbers.ts";
import styles from "./setup.module.css";

export function SampleTable({ selection }: { selection: SyncSettings["selection"] }) {
  const { data, error } = useQuery({
    ...routeQuery(connectionRoutes.sampleRows, { body: { selection } }),
    staleTime: 60_000,
  });
  if (error) return <ErrorAlert error={error} />;
  if (!data) return <Skeleton height={220} />;
  return (
    <div className={styles.wide}>
      <p className={styles.intro} role="status">
        {formatSampleSize(data.count, data.rows.length)}
      </p>
      {data.rows.length > 0 && (
        // A scrollable region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section className={styles.sample} tabIndex={0} aria-label="The first accounts">
          <Table>
            <Table.Thead>
              <Table.Tr>
                {data.columns.map(({ logicalName, label }) => (
                  <Table.Th key={logicalName} scope="col">
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.rows.map((row, rowIndex) => (
                // The rows have no id, and are never reordered.
                // oxlint-disable-next-line react/no-array-index-key
                <Table.Tr key={rowIndex}>
                  {row.map((value, columnIndex) => (
                    <Table.Td key={data.columns[columnIndex]?.logicalName} title={value}>
                      {value}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </div>
  );
}

function formatSampleSize(total: number | null, shown: number): string {
  if (total === null) return `More than 5,000 accounts. The first ${shown}:`;
  if (total === 0) return "There are no accounts in this selection.";
  return total > shown
    ? `${formatCount(total, "account")}. The first ${shown}:`
    : `${formatCount(total, "account")}:`;
}

// Five accounts of a selection, in the columns its view has, and how many there are if Dynamics 365 says so at once.
import { Skeleton, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { queryOf } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { count } from "../../format/numbers.ts";
import styles from "./setup.module.css";

export function SampleTable({ selection }: { selection: SyncSettings["selection"] }) {
  const { data, error } = useQuery({
    ...queryOf(connectionRoutes.sampleRows, { body: { selection } }),
    staleTime: 60_000,
  });
  if (error) return <Problem error={error} />;
  if (!data) return <Skeleton height={220} />;
  return (
    <div className={styles.wide}>
      <p className={styles.intro} role="status">
        {sizeInWords(data.count, data.rows.length)}
      </p>
      {data.rows.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
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
              {data.rows.map((row, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- five rows without an id, never reordered
                <Table.Tr key={index}>
                  {row.map((value, at) => (
                    <Table.Td key={data.columns[at]?.logicalName} title={value}>
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

function sizeInWords(known: number | null, shown: number): string {
  if (known === null) return `More than 5,000 accounts. The first ${shown}:`;
  if (known === 0) return "There are no accounts in this selection.";
  return known > shown ? `${count(known, "account")}. The first ${shown}:` : `${count(known, "account")}:`;
}

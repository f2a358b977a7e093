// Shows the mapping of a connection file, which is changed in the file.
import type { SyncSettings } from "../../../../src/api/contract/connection.ts";
import { targetKey, targetLabel, mappingEntries } from "../mapping/mapping.ts";
import styles from "./tabs.module.css";

export function ReadOnlyMapping({ mapping }: { mapping: SyncSettings["mapping"] | undefined }) {
  if (mapping === undefined) return null;
  return (
    <>
      <p>
        The mapping is configured in the connection file of this installation. To change it, change the file
        and restart Sluice.
      </p>
      <dl className={styles.facts}>
        {mappingEntries(mapping).map(({ column, target }) => (
          <div key={`${column} ${targetKey(target)}`} className={styles.factPair}>
            <dt>
              <code>{column}</code>
            </dt>
            <dd>{targetLabel(target)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

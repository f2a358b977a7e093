// The mapping of a connection file: shown here, changed there.
import type { SyncSettings } from "../../../../src/api/contract/connection.ts";
import { keyOf, labelOf, pairsOf } from "../mapping/mapping.ts";
import styles from "./tabs.module.css";

export function FileFields({ mapping }: { mapping: SyncSettings["mapping"] | undefined }) {
  if (mapping === undefined) return null;
  return (
    <>
      <p>
        The mapping is set up in the connection file that this installation was started with. To change it,
        change the file and start Sluice again.
      </p>
      <dl className={styles.facts}>
        {pairsOf(mapping).map(({ column, target }) => (
          <div key={`${column} ${keyOf(target)}`} className={styles.pair}>
            <dt>
              <code>{column}</code>
            </dt>
            <dd>{labelOf(target)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

// Computes the stored name keys anew: version 0.1.0 kept invisible characters in them. SQL cannot,
// because `lower()` depends on the database's locale. It is frozen like the migration it belongs
// to, so it has the function of then and not today's.
import { createHash } from "node:crypto";
import type { PoolClient } from "pg";

const BLANK = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;
const INVISIBLE = /\p{Cf}|(?!\p{L})\p{Default_Ignorable_Code_Point}|(?!\s)\p{Cc}/gu;

function nameKey(name: string): string {
  if (BLANK.test(name)) return "";
  const key = name.replace(INVISIBLE, "").normalize("NFC").trim().toLowerCase();
  if (key.length <= 300) return key;
  const start = Array.from(key).slice(0, 300).join("");
  return `${start} ${createHash("sha256").update(key).digest("hex")}`;
}

const TABLES = ["accounts", "blocked_records", "run_drafts", "account_changes"];
const BATCH_SIZE = 10_000;

type Changed = { readonly names: string[]; readonly keys: string[] };

/** Finds the names whose key changes: few, and only among those beyond printable ASCII. */
async function changedKeys(client: PoolClient, table: string): Promise<Changed> {
  const changed: Changed = { names: [], keys: [] };
  await client.query(
    `declare named no scroll cursor for
     select distinct name, name_key
     from ${table}
     where name collate "C" ~ '[^ -~]'`,
  );
  for (;;) {
    const { rows } = await client.query<{ name: string; name_key: string }>(`fetch ${BATCH_SIZE} from named`);
    if (rows.length === 0) break;
    for (const { name, name_key: stored } of rows) {
      const key = nameKey(name);
      if (key === stored) continue;
      changed.names.push(name);
      changed.keys.push(key);
    }
  }
  await client.query("close named");
  return changed;
}

/** Runs in the transaction of the migration. */
export async function recomputeNameKeys(client: PoolClient): Promise<void> {
  for (const table of TABLES) {
    const { names, keys } = await changedKeys(client, table);
    if (names.length === 0) continue;
    await client.query(
      `update ${table} t
       set name_key = k.key
       from unnest($1::text[], $2::text[]) as k (name, key)
       where t.name = k.name and t.name_key <> k.key`,
      [names, keys],
    );
  }
}

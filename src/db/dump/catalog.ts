// Lists what a backup has to contain from the catalog, so that no table of a later migration is
// left out.
import type { ClientBase } from "pg";
import type { End, Section } from "./format.ts";

/** Tables and partitioned tables, without partitions. */
export async function listTables(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    order by relname collate "C"`);
  return rows.map(({ name }) => name);
}

const COLUMNS = `(
  select array_agg(a.attname::text order by a.attnum) from pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns`;

/**
 * Tables with rows of their own, referenced tables first, because each COPY checks its foreign
 * keys.
 */
async function tableSections(client: ClientBase): Promise<Section[]> {
  const { rows } = await client.query<Section & { refers: string[] }>(`
    select c.relname as table, ${COLUMNS}, array(
      select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as refers
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition
    order by c.relname collate "C"`);
  const ordered: Section[] = [];
  const visited = new Set<string>();
  const visit = ({ table, columns, refers }: (typeof rows)[number]): void => {
    if (visited.has(table)) return;
    visited.add(table);
    for (const other of rows) if (refers.includes(other.table)) visit(other);
    ordered.push({ table, columns });
  };
  for (const row of rows) visit(row);
  return ordered;
}

/**
 * The working tables of runs whose plan is stored, unlogged ones included, because completing its
 * apply needs them. A run that is still reading or planning starts over, so its tables are left
 * out.
 */
async function workingSections(client: ClientBase): Promise<Section[]> {
  const { rows } = await client.query<{
    table: string;
    columns: string[];
    of: string;
    value: number;
    unlogged: boolean;
  }>(`
    select c.relname as table, ${COLUMNS}, p.relname as of, c.relpersistence = 'u' as unlogged, r.id as value
    from pg_class c
    join pg_inherits i on i.inhrelid = c.oid
    join pg_class p on p.oid = i.inhparent
    join runs r on r.id =
      substring(pg_get_expr(c.relpartbound, c.oid) from '^FOR VALUES IN \\(''?(\\d+)''?\\)$')::bigint
    where c.relnamespace = 'public'::regnamespace and c.relispartition and r.status in ('planned', 'applying')
    order by r.id, c.relname collate "C"`);
  return rows.map(({ table, columns, of, value, unlogged }) => ({
    table,
    columns,
    partition: { of, value, unlogged },
  }));
}

export async function listSections(client: ClientBase): Promise<Section[]> {
  return [...(await tableSections(client)), ...(await workingSections(client))];
}

/**
 * Current values, not those of the snapshot: values used since then are skipped and never used
 * twice.
 */
export async function listSequences(client: ClientBase): Promise<End["sequences"]> {
  const { rows } = await client.query<{ name: string }>(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'S' order by relname collate "C"`);
  const sequences: End["sequences"] = [];
  for (const { name } of rows) {
    const { rows: state } = await client.query<{ last: number; used: boolean }>(
      `select last_value as last, is_called as used from ${client.escapeIdentifier(name)}`,
    );
    sequences.push({ name, ...state[0]! });
  }
  return sequences;
}

// The keys that version 0.1.0 stored had invisible characters.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nameKey } from "../../src/accounts/name-key.ts";
import { migrate, readMigrations } from "../../src/db/migrate.ts";
import { databaseWithoutTables } from "../harness/database.ts";

const SPECIAL = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

test("stored name keys are computed anew by the migration, as they are today", async () => {
  const { pool } = await databaseWithoutTables();
  const migrations = await readMigrations();
  const folder = await mkdtemp(join(tmpdir(), "sluice-migrations-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const before = migrations.findIndex(({ name }) => name.endsWith("-name-keys"));
  for (const { name, sql } of migrations.slice(0, before)) await writeFile(join(folder, `${name}.sql`), sql);
  await migrate(pool, { folder });
  const around = (code: number) => `A ${String.fromCodePoint(code)} B${String.fromCodePoint(code)}`;
  const characters = Array.from({ length: 0xe01ff }, (_, index) => index + 1)
    .filter((code) => SPECIAL.test(String.fromCodePoint(code)) || code % 997 === 0)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map(around);
  const names = [...characters, "\u200b", "Acme\u200b Ltd", `\u200b${"名".repeat(400)}`, "caf\u200be\u0301"];
  const oldKeys = names.map((name) => name.normalize("NFC").trim().toLowerCase());
  await pool.query(
    `insert into accounts (name, name_key, origin, created_at, updated_at)
     select name, key, 'manual', now(), now()
     from unnest($1::text[], $2::text[]) as named (name, key)`,
    [names, oldKeys],
  );
  await pool.query(
    `insert into account_changes (run_id, seq, action, rule, record_id, name, name_key)
     select 1, id, 'create', 'create', gen_random_uuid(), name, name_key from accounts`,
  );
  await pool.query(
    `insert into blocked_records
       (organization_id, record_id, kind, created_on, record_version, fingerprint, name, name_key, fields, domains)
     select gen_random_uuid(), gen_random_uuid(), 'name-in-use', now(), 1, 1, name, name_key, '{}', '{}' from accounts`,
  );

  await migrate(pool);

  for (const table of ["accounts", "account_changes", "blocked_records"]) {
    const { rows } = await pool.query<{ name: string; key: string }>(
      `select name, name_key as key from ${table}`,
    );
    expect(rows).toHaveLength(names.length);
    expect(rows.filter(({ name, key }) => key !== nameKey(name))).toEqual([]);
  }
});

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmbedded } from "../../src/db/embedded/start.ts";
import { migrate } from "../../src/db/migrate.ts";
import { type Database, openDatabase } from "../../src/db/pool.ts";
import { schemaText } from "../../src/db/schema-dump.ts";
import { POSTGRES_15 } from "../projects.ts";

/** One of everything that the catalog queries handle, beside what the migrations use. */
const ONE_OF_EVERYTHING = `
  create type mood as enum ('calm', 'it''s busy');
  create sequence tickets as bigint start 100 increment 5;
  create unlogged table everything (
    id bigint generated always as identity primary key,
    "Mixed Name" varchar(40) collate "C" not null default 'a''b',
    mood mood not null default 'calm',
    amount numeric(12, 2) check (amount > 0),
    doubled numeric generated always as (amount * 2) stored,
    parent bigint references everything on delete cascade,
    tags text[] not null default '{}',
    seen timestamptz not null default now(),
    constraint one_name unique ("Mixed Name", mood)
  ) with (fillfactor = 80);
  create index everything_recent on everything (seen desc, lower("Mixed Name")) where amount is not null;
  create view calm as select id, "Mixed Name" from everything where mood = 'calm';
  create function touch() returns trigger language plpgsql as $$ begin new.seen := now(); return new; end $$;
  create trigger touched before update on everything
    for each row when (old.mood is distinct from new.mood) execute function touch();
`;

async function serverOf(binaries?: string): Promise<Database & { version: string }> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-15-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  const log = { info: () => undefined, warn: () => undefined };
  const server = await startEmbedded({ directory, log, durable: false, ...(binaries && { binaries }) });
  onTestFinished(() => server.stop());
  const database = openDatabase(server.address);
  onTestFinished(() => database.close());
  return { ...database, version: server.version };
}

test("the migrations make the same schema on PostgreSQL 15 and on the one we bring", async () => {
  const [old, ours] = await Promise.all([serverOf(POSTGRES_15), serverOf()]);
  expect(Number.parseInt(old.version, 10)).toBe(15);
  expect(Number.parseInt(ours.version, 10)).toBe(18);
  for (const { pool } of [old, ours]) {
    await migrate(pool);
    await pool.query(ONE_OF_EVERYTHING);
  }
  const text = await schemaText(old.pool);
  expect(text).toBe(await schemaText(ours.pool));
  for (const kind of [
    "type mood",
    "sequence tickets",
    "unlogged table",
    "INDEX everything_recent",
    "view calm yields id bigint",
  ])
    expect(text).toContain(kind);
  expect(text).toMatch(/FUNCTION public.touch\(\)[\s\S]+TRIGGER touched/);
});

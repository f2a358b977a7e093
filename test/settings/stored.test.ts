// Stored JSON is parsed when it is read; an error names the row that cannot be read.
import { expect, test } from "vitest";
import { loadConnection } from "../../src/connections/connection.ts";
import { storedRun } from "../../src/sync/record/run-record.ts";
import { SETTINGS, connectedWeb } from "../jobs/connected.ts";

test("a run and a connection return the settings that were stored", async () => {
  const { web, plan, apply } = await connectedWeb();
  const { id } = await apply((await plan()).id);

  const run = await storedRun(web.database.kysely, id);
  const { settings } = await loadConnection(web.database.kysely);

  expect([run.settings.settings, settings]).toEqual([
    { ...SETTINGS, ownDomains: [], commonDomains: { add: [], remove: [] } },
    SETTINGS,
  ]);
});

test("invalid settings of a run are an error that names the run and what to do", async () => {
  const { web, carol, plan } = await connectedWeb();
  const { id } = await plan();
  await web.database.pool.query(
    "update runs set settings = jsonb_set(settings, '{settings,mapping,domains}', '7')",
  );

  const { status, body } = await carol.get(`/runs/${id}`);

  expect([status, body.error.code, body.error.sentence]).toEqual([
    409,
    "stored-json",
    `The settings of run ${id} are not as this version stores them (settings.mapping.domains). ` +
      "Start another run, which stores its own.",
  ]);
});

test("invalid settings of a connection are an error, not other settings", async () => {
  const { web, carol, plan, apply } = await connectedWeb();
  await apply((await plan()).id);
  await web.database.pool.query(
    `update connection set settings = settings || '{"options": {"onDomainTaken": "ask"}}'`,
  );

  const { status, body } = await carol.get("/connection");

  expect([status, body.error.sentence]).toEqual([409, expect.stringContaining("(options.onDomainTaken)")]);
});

// Dates and numbers on their way through the app: the sample of a column, the plan, its download,
// and the accounts.
import { expect, test } from "vitest";
import { connectedWeb, SETTINGS } from "../jobs/connected.ts";

const FIELDS = [
  { column: "lastusedincampaign", field: "Campaign", type: "datetime" },
  { column: "lastonholdtime", field: "On hold", type: "datetime" },
  { column: "new_exact", field: "Exact", type: "text" },
] as const;

test("dates and numbers are the same in the sample, the plan, its download and the accounts", async () => {
  const { org, carol, plan, apply, changes } = await connectedWeb();
  await carol.put("/connection/schedule", {
    changesEveryMinutes: null,
    fullEveryMinutes: 1440,
    fullAt: null,
    timeZone: "Europe/Berlin",
  });
  org.addColumn({ schemaName: "new_Exact", type: "Decimal", label: "Exact", precision: 10 });
  org.createAccount({
    name: "Acme",
    lastusedincampaign: "2014-12-31T23:00:00Z",
    lastonholdtime: "2015-01-01T09:30:00Z",
    new_exact: "12345678901.0123456789",
  });
  const { columns } = (await carol.post("/connection/columns", { selection: { kind: "all" } })).body;
  const samples = FIELDS.map(
    ({ column }) => columns.find((one: { logicalName: string }) => one.logicalName === column).sample,
  );
  const { id } = await plan({ mapping: { ...SETTINGS.mapping, fields: FIELDS } });

  const [change] = await changes(id);
  const csv = (await carol.get(`/runs/${id}/changes.csv`)).text;
  await apply(id);

  expect(samples).toEqual(["1 Jan 2015", "1 Jan 2015, 10:30 UTC+1", "12345678901.0123456789"]);
  expect(change!.values).toEqual(
    expect.arrayContaining([
      { field: "Campaign", before: null, after: "2014-12-31T23:00:00Z", dateFormat: "date" },
      { field: "On hold", before: null, after: "2015-01-01T09:30:00Z", dateFormat: "date-and-time" },
      { field: "Exact", before: null, after: "12345678901.0123456789" },
    ]),
  );
  expect(csv).toMatch(/,Campaign,,2015-01-01,/);
  expect(csv).toMatch(/,On hold,,2015-01-01T09:30:00Z,/);
  const exported = (await carol.get("/accounts/export.csv")).text.trimEnd().split("\r\n");
  expect(exported.at(-1)).toMatch(/2015-01-01,2015-01-01T09:30:00Z,12345678901\.0123456789$/);
  const session = (await carol.get("/session")).body;
  expect(session.workspace.timeZone).toBe("Europe/Berlin");
});

test("a time zone that this version does not know counts as UTC, and breaks no list", async () => {
  const { carol, web } = await connectedWeb();
  await web.database.kysely.updateTable("connection").set({ time_zone: "Mars/Base" }).execute();

  const { status } = await carol.get("/accounts");

  expect(status).toBe(200);
  expect((await carol.get("/session")).body.workspace.timeZone).toBe("UTC");
});

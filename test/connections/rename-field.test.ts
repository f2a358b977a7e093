// Renaming a custom field that is mapped: the mapping follows, and the sync does not create the old
// field again.
import { expect, test } from "vitest";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const mapping = {
  ...SETTINGS.mapping,
  fields: [
    { column: "address1_city", field: "City", type: "text" as const },
    { column: "industrycode", field: "Industry", type: "text" as const },
  ],
};

async function synced(): Promise<
  Connected & { record: string; cities: () => Promise<unknown>; field: number }
> {
  const connected = await connectedWeb();
  const record = connected.org.createAccount({ name: "Acme", address1_city: "Oslo" });
  await connected.apply((await connected.plan({ mapping })).id);
  const { carol, web } = connected;
  const field = (await carol.get("/fields")).body.fields[0].id;
  return {
    ...connected,
    record,
    field,
    cities: async () => {
      const { fields } = await web.database.kysely
        .selectFrom("accounts")
        .select("fields")
        .executeTakeFirstOrThrow();
      return fields[String(field)];
    },
  };
}

const names = async ({ carol }: Connected) =>
  (await carol.get("/fields")).body.fields.map(({ name }: { name: string }) => name);

test("the sync continues to fill the field under its new name", async () => {
  const work = await synced();

  const renamed = await work.carol.patch(`/fields/${work.field}`, { name: "Town" });
  work.org.updateAccount(work.record, { address1_city: "Rome" });
  const run = await work.sync();

  expect(renamed.body.field).toMatchObject({ name: "Town", synced: true });
  expect((await work.carol.get("/connection")).body.settings.mapping.fields).toEqual([
    { column: "address1_city", field: "Town", type: "text" },
    mapping.fields[1],
  ]);
  expect(run).toMatchObject({ status: "done", counts: { updated: 1 } });
  expect(await work.cities()).toBe("Rome");
  expect(await names(work)).toEqual(["Town", "Industry"]);
});

test("a plan with the old name is not applied, and creates no field", async () => {
  const work = await synced();
  work.org.updateAccount(work.record, { address1_city: "Rome" });
  const { id } = await work.plan({ mapping });

  await work.carol.patch(`/fields/${work.field}`, { name: "Town" });
  const applied = await work.apply(id);

  expect(applied).toMatchObject({
    status: "planned",
    error: { sentence: expect.stringContaining("Mapping, selection, options or fields changed") },
  });
  expect(await names(work)).toEqual(["Town", "Industry"]);
});

test("a field cannot be renamed during a run, or if a connection file names it", async () => {
  const work = await synced();
  const fault = work.web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { id } = (await work.carol.post("/runs", { mode: "sync" })).body.run;

  const busy = await work.carol.patch(`/fields/${work.field}`, { name: "Town" });
  work.web.simulator.faults.remove(fault);
  await work.ended(id);
  await work.web.database.kysely.updateTable("connection").set({ from_file: true }).execute();
  const inFile = await work.carol.patch(`/fields/${work.field}`, { name: "Town" });

  expect([busy.status, busy.body.error.sentence]).toEqual([
    409,
    `Run ${id} is filling "City". Rename it when the run has ended.`,
  ]);
  expect([inFile.status, inFile.body.error.code]).toEqual([409, "set-up-in-file"]);
  expect(await names(work)).toEqual(["City", "Industry"]);
});

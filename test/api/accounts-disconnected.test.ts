import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { logIn } from "../connections/browser-log-in.ts";
import { syncedWeb, type SyncedWeb } from "./synced-web.ts";

async function oneAccount() {
  const web = await syncedWeb();
  web.org.createAccount({ name: "Acme", address1_city: "Oslo" });
  await web.sync();
  const path = `/accounts/${await web.numberOf("Acme")}`;
  return { web, path, city: await web.fieldNumber("City") };
}

const stateIn = async ({ teammate }: SyncedWeb) =>
  (await teammate.get("/accounts")).body.accounts.map(({ sync }: { sync: string }) => sync);
const countOf = async ({ teammate }: SyncedWeb, sync: string) =>
  (await teammate.get(`/accounts/count?sync=${sync}`)).body.count;

it("accounts of a source that was disconnected say so, and are edited here until it is back", async () => {
  const { web, path, city } = await oneAccount();
  expect(await stateIn(web)).toEqual(["synced"]);
  await web.admin.delete("/connection");
  expect(await stateIn(web)).toEqual(["disconnected"]);
  expect([await countOf(web, "synced"), await countOf(web, "disconnected")]).toEqual([0, 1]);

  const { status, body } = await web.teammate.patch(path, { name: "Acme Inc", fields: { [city]: "Rome" } });
  expect(status).toBe(200);
  expect(body.account).toMatchObject({ name: "Acme Inc", sync: "disconnected", fields: { [city]: "Rome" } });
  expect(body.account.link).toMatchObject({ url: null, synced: [] });

  await logIn(web, web.admin);
  await web.sync();
  expect((await web.teammate.get(path)).body.account).toMatchObject({
    name: "Acme",
    sync: "synced",
    fields: { [city]: "Oslo" },
  });
});

it("accounts of another organisation than the connected one are edited here, too", async () => {
  const { web, path } = await oneAccount();
  await web.database.kysely.updateTable("connection").set({ organization_id: randomUUID() }).execute();
  expect(await stateIn(web)).toEqual(["disconnected"]);
  expect((await web.teammate.patch(path, { name: "Acme Inc" })).status).toBe(200);
});

it("a field that the sync filled is deleted while nothing is connected, and filled anew when it is back", async () => {
  const { web, path, city } = await oneAccount();
  await web.admin.delete("/connection");
  expect((await web.admin.get("/fields")).body.fields).toMatchObject([{ name: "City", synced: false }]);
  expect((await web.admin.delete(`/fields/${city}`)).status).toBe(204);

  await logIn(web, web.admin);
  await web.sync();
  const { fields } = (await web.teammate.get(path)).body.account;
  expect(fields).toEqual({ [await web.fieldNumber("City")]: "Oslo" });
});

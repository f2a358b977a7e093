import { expect, it } from "vitest";
import { webWorkspace } from "../harness/web.ts";
import { syncedWeb } from "./synced-web.ts";

it("are created, renamed and described; names are unique", async () => {
  const { as } = await webWorkspace();
  const dana = await as("company-admin");
  const made = await dana.post("/fields", { name: "Tier", type: "text" });
  expect(made.body.field).toMatchObject({ name: "Tier", type: "text", description: "", synced: false });
  const again = await dana.post("/fields", { name: " tier", type: "number" });
  expect([again.status, again.body.error.sentence]).toEqual([
    409,
    'There is a field "Tier" already. Choose another name.',
  ]);
  const { id } = made.body.field;
  await dana.patch(`/fields/${id}`, { name: "Support tier", description: "What they pay for" });
  expect((await dana.get("/fields")).body).toEqual({
    fields: [{ id, name: "Support tier", type: "text", description: "What they pay for", synced: false }],
    max: 50,
  });
  expect((await dana.patch(`/fields/${id + 1}`, { name: "x" })).status).toBe(404);
});

it("are fifty at most, even if many are created at once", async () => {
  const { as } = await webWorkspace();
  const dana = await as("company-admin");
  const answers = await Promise.all(
    Array.from({ length: 53 }, (_, n) => dana.post("/fields", { name: `Field ${n}`, type: "text" })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
  const refused = answers.filter(({ status }) => status === 409);
  expect(refused).toHaveLength(3);
  expect(refused[0]!.body.error.sentence).toContain("Accounts have 50 custom fields already");
});

it("are deleted with their values, and no others", async () => {
  const web = await webWorkspace();
  const dana = await web.as("company-admin");
  const [gone, kept] = [
    (await dana.post("/fields", { name: "Gone", type: "text" })).body.field.id,
    (await dana.post("/fields", { name: "Kept", type: "text" })).body.field.id,
  ];
  const { id } = (await dana.post("/accounts", { name: "Acme", fields: { [gone]: "x", [kept]: "y" } })).body
    .account;
  expect((await dana.delete(`/fields/${gone}`)).status).toBe(204);
  expect((await dana.get(`/accounts/${id}`)).body.account.fields).toEqual({ [kept]: "y" });
  const stored = await web.database.kysely.selectFrom("accounts").select("fields").executeTakeFirstOrThrow();
  expect(stored.fields).toEqual({ [kept]: "y" });
  const { entries } = (await dana.get(`/accounts/${id}/history`)).body;
  expect(entries[0].changes).toContainEqual({
    field: `Field ${gone}, since deleted`,
    before: null,
    after: "x",
  });
});

it("that the sync fills are described, and not deleted while a mapping names them", async () => {
  const web = await syncedWeb();
  web.org.createAccount({ name: "Acme", address1_city: "Oslo" });
  await web.sync();
  const path = `/fields/${await web.fieldNumber("City")}`;
  expect((await web.admin.get("/fields")).body.fields).toMatchObject([{ name: "City", synced: true }]);
  const deleted = await web.admin.delete(path);
  expect(deleted.body.error.sentence).toBe(
    '"City" is filled by the sync: the field mapping maps address1_city to it. Remove that mapping first; then delete the field.',
  );
  expect((await web.admin.patch(path, { description: "Where they are" })).status).toBe(200);
});

it("deleted after a plan was made are not written back by it", async () => {
  const web = await syncedWeb();
  const tier = (await web.admin.post("/fields", { name: "Tier", type: "text" })).body.field.id;
  const record = web.org.createAccount({ name: "Acme", address1_city: "Oslo" });
  await web.sync();
  const id = await web.numberOf("Acme");
  await web.admin.patch(`/accounts/${id}`, { fields: { [tier]: "Gold" } });
  web.org.updateAccount(record, { address1_city: "Rome" });
  await web.sync("plan");
  await web.admin.delete(`/fields/${tier}`);
  await web.sync();
  const stored = await web.database.kysely.selectFrom("accounts").select("fields").executeTakeFirstOrThrow();
  expect(stored.fields).toEqual({ [await web.fieldNumber("City")]: "Rome" });
});

it("and domain settings are saved as people write them, or refused with the name of the wrong list", async () => {
  const { as } = await webWorkspace();
  const dana = await as("workspace-admin");
  const saved = await dana.put("/settings/domains", {
    own: ["https://www.OurCompany.com"],
    commonAdded: ["isp.de"],
    commonRemoved: [],
  });
  expect(saved.body).toEqual({ own: ["ourcompany.com"], commonAdded: ["isp.de"], commonRemoved: [] });
  expect((await dana.get("/settings/domains")).body).toEqual(saved.body);
  const refused = await dana.put("/settings/domains", {
    own: [],
    commonAdded: ["nonsense"],
    commonRemoved: [],
  });
  expect([refused.status, refused.body.error.field]).toEqual([400, "commonAdded"]);
});

import { describe, expect, it } from "vitest";
import { webWorkspace } from "../harness/web.ts";
import { syncedWeb } from "./synced-web.ts";

describe("entry by hand", () => {
  it("reads domains as the sync does, and says of each unusable one why", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    await (
      await as("workspace-admin")
    ).put("/settings/domains", {
      own: ["ourcompany.com"],
      commonAdded: [],
      commonRemoved: [],
    });
    const good = await wren.post("/accounts", {
      name: "Acme",
      domains: ["https://www.acme.co.uk/about", "dana@acme.com"],
    });
    expect(good.body.account.domains).toEqual(["acme.co.uk", "acme.com"]);
    const bad = await wren.post("/accounts", {
      name: "Bad",
      domains: ["10.0.0.1", "joe@gmail.com", "mail.ourcompany.com"],
    });
    expect(bad.body.error).toMatchObject({ field: "domains" });
    expect(bad.body.error.sentence).toMatch(
      /"10\.0\.0\.1" is no domain.*"gmail\.com" belongs to a mail provider.*"ourcompany\.com" is your own company's/,
    );
    const taken = await wren.post("/accounts", { name: "Taken", domains: ["acme.com"] });
    expect(taken.body.error.sentence).toContain("Another account has the domain acme.com already.");
    expect((await wren.get("/accounts/count")).body.count).toBe(1);
  });

  it("takes text of blanks alone for none, and no name of which nothing shows", async () => {
    const web = await webWorkspace();
    const dana = await web.as("company-admin");
    const blank = " \u200b\u3164";
    const { field } = (await dana.post("/fields", { name: "City", type: "text" })).body;
    const entry = { name: "Acme", description: blank, fields: { [field.id]: blank } };

    const { account } = (await dana.post("/accounts", entry)).body;
    const named = await dana.post("/accounts", { name: blank });
    const fieldNamed = await dana.post("/fields", { name: blank, type: "text" });

    expect(account).toMatchObject({ description: null, fields: {} });
    expect(named).toMatchObject({ status: 400, body: { error: { field: "name" } } });
    expect(fieldNamed.body.error.sentence).toContain("A field needs a name");
    expect((await dana.get("/accounts/count")).body.count).toBe(1);
  });

  it("stores values of their field's type, and refuses all others", async () => {
    const web = await webWorkspace();
    const dana = await web.as("company-admin");
    const ids: Record<string, number> = {};
    for (const type of ["text", "number", "boolean", "datetime", "teammate"])
      ids[type] = (await dana.post("/fields", { name: `A ${type}`, type })).body.field.id;
    const { id } = (await dana.post("/accounts", { name: "Acme" })).body.account;
    const patched = (values: Record<string, unknown>) =>
      dana.patch(`/accounts/${id}`, {
        fields: Object.fromEntries(Object.entries(values).map(([type, value]) => [ids[type], value])),
      });
    const me = await web.idOf("company-admin");
    const all = {
      text: "x",
      number: 1.5,
      boolean: false,
      datetime: "2026-03-02T10:00:00.5+01:00",
      teammate: me,
    };
    expect((await patched(all)).body.account.fields).toEqual({
      [ids["text"]!]: "x",
      [ids["number"]!]: 1.5,
      [ids["boolean"]!]: false,
      [ids["datetime"]!]: "2026-03-02T09:00:00Z",
      [ids["teammate"]!]: me,
    });
    for (const [type, value] of Object.entries({
      text: 5,
      number: "1",
      boolean: "true",
      datetime: "yesterday",
      teammate: 999,
    })) {
      const { status, body } = await patched({ [type]: value });
      expect([type, status, body.error.field]).toEqual([type, 400, String(ids[type])]);
      expect(body.error.sentence).toContain(`"A ${type}" is`);
    }
    expect((await patched({ text: null, number: null })).body.account.fields).not.toHaveProperty(
      String(ids["text"]),
    );
    const unknown = await dana.patch(`/accounts/${id}`, { fields: { 999: "x" } });
    expect(unknown.body.error.sentence).toContain("There is no field 999.");
  });

  it("removes characters that the database cannot store", async () => {
    const { as } = await webWorkspace();
    const dana = await as("company-admin");
    const field = (await dana.post("/fields", { name: "Note", type: "text" })).body.field.id;
    const { status, body } = await dana.post("/accounts", {
      name: "Ac\0me \ud83d",
      description: "\0",
      fields: { [field]: "cut \ud83d\0" },
    });
    expect(status).toBe(200);
    expect(body.account).toMatchObject({
      name: "Acme \ufffd",
      description: null,
      fields: { [field]: "cut \ufffd" },
    });
    expect((await dana.post("/accounts", { name: "\0" })).body.error.field).toBe("name");
  });

  it("of a deleted account is refused", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    for (const answer of [
      await wren.get("/accounts/7"),
      await wren.patch("/accounts/7", { name: "x" }),
      await wren.delete("/accounts/7"),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([404, "not-found"]);
  });
});

describe("history", () => {
  it("has changes by runs and by people, newest first, a page at a time", async () => {
    const web = await syncedWeb();
    const owner = (await web.admin.post("/fields", { name: "Account owner", type: "teammate" })).body.field
      .id;
    await web.teammate.post("/accounts", { name: "Acme" });
    web.org.createAccount({ name: "Acme", address1_city: "Oslo" });
    web.clock.advance(60_000);
    const run = await web.sync();
    web.clock.advance(60_000);
    const id = await web.numberOf("Acme");
    await web.admin.patch(`/accounts/${id}`, { fields: { [owner]: await web.idOf("teammate") } });
    const { body } = await web.teammate.get(`/accounts/${id}/history`);
    expect(body.next).toBeNull();
    expect(body.entries).toMatchObject([
      {
        by: { kind: "teammate", name: "company-admin" },
        action: "edit",
        at: "2026-03-02T09:02:00.000Z",
        changes: [{ field: "Account owner", before: null, after: "teammate" }],
      },
      { by: { kind: "run", run: run.id }, action: "link", rule: "name", at: "2026-03-02T09:01:00.000Z" },
      {
        by: { kind: "teammate", name: "teammate" },
        action: "create",
        rule: null,
        changes: [{ field: "Name", before: null, after: "Acme" }],
      },
    ]);
    expect(body.entries[1].changes).toContainEqual({ field: "City", before: null, after: "Oslo" });
  });

  it("continues where the previous page ended", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    const { id } = (await wren.post("/accounts", { name: "0" })).body.account;
    for (let n = 1; n < 60; n++) await wren.patch(`/accounts/${id}`, { name: String(n) });
    const first = (await wren.get(`/accounts/${id}/history`)).body;
    const second = (await wren.get(`/accounts/${id}/history?after=${first.next}`)).body;
    const names = [...first.entries, ...second.entries].map((entry) => entry.changes[0].after);
    expect(names).toEqual(Array.from({ length: 60 }, (_, n) => String(59 - n)));
    expect(second.next).toBeNull();
    expect((await wren.get(`/accounts/${id}/history?after=x`)).body.error.field).toBe("after");
  });

  it("has nothing of a plan that was not applied", async () => {
    const web = await syncedWeb();
    const record = web.org.createAccount({ name: "Acme", address1_city: "Oslo" });
    await web.sync();
    web.org.updateAccount(record, { address1_city: "Rome" });
    await web.sync("plan");
    const { body } = await web.teammate.get(`/accounts/${await web.numberOf("Acme")}/history`);
    expect(body.entries.map((entry: { action: string }) => entry.action)).toEqual(["create"]);
  });
});

describe("deleting", () => {
  it("lets an admin exclude the record from the sync, and include it again", async () => {
    const web = await syncedWeb();
    const record = web.org.createAccount({ name: "Acme" });
    web.org.createAccount({ name: "Other" });
    await web.sync();
    const path = `/accounts/${await web.numberOf("Acme")}`;
    expect((await web.teammate.delete(`${path}?exclude=true`)).status).toBe(403);
    expect((await web.admin.delete(`${path}?exclude=true`)).status).toBe(204);
    expect((await web.admin.get("/settings/excluded")).body).toEqual({
      records: [{ recordId: record, name: "Acme" }],
    });
    expect(await web.sync()).toMatchObject({ created: 0, skipped: 1 });
    expect((await web.admin.delete(`/settings/excluded/${record}`)).status).toBe(204);
    expect((await web.admin.delete(`/settings/excluded/${record}`)).status).toBe(404);
    expect(await web.sync()).toMatchObject({ created: 1, skipped: 0 });
  });

  it("stays in the history, with the deleted values", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    const { id } = (await wren.post("/accounts", { name: "Acme", domains: ["acme.com"] })).body.account;
    await wren.delete(`/accounts/${id}`);
    const { entries } = (await wren.get(`/accounts/${id}/history`)).body;
    expect(entries[0]).toMatchObject({
      action: "delete",
      changes: [
        { field: "Name", before: "Acme", after: null },
        { field: "Domains", before: ["acme.com"], after: [] },
      ],
    });
  });
});

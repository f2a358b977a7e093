import { describe, expect, it } from "vitest";
import { webWorkspace } from "../harness/web.ts";
import { syncedWeb } from "./synced-web.ts";

describe("a list of accounts", () => {
  it("comes in pages that are searched, filtered, sorted and counted", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    for (const name of ["Acme", "Acme Berlin", "Acme Paris", "Other"]) await wren.post("/accounts", { name });
    const filters = encodeURIComponent(JSON.stringify([{ field: "name", is: "contains", value: "r" }]));
    const first = await wren.get(`/accounts?q=acme&sort=-name&limit=1&filters=${filters}`);
    expect(first.body.accounts).toMatchObject([{ name: "Acme Paris", sync: "not-synced", domains: [] }]);
    const after = encodeURIComponent(first.body.next);
    const second = await wren.get(`/accounts?q=acme&sort=-name&limit=1&filters=${filters}&after=${after}`);
    expect(second.body).toMatchObject({ accounts: [{ name: "Acme Berlin" }], next: null });
    expect((await wren.get(`/accounts/count?q=acme&filters=${filters}`)).body).toEqual({ count: 2 });
  });

  it("goes on behind the longest name that there can be", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    const names = ["漢".repeat(499) + "一", "漢".repeat(499) + "二"];
    for (const name of names) await wren.post("/accounts", { name });
    const first = await wren.get("/accounts?limit=1");
    const second = await wren.get(`/accounts?limit=1&after=${first.body.next}`);
    expect([first.body.accounts[0].name, second.body.accounts[0].name]).toEqual(names);
  });

  it("says what is wrong with what was asked", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    for (const [query, field] of [
      ["filters=nonsense", "filters"],
      ["filters=%5B%7B%7D%5D", "filters"],
      ["sort=99", "sort"],
      ["after=nonsense", "after"],
      ["limit=1000", "limit"],
    ] as const) {
      const { status, body } = await wren.get(`/accounts?${query}`);
      expect([query, status, body.error.field]).toEqual([query, 400, field]);
    }
  });

  it("takes script tags in names as plain data, everywhere", async () => {
    const { as } = await webWorkspace();
    const wren = await as("teammate");
    const name = '<script>alert(1)</script> & "Co"';
    const { body } = await wren.post("/accounts", { name });
    expect((await wren.get("/accounts?q=%3Cscript%3E")).body.accounts[0].name).toBe(name);
    expect((await wren.get(`/accounts/${body.account.id}/history`)).body.entries[0].changes).toEqual([
      { field: "Name", before: null, after: name },
    ]);
    const csv = await wren.get("/accounts/export.csv");
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("content-disposition")).toContain("attachment");
    expect(csv.text).toContain('"<script>alert(1)</script> & ""Co"""');
  });
});

describe("a download", () => {
  it("has every account of the list in its order, with formulas disarmed", async () => {
    const web = await webWorkspace();
    const dana = await web.as("company-admin");
    const owner = (await dana.post("/fields", { name: "Owner", type: "teammate" })).body.field.id;
    const fields = { [owner]: await web.idOf("company-admin") };
    await dana.post("/accounts", { name: "=cmd|calc", domains: ["acme.com", "acme.de"], fields });
    await dana.post("/accounts", { name: "Ünal, Söhne", description: "+49 30" });
    const response = await fetch(`${web.origin}/api/app/accounts/export.csv?sort=-name`, {
      headers: { cookie: `sluice=${dana.cookie}` },
    });
    const text = Buffer.from(await response.arrayBuffer()).toString();
    const at = "2026-03-02T09:00:00.000Z";
    expect(text.split("\r\n")).toEqual([
      "\ufeffName,Domains,Description,External ID,Sync,Created,Updated,Owner",
      `"Ünal, Söhne",,'+49 30,,not-synced,${at},${at},`,
      `'=cmd|calc,acme.com acme.de,,,not-synced,${at},${at},company-admin@ourcompany.example`,
      "",
    ]);
  });

  it("is refused before it begins when its list makes no sense", async () => {
    const { as } = await webWorkspace();
    const { status, body } = await (await as("teammate")).get("/accounts/export.csv?sort=99");
    expect([status, body.error.field]).toEqual([400, "sort"]);
  });

  it("that is broken off gives its connection back", async () => {
    const web = await webWorkspace();
    const wren = await web.as("teammate");
    await web.database.pool.query(
      `insert into accounts (name, name_key, description, origin, created_at, updated_at)
       select 'Account ' || n, 'account ' || n, repeat('x', 2000), 'manual', now(), now() from generate_series(1, 20000) n`,
    );
    for (let time = 0; time < 12; time++) {
      const stop = new AbortController();
      const response = await fetch(`${web.origin}/api/app/accounts/export.csv`, {
        headers: { cookie: `sluice=${wren.cookie}` },
        signal: stop.signal,
      });
      await response.body!.getReader().read();
      stop.abort();
    }
    expect((await wren.get("/accounts/count")).body).toEqual({ count: 20_000 });
  });
});

describe("an account that is synced", () => {
  it("tells its record, how they found each other, what is synced and from where", async () => {
    const web = await syncedWeb();
    await web.teammate.post("/accounts", { name: "Akme", domains: ["acme.com", "acme.org"] });
    const record = web.org.createAccount({ name: "Acme", websiteurl: "acme.com", address1_city: "Oslo" });
    const run = await web.sync();
    const { body } = await web.teammate.get(`/accounts/${await web.numberOf("Acme")}`);
    const city = String(await web.fieldNumber("City"));
    expect(body.account).toMatchObject({ name: "Acme", sync: "synced", fields: { [city]: "Oslo" } });
    expect(body.account.link).toEqual({
      recordId: record,
      url: `${web.simulator.origin}/main.aspx?etn=account&pagetype=entityrecord&id=${record}`,
      matchedBy: "domain",
      matchedValue: "acme.com",
      stopReason: null,
      lastSyncedAt: "2026-03-02T09:00:00.000Z",
      lastRun: run.id,
      synced: expect.arrayContaining(["name", "domains", city]),
      columns: { name: ["name"], domains: ["websiteurl", "emailaddress1"], [city]: ["address1_city"] },
    });
  });

  it("opens in the app that the pasted address was of", async () => {
    const web = await syncedWeb();
    const record = web.org.createAccount({ name: "Acme" });
    await web.sync();
    const appId = "5b2a1d60-5c5c-4a51-9d6a-3f0a4b8e2c11";
    await web.database.kysely.updateTable("connection").set({ app_id: appId }).execute();
    const { body } = await web.teammate.get(`/accounts/${await web.numberOf("Acme")}`);
    expect(body.account.link.url).toBe(
      `${web.simulator.origin}/main.aspx?appid=${appId}&etn=account&pagetype=entityrecord&id=${record}`,
    );
  });

  it("tells the name by which it was found", async () => {
    const web = await syncedWeb();
    await web.teammate.post("/accounts", { name: "ACME" });
    web.org.createAccount({ name: "Acme" });
    await web.sync();
    const { body } = await web.teammate.get(`/accounts/${await web.numberOf("Acme")}`);
    expect(body.account.link).toMatchObject({ matchedBy: "name", matchedValue: "ACME" });
  });

  it("is edited in Dynamics 365 where it is synced, and here where it is not", async () => {
    const web = await syncedWeb();
    web.org.createAccount({ name: "Acme", websiteurl: "acme.com", address1_city: "Oslo" });
    await web.sync();
    const path = `/accounts/${await web.numberOf("Acme")}`;
    const city = await web.fieldNumber("City");
    for (const [patch, field] of [
      [{ name: "Mine" }, "name"],
      [{ domains: [] }, "domains"],
      [{ fields: { [city]: "Rome" } }, String(city)],
    ] as const) {
      const { status, body } = await web.teammate.patch(path, patch);
      expect([status, body.error.field]).toEqual([400, field]);
      expect(body.error.sentence).toMatch(/from Dynamics 365 \(the columns? .*\)\. Edit it there/);
    }
    const edited = await web.teammate.patch(path, { description: "Ours" });
    expect(edited.body.account).toMatchObject({ name: "Acme", description: "Ours" });
    expect(await web.sync()).toMatchObject({ updated: 0, unchanged: 1 });
  });

  it("is free to be edited once it has left, and says why it left", async () => {
    const web = await syncedWeb();
    const record = web.org.createAccount({ name: "Acme" });
    web.org.createAccount({ name: "Other" });
    await web.sync();
    web.org.deleteAccount(record);
    const leaving = await web.sync();
    const path = `/accounts/${await web.numberOf("Acme")}`;
    const { body } = await web.teammate.patch(path, { name: "Acme, gone" });
    expect(body.account).toMatchObject({ name: "Acme, gone", sync: "stopped" });
    expect(body.account.link).toMatchObject({ stopReason: "deleted", lastRun: leaving.id, synced: [] });
  });

  it("takes what is synced from the last run when no settings are stored", async () => {
    const web = await syncedWeb();
    web.org.createAccount({ name: "Acme" });
    await web.sync();
    await web.database.kysely.updateTable("connection").set({ settings: null }).execute();
    const { body } = await web.teammate.get(`/accounts/${await web.numberOf("Acme")}`);
    expect(body.account.link.columns).toMatchObject({ name: ["name"] });
  });
});

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

  it("takes characters that the database cannot hold out", async () => {
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

  it("of an account that is gone is refused", async () => {
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
  it("tells runs and people, newest first, in words, a page at a time", async () => {
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

  it("goes on where the page before it ended", async () => {
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
  it("lets an admin keep the record out of the sync, and let it in again", async () => {
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

  it("stays in the history, with what there was", async () => {
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

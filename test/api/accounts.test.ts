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

  it("continues after the longest possible name", async () => {
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
  it("has every account of the list in its order, with formulas guarded", async () => {
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

  it("is refused before it starts if its query is invalid", async () => {
    const { as } = await webWorkspace();
    const { status, body } = await (await as("teammate")).get("/accounts/export.csv?sort=99");
    expect([status, body.error.field]).toEqual([400, "sort"]);
  });

  it("that is aborted releases its connection", async () => {
    const web = await webWorkspace();
    const wren = await web.as("teammate");
    await web.database.pool.query(
      `insert into accounts (name, name_key, description, origin, created_at, updated_at)
       select 'Account ' || n, 'account ' || n, repeat('x', 2000), 'manual', now(), now()
       from generate_series(1, 20000) n`,
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
  it("has its record, how the two were matched, what is synced and from where", async () => {
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
      mergedInto: null,
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

  it("has the name by which it was matched", async () => {
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

  it("can be edited once it has stopped syncing, and says why it stopped", async () => {
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

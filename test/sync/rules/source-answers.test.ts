// Whole runs against a source that answers in unusual ways.
import { expect, it } from "vitest";
import { workspace } from "../../harness/workspace.ts";

const EMPTY_END = {
  kind: "answer",
  status: 200,
  headers: { "content-type": "application/json", "odata-version": "4.0" },
  body: '{"value":[]}',
} as const;

it("syncs a view that lists 500 records by id, with the names that the designer added", async () => {
  const space = await workspace({ pageSize: 200 });
  const ids = Array.from({ length: 500 }, (_, index) => space.org.createAccount({ name: `Branch ${index}` }));
  space.org.createAccount({ name: "Not chosen" });
  const values = ids
    .map((id) => `<value uiname="The name of a branch" uitype="account">{${id}}</value>`)
    .join("\n");
  const view = space.org.addView({
    kind: "personal",
    name: "Branches",
    fetchxml:
      `<fetch savedqueryid="1"><entity name="account"><filter><condition attribute="accountid" operator="in">${values}` +
      "</condition></filter></entity></fetch>",
  });
  const selection = { kind: "view" as const, view };

  const first = await space.sync({ selection });
  const second = await space.sync({ selection });

  expect(first).toMatchObject({ read: 500, created: 500 });
  expect(second).toMatchObject({ read: 500, unchanged: 500, stopped: 0 });
  expect(space.simulator.requests.get("POST /api/data/v9.2/$batch")).toBe(6);
});

it("stops no account because a page came back empty once", async () => {
  const space = await workspace({ accounts: 50, pageSize: 20 });
  const { read } = await space.sync();
  space.simulator.faults.add({ path: "accounts\\?", skip: 1, fault: EMPTY_END });

  expect(await space.sync()).toMatchObject({ read, stopped: 0 });
  expect(space.simulator.faults.list()[0]?.applied).toBe(1);
});

it("fails a run whose page is answered by something in between, and changes nothing", async () => {
  const space = await workspace({ accounts: 50, pageSize: 20 });
  const before = await space.sync();
  const fault = {
    kind: "answer",
    status: 403,
    headers: { "content-type": "text/html" },
    body: "<html><title>Web filter</title></html>",
  } as const;
  space.simulator.faults.add({ path: "accounts\\?", skip: 1, fault });

  await expect(space.sync()).rejects.toMatchObject({
    code: "intermediary",
    message: expect.stringContaining('(HTTP 403, "Web filter")'),
  });
  expect(await space.accounts()).toHaveLength(before.created);
});

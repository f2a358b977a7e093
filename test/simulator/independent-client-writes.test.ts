// Tests writes with an independent client: create, update, upsert, delete, references, merge,
// batches, and the contents of errors.
import { describe, expect, test } from "vitest";
import { refusalOf, startClient } from "./independent-client.ts";

type Row = Readonly<Record<string, unknown>>;

const FRESH = "11111111-1111-4111-8111-111111111111";
const account = (id: string) => ({ "@odata.type": "Microsoft.Dynamics.CRM.account", accountid: id });

describe("one row", () => {
  test("is created, changed and deleted", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const id = await client.create<Row, string>({
      collection: "accounts",
      data: { name: "New", revenue: 5.5 },
    });
    await client.update({ collection: "accounts", key: id, data: { name: "Newer" } });
    await client.updateSingleProperty({ collection: "accounts", key: id, fieldValuePair: { fax: "1" } });
    expect(org.accounts.get(id)).toMatchObject({ name: "Newer", revenue: 5.5, fax: "1" });
    await client.deleteRecord({ collection: "accounts", key: id, property: "fax" });
    expect(org.accounts.get(id)?.["fax"]).toBeNull();
    await client.deleteRecord({ collection: "accounts", key: id });
    expect(org.accounts.get(id)).toBeUndefined();
  });

  test("comes back when the client prefers that", async () => {
    await using session = await startClient();
    const request = { collection: "accounts", returnRepresentation: true, select: ["name"] };
    const made = await session.client.create<Row>({ ...request, data: { name: "New" } });
    expect(made).toMatchObject({ name: "New" });
    const changed = await session.client.update<Row>({
      ...request,
      key: String(made["accountid"]),
      data: { name: "Newer" },
    });
    expect(changed).toMatchObject({ name: "Newer", accountid: made["accountid"] });
  });

  test("is upserted unless a header forbids it", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const request = { collection: "accounts", key: FRESH };
    // The client answers null when the service refuses an upsert with 404 or 412.
    expect(await client.upsert({ ...request, data: { name: "A" }, ifmatch: "*" })).toBeNull();
    expect(await client.upsert<Row, unknown>({ ...request, data: { name: "B" } })).toBe(FRESH);
    expect(await client.upsert({ ...request, data: { name: "C" }, ifnonematch: "*" })).toBeNull();
    await client.upsert({ ...request, data: { name: "D" } });
    expect(org.accounts.get(FRESH)?.["name"]).toBe("D");
  });

  test("is left alone when somebody else changed it first", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const id = org.createAccount({ name: "Old" });
    const { "@odata.etag": etag } = await client.retrieve<Row>({ collection: "accounts", key: id });
    org.updateAccount(id, { name: "Theirs" });
    const request = { collection: "accounts", key: id, ifmatch: String(etag) };
    // 412 makes the client answer false.
    expect(await client.update({ ...request, data: { name: "Ours" } })).toBe(false);
    expect(await client.deleteRecord(request)).toBe(false);
    expect(org.accounts.get(id)?.["name"]).toBe("Theirs");
  });
});

describe("a reference", () => {
  test("through a lookup is set, bound and taken away", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const [parent, child] = [org.createAccount({ name: "P" }), org.createAccount({ name: "C" })];
    const tied = { collection: "accounts", primaryKey: child, navigationProperty: "parentaccountid" };
    await client.associateSingleValued({ ...tied, relatedCollection: "accounts", relatedKey: parent });
    expect(org.accounts.get(child)?.["parentaccountid"]).toBe(parent);
    await client.disassociateSingleValued(tied);
    expect(org.accounts.get(child)?.["parentaccountid"]).toBeNull();
    await client.update({
      collection: "accounts",
      key: child,
      data: { "parentaccountid@odata.bind": `/accounts(${parent})` },
    });
    expect(org.accounts.get(child)?.["parentaccountid"]).toBe(parent);
  });

  test("from the other side sets the same lookup", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const [parent, child] = [org.createAccount({ name: "P" }), org.createAccount({ name: "C" })];
    const tied = {
      collection: "accounts",
      primaryKey: parent,
      relationshipName: "account_parent_account",
      relatedKey: child,
    };
    await client.associate({ ...tied, relatedCollection: "accounts" });
    expect(org.accounts.get(child)?.["parentaccountid"]).toBe(parent);
    await client.disassociate(tied);
    expect(org.accounts.get(child)?.["parentaccountid"]).toBeNull();
  });

  test("of many to many makes and breaks a membership", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const team = org.addTeam({ name: "North" });
    const tied = {
      collection: "systemusers",
      primaryKey: org.adminId,
      relationshipName: "teammembership_association",
      relatedKey: team,
    };
    const members = () =>
      org
        .requireTable("teammembership")
        .rows()
        .map((row) => [row["teamid"], row["systemuserid"]]);
    await client.associate({ ...tied, relatedCollection: "teams" });
    expect(members()).toEqual([[team, org.adminId]]);
    await client.disassociate(tied);
    expect(members()).toEqual([]);
  });
});

test("Merge leaves the subordinate inactive, pointing at the target, which takes the new content", async () => {
  await using session = await startClient();
  const { client, org } = session;
  const [survivor, loser] = [org.createAccount({ name: "A" }), org.createAccount({ name: "A" })];
  await client.callAction({
    actionName: "Merge",
    action: {
      Target: account(survivor),
      Subordinate: account(loser),
      UpdateContent: { ...account("00000000-0000-0000-0000-000000000000"), telephone1: "1" },
      PerformParentingChecks: false,
    },
  });
  expect(org.accounts.get(survivor)).toMatchObject({ telephone1: "1", merged: false, statecode: 0 });
  expect(org.accounts.get(loser)).toMatchObject({ merged: true, masterid: survivor, statecode: 1 });
});

describe("a batch", () => {
  test("answers every part, and a change set refers to what it made", async () => {
    await using session = await startClient((org) => void org.createAccount({ name: "A" }));
    const { client, org } = session;
    client.startBatch();
    void client.retrieveMultiple({ collection: "accounts", select: ["name"] });
    void client.create({ collection: "accounts", data: { name: "B" }, contentId: "1" });
    void client.create({
      collection: "contacts",
      data: { lastname: "Doe", "parentcustomerid_account@odata.bind": "$1" },
    });
    void client.count({ collection: "accounts" });
    const [page, made, contact, count]: unknown[] = await client.executeBatch();
    expect(page).toMatchObject({ value: [{ name: "A" }] });
    expect(count).toBe(2);
    expect(org.requireTable("contact").get(String(contact))).toMatchObject({
      parentcustomerid: made,
      "parentcustomerid.table": "account",
    });
  });

  test("whose change set fails changes nothing", async () => {
    await using session = await startClient();
    const { client, org } = session;
    client.startBatch();
    void client.create({ collection: "accounts", data: { name: "B" } });
    void client.create({ collection: "accounts", data: { nix: 1 } });
    const answers: unknown = await client.executeBatch().catch((refused: unknown) => refused);
    expect(answers).toMatchObject([{ status: 400, error: { code: "0x80048d19" } }]);
    expect(org.accounts.size).toBe(0);
  });

  test("continues after an error with continue-on-error", async () => {
    await using session = await startClient((org) => void org.createAccount({ name: "A" }));
    const { client } = session;
    client.startBatch();
    void client.retrieveMultiple({ collection: "accounts", select: ["nix"] });
    void client.callFunction("WhoAmI");
    // The client throws the list of answers, refusals among them.
    const answers: unknown = await client
      .executeBatch({ continueOnError: true })
      .catch((refused: unknown) => refused);
    expect(answers).toMatchObject([
      { status: 400, error: { code: "0x80060888" } },
      { UserId: session.org.adminId },
    ]);
  });
});

describe("a refusal", () => {
  test.each([
    ["a column that is not there", 400, "0x80060888", "Could not find a property named 'nix'"],
    ["a set that is not there", 404, "0x80060888", "Resource not found for the segment 'accountz'."],
    ["a row that is not there", 404, "0x80040217", `Entity 'account' With Id = ${FRESH} Does Not Exist`],
    [
      "a column that FetchXML names in vain",
      400,
      "0x80041103",
      "'account' entity doesn't contain attribute with Name = 'nix'",
    ],
    ["a table that FetchXML names in vain", 400, "0x80041102", "nix"],
    ["a second row of the same id", 412, "0x80040237", "Cannot insert duplicate key."],
  ])("for %s carries status, code and text", async (what, status, code, message) => {
    await using session = await startClient();
    const { client, org } = session;
    const fetchXml = (xml: string) => client.fetch({ collection: "accounts", fetchXml: xml });
    const requests: Record<string, () => Promise<unknown>> = {
      "a column that is not there": () =>
        client.retrieveMultiple({ collection: "accounts", select: ["nix"] }),
      "a set that is not there": () => client.retrieveMultiple({ collection: "accountz" }),
      "a row that is not there": () => client.retrieve({ collection: "accounts", key: FRESH }),
      "a column that FetchXML names in vain": () =>
        fetchXml('<fetch><entity name="account"><attribute name="nix" /></entity></fetch>'),
      "a table that FetchXML names in vain": () => fetchXml('<fetch><entity name="nix" /></fetch>'),
      "a second row of the same id": () =>
        client.create({
          collection: "accounts",
          data: { accountid: org.createAccount({ name: "A" }), name: "B" },
        }),
    };
    const refusal = await refusalOf(requests[what]?.() ?? Promise.resolve());
    expect([refusal.status, refusal.code]).toEqual([status, code]);
    expect(refusal.message).toContain(message);
  });

  test("carries the headers that captured ones have", async () => {
    await using session = await startClient();
    const refusal = await refusalOf(session.client.retrieve({ collection: "accounts", key: FRESH }));
    const guid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    const headers: unknown = refusal.headers;
    expect(headers).toMatchObject({
      "content-type": "application/json; odata.metadata=minimal",
      "odata-version": "4.0",
      "cache-control": "no-cache",
      expires: "-1",
      req_id: expect.stringMatching(new RegExp(`^${guid}$`)),
      "x-ms-service-request-id": expect.stringMatching(new RegExp(`^${guid},${guid}$`)),
      authactivityid: expect.stringMatching(new RegExp(`^${guid}$`)),
      "x-ms-dop-hint": expect.stringMatching(/^\d+$/),
      "x-ms-ratelimit-time-remaining-xrm-requests": expect.stringMatching(/^(\d,)?\d+\.\d\d$/),
      "x-ms-ratelimit-burst-remaining-xrm-requests": expect.stringMatching(/^\d+$/),
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "set-cookie": [
        expect.stringMatching(/^ARRAffinity=\w+; path=\/; secure; HttpOnly$/),
        expect.stringMatching(new RegExp(`^ReqClientId=${guid}; expires=`)),
      ],
    });
  });
});

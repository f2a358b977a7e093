// Queries that are too long for a URL, in every mode that sends one.
import { expect, test } from "vitest";
import type { View } from "../../src/dataverse/model.ts";
import type { RequestHandler } from "../lib/test-server.ts";
import { allOf, connectSimulated, connectTo, row, viewOf } from "./test-client.ts";

const BATCH = "POST /api/data/v9.2/$batch";
const GET = "GET /api/data/v9.2/accounts";

const idOf = (index: number) => `a0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** As the designer writes it: with the name and the table of each value, indented. */
function designedView(count: number, attribute = "accountid"): View {
  const values = Array.from(
    { length: count },
    (_, index) =>
      `\n        <value uiname="Contoso &amp; Söhne, branch ${index}" uitype="account">{${idOf(index).toUpperCase()}}</value>`,
  ).join("");
  return viewOf(
    `<fetch version="1.0" savedqueryid="${idOf(1)}">\n  <entity name="account">\n    <attribute name="name" />
    <!-- chosen by hand -->\n    <filter>\n      <condition attribute="${attribute}" operator="in" uihidden="0">${values}
      </condition>\n    </filter>\n  </entity>\n</fetch>`,
  );
}

test("a view of 500 records with their names is read, swept and sampled, in pages, within a batch", async () => {
  const view = designedView(500);
  expect(encodeURIComponent(view.fetchXml).length).toBeGreaterThan(64 * 1024);
  await using connected = await connectSimulated({ client: { pageSize: 150 } });
  const { client, simulator } = connected;
  for (let index = 0; index < 500; index += 1)
    simulator.org.createAccount({ accountid: idOf(index), name: `Branch ${index}` });
  simulator.org.createAccount({ name: "Not chosen" });
  const selection = { kind: "view", view } as const;

  const rows = await allOf(client.readAccounts(selection, ["name"]));
  const swept = await allOf(client.sweepAccounts(selection));
  const own = await client.sample(selection, "view-columns", 3);
  const mapped = await client.sample(selection, ["name"], 3);

  expect(new Set(rows.map(({ accountid }) => accountid)).size).toBe(500);
  expect(new Set(swept.map(({ id }) => id)).size).toBe(500);
  expect(own).toMatchObject({ count: 500, rows: [{ name: expect.any(String) }, {}, {}] });
  expect(mapped.rows).toHaveLength(3);
  expect(simulator.requests.get(BATCH)).toBe(4 + 4 + 2);
  expect(simulator.requests.get(GET)).toBeUndefined();
});

test("a view that is short without what it does not need is read by plain GETs", async () => {
  await using connected = await connectSimulated({ accounts: 3 });
  await allOf(connected.client.readAccounts({ kind: "view", view: designedView(300) }, ["name"]));
  expect(connected.simulator.requests.get(GET)).toBe(1);
  expect(connected.simulator.requests.get(BATCH)).toBeUndefined();
});

test("a view that is too long even for a batch is broken, and says by how much", async () => {
  await using connected = await connectSimulated({ accounts: 3 });
  const reading = allOf(connected.client.readAccounts({ kind: "view", view: designedView(1_500) }, ["name"]));
  await expect(reading).rejects.toMatchObject({
    code: "view-broken",
    message: expect.stringMatching(
      /"My accounts" cannot be read: its filter lists too many values\. .*it has \d\d,\d{3} characters, and at most 65,519/,
    ),
  });
});

test.each([
  ["414", 414, "<title>Request URL Too Long</title>"],
  ["a proxy's 400", 400, "<title>Bad Request - Invalid URL</title>"],
  ["the 404 of a web server", 404, "<title>404 - File or directory not found.</title>"],
  ["431", 431, ""],
])("a GET that is answered by %s is sent again within a batch", async (_what, status, body) => {
  await using connected = await connectTo((request, response, count) => {
    if (request.method === "POST") return batched(200, { value: [row("b1")] })(request, response, count);
    return response.writeHead(status, { "content-type": "text/html" }).end(body);
  });
  const view = designedView(100);
  expect(await allOf(connected.client.readAccounts({ kind: "view", view }, ["name"]))).toEqual([row("b1")]);
  expect(connected.requests().map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("a batch that is refused as too long makes the view broken, whoever refuses it", async () => {
  for (const [status, body] of [
    [414, "<title>Request URL Too Long</title>"],
    [500, JSON.stringify({ error: { code: "", message: "Invalid URI: The Uri string is too long." } })],
  ] as const) {
    await using connected = await connectTo((_request, response) => {
      response.writeHead(status).end(body);
    });
    const reading = allOf(connected.client.readAccounts({ kind: "view", view: designedView(600) }, ["name"]));
    await expect(reading).rejects.toMatchObject({
      code: "view-broken",
      message: expect.stringContaining(`(HTTP ${status})`),
    });
  }
});

test("the part of a batch carries the preferences, and is throttled, wrong and refused like any request", async () => {
  const gone =
    "'account' entity doesn't contain attribute with Name = 'new_gone' and NameMapping = 'Logical'";
  const error = (code: string, message: string) => ({ error: { code, message } });
  await using connected = await connectTo((request, response, count) => {
    if (count === 1)
      return batched(429, error("0x80072322", "Number of requests"), "Retry-After: 30")(
        request,
        response,
        count,
      );
    return batched(400, error("0x80041103", gone), "", 400)(request, response, count);
  });
  const reading = allOf(connected.client.readAccounts({ kind: "view", view: designedView(600) }, ["name"]));
  await expect(reading).rejects.toMatchObject({
    code: "view-broken",
    serverCode: "0x80041103",
    message: expect.stringContaining('the column "new_gone"'),
  });
  expect(connected.clock.sleeps[0]).toBeGreaterThanOrEqual(30_000);
  const [first] = connected.requests();
  expect(first?.body).toMatch(/^Prefer: odata\.include-annotations=".*morerecords"\r$/m);
});

/** Responds with one part. */
function batched(status: number, body: unknown, header = "", outerStatus = 200): RequestHandler {
  return (_request, response) => {
    const part = [
      "--batchresponse_1",
      "Content-Type: application/http",
      "",
      `HTTP/1.1 ${status} Anything`,
      "Content-Type: application/json; odata.metadata=minimal",
      ...(header === "" ? [] : [header]),
      "",
      JSON.stringify(body),
      "--batchresponse_1--",
      "",
    ];
    response
      .writeHead(outerStatus, { "content-type": "multipart/mixed; boundary=batchresponse_1" })
      .end(part.join("\r\n"));
  };
}

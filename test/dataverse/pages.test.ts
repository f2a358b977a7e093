import { EventEmitter, once } from "node:events";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { sendJson } from "../lib/test-server.ts";
import type { RequestHandler, ReceivedRequest } from "../lib/test-server.ts";
import { allOf, connectTo, row, viewOf } from "./test-client.ts";

const VIEW = viewOf('<fetch><entity name="account"><attribute name="name"/></entity></fetch>');
const linkTo = ({ headers }: ReceivedRequest, rest: string) =>
  `http://${headers.host}/api/data/v9.2/accounts?${rest}`;

/** Pages 1 to `last`, one row each, linked by nextLink. */
const linkedPages =
  (last: number): RequestHandler =>
  (request, response) => {
    const page = Number(/\$skiptoken=(\d+)/.exec(request.url)?.[1] ?? 1);
    const next = page < last ? { "@odata.nextLink": linkTo(request, `$skiptoken=${page + 1}`) } : {};
    sendJson(response, { value: [row(`a${page}`)], ...next });
  };

function fetchXmlOf(request: ReceivedRequest): string {
  return request.url.slice(request.url.indexOf("fetchXml=") + "fetchXml=".length);
}

function cookieAnnotation(page: number, cookie: string) {
  const encoded = encodeURIComponent(encodeURIComponent(cookie));
  return {
    "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie": `<cookie pagenumber="2" pagingcookie="${encoded}" istracking="False" />`,
    "@Microsoft.Dynamics.CRM.morerecords": true,
    page,
  };
}

test("all active accounts are read by key, with the required columns and no annotations", async () => {
  await using connected = await connectTo(linkedPages(3));
  const rows = await allOf(connected.client.readAccounts({ kind: "all" }, ["name", "accountid"]));
  expect(rows.map((one) => one["accountid"])).toEqual(["a1", "a2", "a3"]);
  const [first, second] = connected.requests();
  expect(first?.url).toBe(
    "/api/data/v9.2/accounts?$select=name,accountid,createdon,versionnumber,statecode&$filter=statecode eq 0&$orderby=accountid",
  );
  expect(first?.headers).toMatchObject({ prefer: "odata.maxpagesize=5000", authorization: "Bearer token-1" });
  expect(second?.headers.prefer).toBe("odata.maxpagesize=5000");
});

test("at most two pages are requested ahead of the consumer's", async () => {
  await using connected = await connectTo(linkedPages(9));
  const pages = connected.client.readAccounts({ kind: "all" }, []);
  await pages.next();
  // A slow metadata request gives any further page request time to arrive.
  for (let turn = 0; turn < 3; turn += 1) await connected.client.accountColumns();
  expect(connected.requests()).toHaveLength(3);
  await pages.return(undefined);
});

test("a reader that stops early aborts pending requests", async () => {
  const events = new EventEmitter();
  const [arrived, closed] = [once(events, "arrived"), once(events, "closed")];
  await using connected = await connectTo((request, response, count) => {
    if (count === 1) return linkedPages(2)(request, response, count);
    response.on("close", () => events.emit("closed"));
    events.emit("arrived");
  });
  const pages = connected.client.readAccounts({ kind: "all" }, []);
  await pages.next();
  await arrived;
  await pages.return(undefined);
  await closed;
  expect(connected.requests()).toHaveLength(2);
});

test("an aborted read ends with the signal's reason", async () => {
  const controller = new AbortController();
  await using connected = await connectTo(linkedPages(5));
  const pages = connected.client.readAccounts({ kind: "all" }, [], controller.signal);
  await pages.next();
  controller.abort(new Error("cancelled"));
  await expect(allOf(pages)).rejects.toThrow("cancelled");
});

test("a link to another host is refused before a token goes there", async () => {
  await using elsewhere = await connectTo(linkedPages(1));
  await using connected = await connectTo((_request, response) => {
    sendJson(response, {
      value: [row("a1")],
      "@odata.nextLink": `${elsewhere.environment.apiRoot}accounts?$skiptoken=2`,
    });
  });
  const reading = allOf(connected.client.readAccounts({ kind: "all" }, []));
  await expect(reading).rejects.toMatchObject({ name: "ProtocolError", code: "protocol" });
  expect(elsewhere.requests()).toEqual([]);
});

test("a page that comes twice is returned; one that comes for ever is an error", async () => {
  await using twice = await connectTo((request, response, count) => {
    const next =
      count === 4 ? {} : { "@odata.nextLink": linkTo(request, `$skiptoken=${count === 3 ? 3 : 2}`) };
    sendJson(response, { value: [row("a")], ...next });
  });
  expect(await allOf(twice.client.readAccounts({ kind: "all" }, []))).toHaveLength(4);
  await using forever = await connectTo((request, response) => {
    sendJson(response, { value: [row("a")], "@odata.nextLink": linkTo(request, "$skiptoken=2") });
  });
  await expect(allOf(forever.client.readAccounts({ kind: "all" }, []))).rejects.toThrow("over and over");
});

test("an empty page in the middle does not end the read", async () => {
  await using connected = await connectTo((request, response, count) => {
    if (count === 1) sendJson(response, { value: [], "@odata.nextLink": linkTo(request, "$skiptoken=2") });
    else sendJson(response, { value: [row("a")] });
  });
  expect(await allOf(connected.client.readAccounts({ kind: "all" }, []))).toHaveLength(1);
});

test("an empty page after others ends a read only if it is empty when it is asked for again", async () => {
  const emptyTimes = (times: number): RequestHandler => {
    let left = times;
    return (request, response, count) => {
      const isLast = /skiptoken=2|page="2"/.test(request.url);
      if (isLast && left > 0) {
        left -= 1;
        return sendJson(response, { value: [] });
      }
      if (isLast) return sendJson(response, { value: [row("a2")] });
      const more = /fetchXml/.test(request.url)
        ? cookieAnnotation(count, '<cookie page="1"><accountid last="{1}" first="{1}" /></cookie>')
        : { "@odata.nextLink": linkTo(request, "$skiptoken=2") };
      return sendJson(response, { ...more, value: [row("a1")] });
    };
  };
  for (const selection of [{ kind: "all" }, { kind: "view", view: VIEW }] as const) {
    await using emptyOnce = await connectTo(emptyTimes(1));
    await using emptyTwice = await connectTo(emptyTimes(2));
    expect(await allOf(emptyOnce.client.readAccounts(selection, []))).toHaveLength(2);
    expect(await allOf(emptyTwice.client.sweepAccounts(selection))).toHaveLength(1);
    expect([emptyOnce.requests().length, emptyTwice.requests().length]).toEqual([3, 3]);
  }
});

test("an empty selection is asked for once, and a list of users like accounts", async () => {
  await using none = await connectTo((_request, response) => sendJson(response, { value: [] }));
  expect(await allOf(none.client.readAccounts({ kind: "all" }, []))).toEqual([]);
  expect(none.requests()).toHaveLength(1);
  const user = (id: string) => ({ systemuserid: id });
  await using users = await connectTo((request, response, count) => {
    if (count === 1)
      return sendJson(response, { value: [user("u1")], "@odata.nextLink": linkTo(request, "$skiptoken=2") });
    return sendJson(response, { value: count === 2 ? [] : [user("u2")] });
  });
  expect(await users.client.users()).toHaveLength(2);
});

test("a row without an id is not taken for an account", async () => {
  await using connected = await connectTo((_request, response) => {
    sendJson(response, { value: [{ name: "Contoso" }] });
  });
  await expect(allOf(connected.client.readAccounts({ kind: "all" }, []))).rejects.toMatchObject({
    code: "protocol",
  });
});

test("a view is paged with its cookie, decoded twice and escaped once", async () => {
  await using connected = await connectTo((_request, response, count) => {
    const more =
      count < 3
        ? cookieAnnotation(
            count,
            `<cookie page="${count}"><accountid last="{A&B-${count}}" first="{1}" /></cookie>`,
          )
        : {};
    sendJson(response, { ...more, value: [row(`v${count}`)] });
  });
  const rows = await allOf(connected.client.readAccounts({ kind: "view", view: VIEW }, ["name"]));
  expect(rows).toHaveLength(3);
  const [first, , third] = connected.requests().map(fetchXmlOf);
  expect(first).not.toContain("paging-cookie");
  expect(third).toContain('page="3"');
  expect(third).toContain(
    'paging-cookie="&lt;cookie page=&quot;2&quot;&gt;&lt;accountid last=&quot;{A&amp;B-2}&quot;',
  );
});

test("a paging cookie that repeats its position is a loop, although its page number increases", async () => {
  await using connected = await connectTo((_request, response, count) => {
    const still = `<cookie page="${count}"><accountid last="{1}" first="{1}" /></cookie>`;
    sendJson(response, { ...cookieAnnotation(count, still), value: [row("v")] });
  });
  const reading = allOf(connected.client.readAccounts({ kind: "view", view: VIEW }, []));
  await expect(reading).rejects.toThrow("over and over");
});

test("a view without a cookie is paged by number, and fails at 50,000 rows", async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => row(`v${index}`));
  const body = gzipSync(JSON.stringify({ "@Microsoft.Dynamics.CRM.morerecords": true, value: rows }));
  await using connected = await connectTo((_request, response, count) => {
    if (count === 10) sendJson(response, { value: rows });
    else response.writeHead(200, { "content-encoding": "gzip" }).end(body);
  });
  const reading = allOf(connected.client.readAccounts({ kind: "view", view: VIEW }, []));
  await expect(reading).rejects.toMatchObject({ code: "view-broken", subject: "My accounts" });
  expect(fetchXmlOf(connected.requests().at(-1) ?? { method: "", url: "", headers: {}, body: "" })).toContain(
    'page="10"',
  );
});

test("a nextLink in the response to a view is followed as well", async () => {
  await using connected = await connectTo((request, response, count) => {
    sendJson(response, {
      value: [row(`v${count}`)],
      ...(count === 1 ? { "@odata.nextLink": linkTo(request, "$skiptoken=2") } : {}),
    });
  });
  expect(await allOf(connected.client.readAccounts({ kind: "view", view: VIEW }, []))).toHaveLength(2);
});

test("a view with `top` is one page, and fails if it has fewer rows while there are more", async () => {
  await using connected = await connectTo((_request, response) => {
    sendJson(response, { ...cookieAnnotation(1, "<cookie/>"), value: [row("v1"), row("v2")] });
  });
  const firstRows = (top: number) =>
    viewOf(
      `<fetch top="${top}"><entity name="account"><order attribute="revenue" descending="true"/></entity></fetch>`,
    );
  const read = (top: number) =>
    allOf(connected.client.readAccounts({ kind: "view", view: firstRows(top) }, []));
  expect(await read(2)).toHaveLength(2);
  await expect(read(10)).rejects.toThrow(
    expect.objectContaining({
      code: "protocol",
      message: expect.stringMatching(/2 rows of the view "My accounts"/),
    }),
  );
  expect(connected.requests()).toHaveLength(2);
});

test("a query too long for a URL is sent as $batch", async () => {
  const values = Array.from(
    { length: 1_500 },
    (_, index) => `<value>Contoso &amp; Söhne ${index}</value>`,
  ).join("");
  const long = `<fetch><entity name="account"><filter><condition attribute="name" operator="in">${values}</condition></filter></entity></fetch>`;
  await using connected = await connectTo((_request, response) => {
    const inner = [
      "HTTP/1.1 200 OK",
      "Content-Type: application/json; odata.metadata=minimal",
      "",
      JSON.stringify({ value: [row("b1")] }),
    ];
    const part = [
      "--batchresponse_1",
      "Content-Type: application/http",
      "Content-Transfer-Encoding: binary",
      "",
      ...inner,
      "--batchresponse_1--",
      "",
    ];
    response
      .writeHead(200, { "content-type": "multipart/mixed; boundary=batchresponse_1" })
      .end(part.join("\r\n"));
  });
  const rows = await allOf(connected.client.readAccounts({ kind: "view", view: viewOf(long) }, ["name"]));
  expect(rows).toEqual([row("b1")]);
  expect(connected.requests()[0]).toMatchObject({ method: "POST", url: "/api/data/v9.2/$batch" });
  expect(decodeURIComponent(connected.requests()[0]?.body ?? "")).toContain("Contoso &amp; Söhne 1499");
});

test("ids are fetched in chunks, in any state, without those that do not exist", async () => {
  const ids = Array.from(
    { length: 1_100 },
    (_, index) => `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
  );
  await using connected = await connectTo((request, response) => {
    const ids500 = request.url.match(/[0-9a-f-]{36}/g) ?? [];
    sendJson(response, { value: ids500.filter((id) => !id.endsWith("7")).map(row) });
  });
  const rows = await allOf(
    connected.client.fetchByIds(
      ids.map((id) => `{${id.toUpperCase()}}`),
      ["name"],
    ),
  );
  expect(rows).toHaveLength(990);
  expect(connected.requests()).toHaveLength(3);
  expect(connected.requests()[0]?.url).not.toContain("statecode eq");
});

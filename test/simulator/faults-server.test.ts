import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import { pageOf, startSession, type Session } from "./simulator-session.ts";

const ACCOUNTS = "accounts?$select=name&$orderby=accountid";
const TEN = { prefer: "odata.maxpagesize=10" };

async function idsOfAllPages(session: Session, path = ACCOUNTS): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = await pageOf(await session.get(next, TEN));
    ids.push(...page.value.map((row) => row["accountid"]));
    next = page["@odata.nextLink"];
  }
  return ids;
}

describe("faults over HTTP", () => {
  test("every kind of bad response, then normal ones again", async () => {
    await using session = await startSession({ accounts: 25 });
    const { faults } = session.simulator;
    faults.add({ path: "accounts", fault: { kind: "throttle", limit: "execution-time", retryAfter: 3 } });
    faults.add({ path: "accounts", fault: { kind: "unavailable" } });
    faults.add({ path: "accounts", fault: { kind: "bad-gateway" } });
    faults.add({ path: "accounts", fault: { kind: "expired-token" } });
    const statuses: number[] = [];
    for (let tried = 0; tried < 5; tried += 1) statuses.push((await session.get(ACCOUNTS)).status);
    expect(statuses).toEqual([429, 503, 502, 401, 200]);
    expect((await session.get("WhoAmI")).status).toBe(200);
  });

  test("a cut before the headers and one in the middle of the body both fail the request", async () => {
    await using session = await startSession({ accounts: 25 });
    session.simulator.faults.add({ path: "accounts", fault: { kind: "cut", when: "before-headers" } });
    session.simulator.faults.add({ path: "accounts", fault: { kind: "cut", when: "in-body" } });
    await expect(session.get(ACCOUNTS)).rejects.toThrow("fetch failed");
    const half = await session.get(ACCOUNTS);
    expect(half.status).toBe(200);
    await expect(half.text()).rejects.toThrow("terminated");
    session.simulator.faults.add({ path: "WhoAmI", fault: { kind: "cut", when: "in-body" } });
    await expect((await session.get("WhoAmI")).text()).rejects.toThrow("terminated");
    expect((await pageOf(await session.get(ACCOUNTS))).value).toHaveLength(25);
  });

  test("an empty page leads on, a repeated one repeats its rows, malformed JSON is none", async () => {
    await using session = await startSession({ accounts: 25 });
    const { faults } = session.simulator;
    const undisturbed = await idsOfAllPages(session);
    faults.add({ path: "accounts", skip: 1, fault: { kind: "empty-page" } });
    expect(await idsOfAllPages(session)).toEqual(undisturbed);
    faults.remove();
    faults.add({ path: "accounts", skip: 1, fault: { kind: "repeat-page" } });
    expect(await idsOfAllPages(session)).toEqual([...undisturbed.slice(0, 10), ...undisturbed]);
    faults.add({ path: "accounts", fault: { kind: "malformed-json" } });
    await expect((await session.get(ACCOUNTS)).json()).rejects.toThrow(SyntaxError);
  });

  test("a row is changed, another and a column are deleted in the middle of a read", async () => {
    await using session = await startSession({ accounts: 25 });
    const { faults, org } = session.simulator;
    const ids = (await idsOfAllPages(session)).map(String);
    const [changed, gone] = [ids[15] ?? "", ids[17] ?? ""];
    faults.add({
      path: "skiptoken",
      fault: { kind: "change-row", id: changed, values: { name: "Renamed" } },
    });
    faults.add({ path: "skiptoken", fault: { kind: "delete-row", id: gone } });
    faults.add({ path: "accounts", skip: 5, fault: { kind: "delete-column", column: "name" } });
    expect(await idsOfAllPages(session)).toEqual(ids);
    expect(org.accounts.get(changed)).toMatchObject({ name: "Renamed" });
    expect(org.accounts.get(gone)).toBeUndefined();
    // The third page of the second read is the sixth request.
    await expect(idsOfAllPages(session)).rejects.toThrow("0x80060888");
  });

  test("a view is unshared, then deleted, while it is being read", async () => {
    await using session = await startSession({ accounts: 25 });
    const { org, faults, users } = session.simulator;
    const fetchxml = '<fetch><entity name="account"><attribute name="name" /></entity></fetch>';
    const owner = users.at(1)?.userId ?? "";
    const viewId = org.addView({ kind: "personal", name: "Mine", fetchxml, owner });
    org.shareView(viewId, org.adminId);
    const read = async (): Promise<number> => (await session.get(`accounts?userQuery=${viewId}`)).status;
    expect(await read()).toBe(200);
    faults.add({ path: "userQuery", fault: { kind: "unshare-view", viewId } });
    expect(await read()).toBe(404);
    org.shareView(viewId, org.adminId);
    expect(await read()).toBe(200);
    faults.add({ path: "userQuery", fault: { kind: "delete-view", viewId } });
    expect(await read()).toBe(404);
  });

  test("refresh tokens are revoked, tokens refused by number, over the control endpoint", async () => {
    await using session = await startSession();
    const { origin, refreshToken } = session.simulator;
    const control = (rule: unknown): Promise<Response> =>
      fetch(`${origin}/_simulator/faults`, { method: "POST", body: JSON.stringify(rule) });
    const refresh = async (): Promise<unknown> =>
      (await session.token({ grant_type: "refresh_token", refresh_token: refreshToken })).json();
    await control({ path: "oauth2/v2.0/token", fault: { kind: "refuse-token", code: 53003 } });
    expect(await refresh()).toMatchObject({ error_codes: [53003] });
    await control({ path: "oauth2/v2.0/token", fault: { kind: "revoke-refresh-tokens" } });
    expect(await refresh()).toMatchObject({ error_codes: [50173] });
    expect((await session.get("WhoAmI")).status).toBe(200);
  });

  test("a held page waits until it is released", async () => {
    await using session = await startSession({ accounts: 5 });
    const { faults } = session.simulator;
    const id = faults.add({ path: "accounts", fault: { kind: "hold" } });
    const order: string[] = [];
    const page = session.get(ACCOUNTS).then(() => order.push("page"));
    await session.get("WhoAmI").then(() => order.push("other request"));
    faults.release(id);
    await page;
    expect(order).toEqual(["other request", "page"]);
  });
});

describe("limits over HTTP", () => {
  test("the third request within the window is refused, later it is not; headers count down", async () => {
    let now = Date.UTC(2026, 0, 5);
    await using session = await startSession({ now: () => new Date(now), limits: { requests: 2 } });
    const answers = [await session.get("WhoAmI"), await session.get("WhoAmI"), await session.get("WhoAmI")];
    expect(answers.map((one) => one.status)).toEqual([200, 200, 429]);
    const remaining = answers.map((one) => one.headers.get("x-ms-ratelimit-burst-remaining-xrm-requests"));
    expect(remaining).toEqual(["1", "0", "0"]);
    expect(answers[2]?.headers.get("retry-after")).toBe("300");
    expect(await answers[2]?.json()).toMatchObject({ error: { code: "0x80072322" } });
    now += 300_000;
    expect((await session.get("WhoAmI")).status).toBe(200);
  });

  test("requests under way count until they end", async () => {
    await using session = await startSession({ accounts: 5, limits: { concurrent: 1 } });
    const { hooks } = session.simulator;
    const inner = hooks.limits;
    const events = new EventEmitter();
    const [entered, opened] = [once(events, "entered"), once(events, "open")];
    hooks.limits = async (request, next) =>
      inner
        ? inner(request, async () => {
            events.emit("entered");
            await opened;
            return next();
          })
        : next();
    const first = session.get("WhoAmI");
    await entered;
    const refused = await session.get("WhoAmI");
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: "0x80072326" } });
    events.emit("open");
    expect((await first).status).toBe(200);
  });
});

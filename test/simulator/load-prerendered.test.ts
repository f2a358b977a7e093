import { describe, expect, test } from "vitest";
import {
  activeAccountsQuery,
  runPrerendered,
  type PrerenderedSimulator,
} from "../../simulator/prerendered/server.ts";
import { pageOf } from "./simulator-session.ts";

const QUERY = { ...activeAccountsQuery(["name", "numberofemployees"]), prefer: "odata.maxpagesize=20" };

interface Reader extends AsyncDisposable {
  readonly simulator: PrerenderedSimulator;
  /** Reads every row of the query, page after page. */
  read(): Promise<Readonly<Record<string, unknown>>[]>;
}

async function prerendered(): Promise<Reader> {
  const simulator = await runPrerendered({ accounts: 50 });
  const { origin, tenantId, clientId, clientSecret } = simulator;
  const response = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${origin}/.default`,
    }),
  });
  const grant: unknown = await response.json();
  const bearer =
    typeof grant === "object" && grant && "access_token" in grant ? String(grant.access_token) : "";
  const headers = { authorization: `Bearer ${bearer}`, prefer: QUERY.prefer };
  const read = async (): Promise<Readonly<Record<string, unknown>>[]> => {
    const rows = [];
    for (let url: string | undefined = origin + QUERY.url; url !== undefined;) {
      const page = await pageOf(await fetch(url, { headers }));
      rows.push(...page.value);
      url = page["@odata.nextLink"];
    }
    return rows;
  };
  return { simulator, read, [Symbol.asyncDispose]: () => simulator.close() };
}

describe("pre-rendered pages", () => {
  test("are those of the simulator, and are rendered once", async () => {
    await using reader = await prerendered();
    let rendered = 0;
    const { hooks } = reader.simulator;
    const inner = hooks.limits;
    hooks.limits = async (request, next) => {
      rendered += 1;
      return inner ? inner(request, next) : next();
    };
    const { pages } = await reader.simulator.render(QUERY);
    expect(rendered).toBe(pages);
    const rows = await reader.read();
    expect(rendered).toBe(pages);
    const active = reader.simulator.org.accounts.rows().filter((row) => row["statecode"] === 0);
    expect(rows.map((row) => [row["accountid"], row["name"]])).toEqual(
      active.map((row) => [row["accountid"], row["name"]]),
    );
  });

  test("are rendered again when accounts change", async () => {
    await using reader = await prerendered();
    const before = await reader.read();
    const { changed, rendered } = await reader.simulator.change({ percent: 20, seed: "edit" });
    expect(rendered).toHaveLength(1);
    const { pages } = reader.simulator.cache.size;
    const after = await reader.read();
    expect(reader.simulator.cache.size.pages).toBe(pages);
    const moved = after.filter((row, at) => row["@odata.etag"] !== before[at]?.["@odata.etag"]);
    const inactive = changed.filter((id) => reader.simulator.org.accounts.get(id)?.["statecode"] === 1);
    expect(moved.length).toBe(changed.length - inactive.length);
    expect(moved.length).toBeGreaterThan(0);
  });

  test("need a valid token, and faults apply to them", async () => {
    await using reader = await prerendered();
    await reader.read();
    expect(
      (await fetch(reader.simulator.origin + QUERY.url, { headers: { prefer: QUERY.prefer } })).status,
    ).toBe(401);
    reader.simulator.faults.add({ path: "accounts", fault: { kind: "bad-gateway" } });
    await expect(reader.read()).rejects.toThrow(/JSON/);
    reader.simulator.faults.remove();
    expect(await reader.read()).not.toHaveLength(0);
  });

  test("can be listed and requested over HTTP", async () => {
    await using reader = await prerendered();
    const { origin } = reader.simulator;
    const order = {
      method: "POST",
      body: JSON.stringify({ path: "accounts?$select=name", prefer: "odata.maxpagesize=20" }),
    };
    expect(await (await fetch(`${origin}/_simulator/render`, order)).json()).toMatchObject({ pages: 3 });
    expect(await (await fetch(`${origin}/_simulator/pages`)).json()).toMatchObject({ pages: 3 });
    const change = { method: "POST", body: '{"percent":10}' };
    expect(await (await fetch(`${origin}/_simulator/change`, change)).json()).toMatchObject({
      rendered: [{ pages: 3 }],
    });
  });
});

import { describe, expect, test } from "vitest";
import { pageOf, startSession } from "./simulator-session.ts";

describe("a running simulator", () => {
  test("comes with credentials: its administrator reads every account page by page", async () => {
    await using session = await startSession({ accounts: 25 });
    const ids = new Set<unknown>();
    let path: string | undefined = "accounts?$select=name";
    while (path !== undefined) {
      const page = await pageOf(await session.get(path, { prefer: "odata.maxpagesize=10" }));
      for (const row of page.value) ids.add(row["accountid"]);
      path = page["@odata.nextLink"];
    }
    expect(ids.size).toBe(25);
    const who: unknown = await (await session.get("WhoAmI")).json();
    expect(who).toMatchObject({
      UserId: session.simulator.org.adminId,
      OrganizationId: session.simulator.org.id,
    });
  });

  test("its app acts as an application user, everybody else as themselves", async () => {
    await using session = await startSession();
    const { origin, users, refreshTokenOf } = session.simulator;
    const seller = users.at(1);
    const grants: Record<string, string>[] = [
      { grant_type: "client_credentials", scope: `${origin}/.default` },
      { grant_type: "refresh_token", refresh_token: refreshTokenOf(seller?.userId ?? "") },
    ];
    const people = await Promise.all(
      grants.map(async (grant) => {
        const response: unknown = await (await session.token(grant)).json();
        if (typeof response !== "object" || !response || !("access_token" in response))
          throw new Error("No token.");
        const who = await session.get("WhoAmI", { authorization: `Bearer ${String(response.access_token)}` });
        const identity: unknown = await who.json();
        return identity;
      }),
    );
    expect(people[0]).not.toMatchObject({ UserId: session.simulator.org.adminId });
    expect(people[1]).toMatchObject({ UserId: seller?.userId });
  });

  test("a token for nothing, over, or for another environment is a 401 that says where to sign in", async () => {
    let now = Date.UTC(2026, 0, 5);
    await using session = await startSession({ now: () => new Date(now) });
    expect((await session.get("WhoAmI")).status).toBe(200);
    now += 3_600_000;
    const expired = await session.get("WhoAmI");
    expect(expired.status).toBe(401);
    const { origin, tenantId } = session.simulator;
    expect(expired.headers.get("www-authenticate")).toContain(
      `authorization_uri=${origin}/${tenantId}/oauth2/authorize, resource_id=${origin}/`,
    );
    const bare = await fetch(`${origin}/api/data/v9.2/`);
    expect(bare.headers.get("www-authenticate")).toMatch(/^Bearer authorization_uri=/);
  });

  test("the same seed gives the same credentials, and a token outlives a restart", async () => {
    const first = await startSession({ seed: "again" });
    const { clientId, clientSecret, tenantId, refreshToken, origin } = first.simulator;
    await first.simulator.close();
    await using second = await startSession({ seed: "again", port: Number(new URL(origin).port) });
    expect(second.simulator).toMatchObject({ clientId, clientSecret, tenantId, origin });
    const response = await second.token({ grant_type: "refresh_token", refresh_token: refreshToken });
    expect(response.status).toBe(200);
  });
});

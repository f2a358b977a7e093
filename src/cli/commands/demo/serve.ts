// The end of the demo: serves the web application with the synced accounts, teammates of every
// role, and the simulator as its connection.
import type { RunningSimulator } from "../../../../simulator/main.ts";
import { saveDomainSettings } from "../../../accounts/domains/settings.ts";
import { createLink, linkUrl } from "../../../access/links.ts";
import { connectionDeps } from "../../../app.ts";
import { connectApp } from "../../../connections/sign-in/connect-app.ts";
import { saveSettings } from "../../../connections/connection.ts";
import type { TeammateRole, TeammateState } from "../../../teammates/tables.ts";
import type { Releases } from "../../../lib/releases.ts";
import type { App } from "../../../open-app.ts";
import { emailKey } from "../../../teammates/teammates.ts";
import { untilStopped, type CommandContext } from "../../context.ts";
import { demoConnection } from "./scenario.ts";
import { servingLine, startWebProcess } from "../serve.ts";

const ADMIN = "maya.lindqvist@contoso.example";
const COLLEAGUES: readonly (readonly [email: string, role: TeammateRole, state: TeammateState])[] = [
  [ADMIN, "company-admin", "invited"],
  ["tom.okafor@contoso.example", "workspace-admin", "invited"],
  ["aiko.tanaka@contoso.example", "teammate", "invited"],
];

export async function serveDemo(
  context: CommandContext,
  app: App,
  simulator: RunningSimulator,
  releases: Releases,
): Promise<void> {
  await connect(app, simulator);
  const { url } = await startWebProcess(context, app, releases, { anyPortIfTaken: true });
  const link = linkUrl(url, await createSignInLink(app));
  const password = simulator.users[0]?.password ?? "";
  context.stdout.write(
    [
      "",
      `8. ${servingLine(url)}`,
      "",
      "   A one-time link that signs you in as Maya Lindqvist, company admin:",
      `     ${link}`,
      "",
      `   "Sign in with Microsoft" lets in ${COLLEAGUES.map(([email]) => email).join(", ")}, all with the password ${password}.`,
      `   Dynamics 365 is connected: the simulator at ${simulator.origin}`,
      "",
    ].join("\n"),
  );
  await untilStopped(context);
}

/**
 * Stores the connection that the runs so far got as parameters, so that the app shows and uses it.
 */
async function connect(app: App, simulator: RunningSimulator): Promise<void> {
  const { kysely: db } = app.database;
  const { address, ownDomains, mapping, options } = demoConnection(simulator);
  const { tenantId: tenant, clientId, clientSecret } = simulator;
  const deps = await connectionDeps(app, undefined);
  await connectApp(deps, "Maya Lindqvist", { address, tenant, clientId, clientSecret });
  await saveSettings(db, { selection: { kind: "all" }, mapping, options });
  await saveDomainSettings(db, { own: ownDomains, commonAdded: [], commonRemoved: [] });
}

/** @returns the token of a one-time link for the first admin */
async function createSignInLink({ database: { kysely: db }, clock }: App): Promise<string> {
  for (const [email, role, state] of COLLEAGUES) {
    await db.updateTable("teammates").set({ role, state }).where("email", "=", emailKey(email)).execute();
  }
  const { id } = await db
    .selectFrom("teammates")
    .select("id")
    .where("email", "=", emailKey(ADMIN))
    .executeTakeFirstOrThrow();
  return createLink(db, "sign-in", id, clock.now());
}

// Rule 8: labels are in the language that the connection keeps, whoever is signed in.
import { DEFAULT_BRAKE_LIMITS } from "../../../src/settings/brake.ts";
import { expect, onTestFinished, test } from "vitest";
import { openFileConnection } from "../../../src/connections/sign-in/open-client.ts";
import { createLog } from "../../../src/lib/log.ts";
import type { RunContext } from "../../../src/sync/record/run-context.ts";
import { runLanguages } from "../../../src/sync/report/run-languages.ts";
import { workspace, type Workspace } from "../../harness/workspace.ts";

const ENGLISH = 1033;
const GERMAN = 1031;
const FRENCH = 1036;

const NOT_ALLOWED = {
  kind: "answer",
  status: 403,
  headers: { "content-type": "application/json; odata.metadata=minimal", "OData-Version": "4.0" },
  body: JSON.stringify({
    error: { code: "0x80040220", message: "Principal user (Id=1) is missing prvReadOrganization privilege" },
  }),
} as const;

const LABELS = {
  mapping: {
    name: "name",
    domains: [],
    fields: [
      { column: "industrycode", field: "Industry", type: "text" as const },
      { column: "donotemail", field: "Mail", type: "text" as const },
      { column: "statuscode", field: "Status", type: "text" as const },
    ],
  },
};

/** English is the base language. German lacks status reasons, and Consulting is called the same. */
async function bilingual(): Promise<Workspace> {
  const space = await workspace();
  space.org.provisionLanguage(GERMAN, {
    industrycode: { label: "Branche", choices: { 1: "Buchhaltung", 8: "Consulting" } },
    donotemail: { choices: { 0: "Zulassen", 1: "Nicht zulassen" } },
  });
  space.org.provisionLanguage(FRENCH);
  space.org.renameChoice("industrycode", 8, "Consulting");
  space.org.createAccount({ name: "Acme", industrycode: 1, donotemail: true });
  space.org.createAccount({ name: "Bolt", industrycode: 8 });
  return space;
}

/** Somebody else signs in, whose pages of Dynamics 365 are in this language. */
async function signedInWith(
  { org, simulator, clock }: Workspace,
  uiLanguage: number,
): Promise<Partial<RunContext>> {
  const roles = [org.roles.get("System Administrator")!];
  const user = org.addUser({ fullname: "Somebody Else", email: "else@contoso.example", uiLanguage, roles });
  const { origin: address, clientId, clientSecret } = simulator;
  const open = await openFileConnection(
    { simulator: address, clock, log: createLog({ level: "silent" }) },
    {
      address,
      signIn: {
        kind: "refresh-token",
        tenant: undefined,
        clientId,
        clientSecret: () => clientSecret,
        refreshToken: () => simulator.refreshTokenOf(user),
        refreshTokenFile: undefined,
      },
    },
  );
  onTestFinished(() => open.close());
  return { source: open.source };
}

test("somebody else signs in with another language, and the next run plans nothing", async () => {
  const space = await bilingual();
  const german = await signedInWith(space, GERMAN);
  await space.sync(LABELS, german);

  const second = await space.sync(LABELS);

  expect(second).toMatchObject({ updated: 0, unchanged: 2 });
  expect((await space.account("Acme")).fields).toEqual({
    Industry: "Buchhaltung",
    Mail: "Nicht zulassen",
    Status: "Active",
  });
  expect(await runLanguages(space.database.kysely, second.id)).toEqual({
    language: { code: GERMAN, name: "German" },
    base: { code: ENGLISH, name: "English" },
    isChosen: false,
    change: null,
  });
});

test("a chosen language is planned as updates of the labels that differ, and named in the plan", async () => {
  const space = await bilingual();
  await space.sync(LABELS);

  const plan = await space.plan({ ...LABELS, labelLanguage: GERMAN });

  expect(plan).toMatchObject({ updated: 2, unchanged: 0 });
  expect(await runLanguages(space.database.kysely, plan.id)).toMatchObject({
    isChosen: true,
    change: { from: "English", to: "German", updates: 2 },
  });
  const changes = (await space.changes(plan.id)).toSorted((a, b) => a.name.localeCompare(b.name));
  expect(
    changes.map(({ name, values }) => [name, values.map(({ field, after }) => `${field}: ${String(after)}`)]),
  ).toEqual([
    ["Acme", ["Industry: Buchhaltung", "Mail: Nicht zulassen"]],
    ["Bolt", ["Mail: Zulassen"]],
  ]);
});

test("the language of an applied plan is kept by a run that names none", async () => {
  const space = await bilingual();
  await space.sync(LABELS);
  await space.sync({ ...LABELS, labelLanguage: GERMAN });

  const third = await space.sync(LABELS);

  expect(third).toMatchObject({ updated: 0, unchanged: 2 });
});

test("a plan of another language waits, and applying it writes the labels", async () => {
  const space = await bilingual();
  await space.sync(LABELS);
  const german = { ...LABELS, labelLanguage: GERMAN };

  await space.apply((await space.plan(german)).id, german);

  expect((await space.account("Acme")).fields).toMatchObject({ Industry: "Buchhaltung" });
});

test("another language for more accounts than the limits allow waits for approval", async () => {
  const space = await bilingual();
  for (let index = 0; index < 20; index++)
    space.org.createAccount({ name: `Customer ${index}`, industrycode: 1 });
  await space.sync(LABELS);

  const run = await space.sync({ ...LABELS, labelLanguage: GERMAN }, { brake: DEFAULT_BRAKE_LIMITS });

  expect(run).toMatchObject({ status: "planned", approvalReason: "brake-changes", updated: 22 });
});

test("a plan is refused once another language was chosen", async () => {
  const space = await bilingual();
  const plan = await space.plan(LABELS);

  await expect(space.apply(plan.id, { ...LABELS, labelLanguage: GERMAN })).rejects.toThrow("Plan again");
});

test("a label that the language lacks is the organisation's, then that of whoever is signed in, then any", async () => {
  const space = await bilingual();
  space.org.addColumn({
    schemaName: "new_Tier",
    type: "Picklist",
    label: "Tier",
    choices: [
      { value: 1, label: null, otherLabels: { [GERMAN]: "Gold" } },
      { value: 2, label: null, otherLabels: { [FRENCH]: "Argent", 1040: "Argento" } },
      { value: 3, label: null },
    ],
  });
  for (const value of [1, 2, 3]) space.org.createAccount({ name: `Tier ${value}`, new_tier: value });
  const fields = [{ column: "new_tier", field: "Tier", type: "text" as const }];

  await space.sync({ mapping: { name: "name", domains: [], fields }, labelLanguage: FRENCH });

  const tiers = (await space.accounts()).flatMap(({ fields: { Tier } }) => Tier ?? []);
  expect(tiers).toEqual(["Gold", "Argent", "3"]);
});

test("a connection of version 0.1.0 takes and keeps the language of whoever is signed in", async () => {
  const space = await bilingual();
  const german = await signedInWith(space, GERMAN);
  await space.sync(LABELS, german);
  await space.database.pool.query(
    "update runs set settings = settings - '{labelLanguage,baseLanguage,labelFieldIds}'::text[]",
  );

  const first = await space.sync(LABELS, german);
  const second = await space.sync(LABELS);

  expect(first).toMatchObject({ updated: 0, unchanged: 2 });
  expect(second).toMatchObject({ updated: 0, unchanged: 2 });
  expect(await runLanguages(space.database.kysely, second.id)).toMatchObject({
    language: { name: "German" },
  });
});

test("without the right to read languages, labels are those of whoever is signed in", async () => {
  const space = await bilingual();
  space.org.setUiLanguage(space.org.adminId, GERMAN);
  for (const path of [String.raw`/organizations\(`, String.raw`/usersettingscollection\(`])
    space.simulator.faults.add({ path, times: 0, fault: NOT_ALLOWED });

  await space.sync(LABELS);

  expect((await space.account("Acme")).fields).toMatchObject({ Industry: "Buchhaltung" });
});

// The language of labels as an admin sees and chooses it in the browser.
import { expect, test } from "vitest";
import { logIn } from "../connections/browser-log-in.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const ENGLISH = { code: 1033, name: "English" };
const GERMAN = { code: 1031, name: "German" };

const MAPPING = {
  name: "name",
  domains: [],
  fields: [{ column: "industrycode", field: "Industry", type: "text" as const }],
};

/** An administrator who reads German is signed in; the base language is English. */
async function signedInGerman(): Promise<Connected> {
  const space = await connectedWeb();
  const { org, web, carol } = space;
  org.provisionLanguage(GERMAN.code, { industrycode: { label: "Branche", choices: { 1: "Buchhaltung" } } });
  org.setUiLanguage(org.adminId, GERMAN.code);
  for (const name of ["Acme", "Bolt"]) org.createAccount({ name, industrycode: 1 });
  await logIn(web, carol);
  return space;
}

async function signInEnglish({ org, web, carol }: Connected): Promise<void> {
  const maya = org
    .requireTable("systemuser")
    .rows()
    .find((row) => row["fullname"] === "Maya Lindqvist");
  org.assignRole(org.roles.get("System Administrator")!, String(maya?.["systemuserid"]));
  await logIn(web, carol, { as: "maya.lindqvist@contoso.example" });
}

test("labels keep their language when somebody else connects, and the base language is one plan away", async () => {
  const space = await signedInGerman();
  const { carol, plan, apply, sync, changes } = space;
  await apply((await plan({ mapping: MAPPING })).id);
  await signInEnglish(space);

  const next = await sync();
  const offered = (await carol.get("/connection")).body.labels;
  const english = await plan({ mapping: MAPPING, labelLanguage: ENGLISH.code });
  const values = (await changes(english.id)).flatMap((change) => change.values);
  await apply(english.id);

  expect(next.counts).toMatchObject({ updated: 0, unchanged: 2 });
  expect(offered).toEqual({ language: GERMAN, base: ENGLISH, isChosen: false });
  const { body } = await carol.get(`/runs/${english.id}`);
  expect(body.run).toMatchObject({
    settings: { ...SETTINGS, mapping: MAPPING, labelLanguage: ENGLISH.code },
    labelLanguageChange: { from: "German", to: "English", updates: 2 },
  });
  expect(values[0]).toEqual({ field: "Industry", before: "Buchhaltung", after: "Accounting" });
  expect((await carol.get("/connection")).body).toMatchObject({
    settings: { labelLanguage: ENGLISH.code },
    labels: { language: ENGLISH, base: ENGLISH, isChosen: true },
  });
});

test("the languages that the organisation has can be chosen, and columns are shown in the chosen one", async () => {
  const { carol } = await signedInGerman();
  const selection = { kind: "all" };
  const industry = async (labelLanguage?: number) => {
    const { body } = await carol.post("/connection/columns", { selection, labelLanguage });
    const { label, sample } = body.columns.find(
      ({ logicalName }: { logicalName: string }) => logicalName === "industrycode",
    );
    return [label, sample];
  };

  const { body } = await carol.get("/connection/languages");

  expect(body).toEqual({ languages: [ENGLISH, GERMAN], base: ENGLISH });
  expect(await industry(ENGLISH.code)).toEqual(["Industry", "Accounting"]);
  expect(await industry(GERMAN.code)).toEqual(["Branche", "Buchhaltung"]);
});

test("the connection check warns of a chosen language that Dynamics 365 does not have", async () => {
  const { carol, plan, apply } = await signedInGerman();
  await apply((await plan({ mapping: MAPPING, labelLanguage: 1036 })).id);

  const { steps } = (await carol.post("/connection/check")).body;

  expect(steps.find(({ id }: { id: string }) => id === "metadata")).toMatchObject({
    outcome: "warning",
    finding: expect.stringContaining("Labels are to be in French"),
  });
});

// Real organisations through the whole product, as an operator runs it: 51,350 listed companies
// with duplicate names, shared and wrong websites, and then employers and universities in addition.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";
import { loadCsv } from "../../simulator/load/load-csv.ts";
import { commonDomains } from "../../src/accounts/domains/common.ts";
import { parseDomains } from "../../src/accounts/domains/parse.ts";
import { command, connectionYaml, type Command } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";
import { outsideData } from "../harness/outside-data.ts";
import { domainsIn } from "../reference/domains.ts";
import { run } from "../reference/model.ts";
import type { RunOptions } from "../reference/run-state.ts";
import { ORG } from "../reference/organisation.ts";
import { exportedAccounts, type ExportedAccount } from "../reference/exported-accounts.ts";
import { ModelStore } from "../reference/model-store.ts";
import { CHOICES, DOMAIN_RULES, draftsOf, MAPPING_YAML, unexplained } from "./real-data.ts";
import { storeFingerprints } from "./real-sync.ts";

const file = (name: string): string => outsideData(`data/${name}`);

/** Returns the standard output of a command that must exit with 0. */
async function runCommand(sluice: Command, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sluice.run(args);
  if (code !== 0) throw new Error(`sluice ${args.join(" ")} ended with ${code}: ${stderr} ${stdout}`);
  return stdout;
}

const summary = z.object({
  read: z.number(),
  created: z.number(),
  linked: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  skipped: z.number(),
  failed: z.number(),
  stopped: z.number(),
  issues: z.record(z.string(), z.number()),
});

const issueList = z.array(
  z.object({ recordId: z.string().nullable(), kind: z.string(), value: z.string().nullable() }),
);

const account = z.strictObject({
  name: z.string(),
  externalId: z.string().nullable(),
  origin: z.string(),
  domains: z.array(z.string()),
  description: z.string().nullable(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

async function synced(sluice: Command) {
  return summary.parse(JSON.parse(await runCommand(sluice, ["sync", "--json"])));
}

async function exported(sluice: Command): Promise<ExportedAccount[]> {
  const lines = (await runCommand(sluice, ["accounts", "export", "--format", "ndjson"])).split("\n");
  return lines.filter(Boolean).map((line) => account.parse(JSON.parse(line)));
}

/** Returns the first difference of two lists, which are too long to print. */
function firstDifference(got: readonly unknown[], expected: readonly unknown[]) {
  const length = Math.max(got.length, expected.length);
  for (let at = 0; at < length; at++) {
    const pair = { at, got: JSON.stringify(got[at]), expected: JSON.stringify(expected[at]) };
    if (pair.got !== pair.expected) return pair;
  }
  return undefined;
}

const OPTIONS: RunOptions = {
  org: ORG,
  selection: "all",
  allowDuplicateNames: false,
  onDomainTaken: "skip",
  mode: "sync",
  lookUp: () => ({ active: true, master: null }),
};

function countsOf(outcomes: ReturnType<typeof run>["outcomes"]) {
  const counts = { created: 0, linked: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };
  for (const { outcome } of outcomes.values()) counts[outcome] += 1;
  return counts;
}

/**
 * Syncs all records twice and compares with the model.
 *
 * @returns the store of the model
 */
async function syncTwice(
  simulator: RunningSimulator,
  sluice: Command,
  database: Parameters<typeof storeFingerprints>[0],
  store: ModelStore,
) {
  const drafts = draftsOf(simulator.org);
  const model = run(store, drafts, OPTIONS);

  const { read, stopped, issues: issueCounts, ...counts } = await synced(sluice);

  expect(read).toBe(drafts.length);
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(read);
  expect(counts).toEqual(countsOf(model.outcomes));
  expect(stopped).toBe(0);
  const accounts = await exported(sluice);
  expect(firstDifference(accounts, exportedAccounts(model.store))).toBeUndefined();
  const issues = issueList.parse(JSON.parse(await runCommand(sluice, ["issues", "--json"])));
  expect(unexplained(drafts, accounts, issues).slice(0, 10)).toEqual([]);
  console.log(`${read} read: ${JSON.stringify(counts)}; ${JSON.stringify(issueCounts)}`);

  const before = await storeFingerprints(database);
  const second = await synced(sluice);
  expect(second).toMatchObject({
    read,
    created: 0,
    linked: 0,
    updated: 0,
    unchanged: read - counts.skipped,
    skipped: counts.skipped,
    failed: 0,
  });
  expect(await storeFingerprints(database)).toEqual(before);
  return model.store;
}

describe("real organisations", () => {
  test(
    "the counts balance, issues explain every account, a second sync changes nothing, and the model agrees",
    { timeout: 900_000 },
    async () => {
      const simulator = await runSimulator();
      try {
        const database = await testDatabase();
        const sluice = await command({
          SLUICE_SIMULATOR: simulator.origin,
          DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
          DATABASE_URL: database.url,
        });
        await sluice.write("sluice.yaml", connectionYaml(simulator, MAPPING_YAML));

        loadCsv(simulator.org, file("listed-companies.csv"), { choices: CHOICES });
        const store = await syncTwice(simulator, sluice, database, new ModelStore());

        for (const more of ["uk-employers-2021.csv", "universities.csv"]) loadCsv(simulator.org, file(more));
        const all = await syncTwice(simulator, sluice, database, store);

        expect(all.accounts.size).toBeGreaterThan(store.accounts.size);
      } finally {
        await simulator.close();
      }
    },
  );
});

const COLUMNS = ["website", "email", "websiteurl", "emailaddress1", "domain"];
const FILES = [
  "listed-companies.csv",
  "uk-employers-2021.csv",
  "universities.csv",
  "us-gov-organizations.csv",
  "opendata500-companies.csv",
  "demo-accounts.csv",
  "fortune500-2019.csv",
  "web-companies-multi-domain.csv",
];

describe("real domains", () => {
  test("the product reads domains as the reference model does", () => {
    const values = new Set<string>();
    for (const name of FILES) {
      const rows = parse<Record<string, string>>(readFileSync(file(name)), { columns: true, bom: true });
      for (const row of rows) for (const column of COLUMNS) if (row[column]) values.add(row[column]);
    }
    const cases = z
      .array(z.object({ raw: z.string() }))
      .parse(JSON.parse(readFileSync(file("domain-cases.json"), "utf8")));
    for (const { raw } of cases) values.add(raw);
    const lists = { common: commonDomains, own: new Set<string>() };

    const differing = [...values].filter((value) => {
      const { accepted, refused } = parseDomains(value, lists);
      const product = [...accepted, ...refused.map((one) => `${one.kind} ${one.value}`)].toSorted();
      const model = domainsIn(value, DOMAIN_RULES).map((one) =>
        "domain" in one ? one.domain : `${one.refused} ${one.value}`,
      );
      return product.join("|") !== [...new Set(model)].toSorted().join("|");
    });

    expect(differing).toEqual([]);
    expect(values.size).toBeGreaterThan(60_000);
  });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { commonDomains } from "../../src/accounts/domains/common.ts";
import { parseDomains } from "../../src/accounts/domains/parse.ts";
import { outsideData } from "../harness/outside-data.ts";

const lists = { common: commonDomains, own: new Set<string>() };
const caseList = z.array(
  z.object({
    raw: z.string(),
    registrable_icann: z.string(),
    registrable_private: z.string(),
    verdict: z.string(),
  }),
);

/** The file's verdict is about the host alone; common domains are our own rule. */
const differs: Record<string, string> = {
  "gmail.com": "a mail provider's domain: valid as a host, refused as common",
  "outlook.com": "a mail provider's domain, reached through one of its mail links: refused as common",
  "google.com": "documents shared on drive.google.com and docs.google.com: refused as common",
  "website-files.com": "a file of a website, on its provider's host: refused as common",
  "webflow.com": "likewise",
};

test("real values agree with their verdicts, but for the differences listed", () => {
  const cases = caseList.parse(JSON.parse(readFileSync(outsideData("data/domain-cases.json"), "utf8")));
  const expected = cases.map(({ raw, verdict, registrable_private, registrable_icann }) => {
    const domain = verdict.startsWith("invalid") ? undefined : registrable_private || registrable_icann;
    const refused = domain === undefined ? "domain-invalid" : domain in differs ? "domain-common" : undefined;
    return refused === undefined
      ? { raw, accepted: [domain], refused: [] }
      : { raw, accepted: [], refused: [refused] };
  });
  const got = cases.map(({ raw }) => {
    const { accepted, refused } = parseDomains(raw, lists);
    return { raw, accepted, refused: refused.map((r) => r.kind) };
  });
  expect(got).toEqual(expected);
  expect(cases.length).toBeGreaterThanOrEqual(120);
  expect(got.filter((one) => one.refused[0] === "domain-common")).toHaveLength(10);
});

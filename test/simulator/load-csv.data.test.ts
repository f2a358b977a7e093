import { expect, test } from "vitest";
import { loadCsv } from "../../simulator/load/load-csv.ts";
import { Org } from "../../simulator/org/org.ts";
import { outsideData } from "../harness/outside-data.ts";

test("real files load whole", () => {
  const org = new Org({ seed: "csv" });
  const listed = loadCsv(org, outsideData("data/listed-companies.csv")).ids;
  const universities = loadCsv(org, outsideData("data/universities.csv")).ids;
  expect([listed.length, universities.length, org.accounts.size]).toEqual([51_350, 10_251, 61_601]);
  const names = listed.map((id) => String(org.accounts.get(id)?.["name"] ?? ""));
  expect(names.filter((name) => name === "").length).toBe(724);
  expect(names.filter((name) => name.length > 160).length).toBe(38);
});

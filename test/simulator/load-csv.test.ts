import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadCsv } from "../../simulator/load/csv.ts";
import { addPeople } from "../../simulator/load/people.ts";
import { compareGuids } from "../../simulator/org/guids.ts";
import { Org } from "../../simulator/org/org.ts";

function organisation(): Org {
  const org = new Org({ seed: "csv" });
  addPeople(org);
  return org;
}

const rowsOf = (org: Org, ids: readonly string[]) => ids.map((id) => org.accounts.get(id));

describe("loading accounts from CSV", () => {
  test("known headers and logical names go to Dataverse's columns, others become custom text columns", () => {
    const org = organisation();
    const { ids, columns } = loadCsv(
      org,
      "source_id,name,website,country,Market Cap,numberofemployees,industrycode,creditonhold\n" +
        "A-1,Aalberts,http://www.aalberts.com,Netherlands,Mid Cap,14000,Insurance,true\n",
    );
    expect(columns).toMatchObject({ "Market Cap": "new_market_cap", website: "websiteurl" });
    expect(org.accounts.column("new_market_cap")).toMatchObject({ type: "String", label: "Market Cap" });
    expect(rowsOf(org, ids)).toMatchObject([
      {
        accountnumber: "A-1",
        name: "Aalberts",
        websiteurl: "http://www.aalberts.com",
        address1_country: "Netherlands",
        new_market_cap: "Mid Cap",
        numberofemployees: 14000,
        industrycode: 20,
        creditonhold: true,
      },
    ]);
  });

  test("names stay as they are: empty, over-long, with blanks and line breaks", () => {
    const org = organisation();
    const long = "x".repeat(226);
    const { ids } = loadCsv(org, `name,city\n"",Rome\n${long},\n" Lowe’s\r\n Inc ",\n`);
    expect(rowsOf(org, ids).map((row) => row?.["name"] ?? null)).toEqual([null, long, " Lowe’s\r\n Inc "]);
  });

  test("a number column that holds words becomes text instead of losing them", () => {
    const org = organisation();
    const { ids, columns } = loadCsv(org, "name,employees\nA,12\nB,201-500\n");
    expect(columns["employees"]).toBe("new_employees");
    expect(rowsOf(org, ids)).toMatchObject([{ new_employees: "12" }, { new_employees: "201-500" }]);
  });

  test("a header can become an option set, which a second file extends", () => {
    const org = organisation();
    loadCsv(org, "name,sector\nA,Energy\nB,Finance\n", { choices: ["sector"] });
    const { ids } = loadCsv(org, "name,sector\nC,Finance\nD,Health\n", { choices: ["sector"] });
    const labels = org.accounts.column("new_sector")?.choices?.map((choice) => choice.label);
    expect(labels).toEqual(["Energy", "Finance", "Health"]);
    expect(rowsOf(org, ids)).toMatchObject([{ new_sector: 808620001 }, { new_sector: 808620002 }]);
  });

  test("createdon rises with many rows in one second; ids differ in text and SQL Server order, the same every time", () => {
    const csv = `name\n${Array.from({ length: 200 }, (_, at) => `Company ${at}`).join("\n")}\n`;
    const [org, again] = [organisation(), organisation()];
    const { ids } = loadCsv(org, csv);
    expect(loadCsv(again, csv).ids).toEqual(ids);
    const created = rowsOf(org, ids).map((row) => String(row?.["createdon"]));
    expect(created).toEqual(created.toSorted());
    expect(new Set(created).size).toBe(5);
    expect(ids.toSorted()).not.toEqual(ids.toSorted(compareGuids));
    expect(ids).not.toEqual(ids.toSorted());
  });

  test("a second file goes behind the first", () => {
    const org = organisation();
    const first = loadCsv(org, "name\nA\nB\n").ids;
    const second = loadCsv(org, "name\nA\n").ids;
    expect(new Set([...first, ...second]).size).toBe(3);
    expect(org.accounts.size).toBe(3);
  });

  test.skipIf(!existsSync("../shared/data/listed-companies.csv"))("real files load whole", () => {
    const org = organisation();
    const listed = loadCsv(org, "../shared/data/listed-companies.csv").ids;
    const universities = loadCsv(org, "../shared/data/universities.csv").ids;
    expect([listed.length, universities.length, org.accounts.size]).toEqual([51_350, 10_251, 61_601]);
    const names = rowsOf(org, listed).map((row) => String(row?.["name"] ?? ""));
    expect(names.filter((name) => name === "").length).toBe(724);
    expect(names.filter((name) => name.length > 160).length).toBe(38);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadCsv } from "../../simulator/load/load-csv.ts";
import { addPeople } from "../../simulator/load/people.ts";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { compareGuids } from "../../simulator/org/guids.ts";
import { Org } from "../../simulator/org/org.ts";

function organisation(): Org {
  const org = new Org({ seed: "csv" });
  addPeople(org);
  return org;
}

function fileOf(content: string | Buffer): string {
  const directory = mkdtempSync(join(tmpdir(), "sluice-csv-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "accounts.csv");
  writeFileSync(path, content);
  return path;
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

  test("createdon ascends, many rows share a second, and ids have another order in text than in SQL Server", () => {
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

  test("a second file is added after the first", () => {
    const org = organisation();
    const first = loadCsv(org, "name\nA\nB\n").ids;
    const second = loadCsv(org, "name\nA\n").ids;
    expect(new Set([...first, ...second]).size).toBe(3);
    expect(org.accounts.size).toBe(3);
  });

  test.each([
    ["semicolons", "name;website\nAcme;acme.com\n"],
    ["tabs", "name\twebsite\nAcme\tacme.com\n"],
    ["bars", "name|website\nAcme|acme.com\n"],
    ["Excel's own line", "sep=;\nname;website\nAcme;acme.com\n"],
    ["blanks around the names", "name , website\nAcme,acme.com\n"],
    ["a mark and UTF-16", Buffer.from("\ufeffname,website\nAcme,acme.com\n", "utf16le")],
    ["UTF-16 alone", Buffer.from("name,website\nAcme,acme.com\n", "utf16le")],
  ])("files with %s are read like those with commas", (_what, content) => {
    const org = organisation();
    const { ids } = loadCsv(org, fileOf(content));
    expect(rowsOf(org, ids)).toMatchObject([{ name: "Acme", websiteurl: "acme.com" }]);
  });

  test("letters of Windows and stray quotes survive; a quote that never closes is a sentence", () => {
    const org = organisation();
    const latin = loadCsv(org, fileOf(Buffer.from("name\nCaf\xe9\n", "latin1"))).ids;
    const quoted = loadCsv(org, 'name,website\nAc"me,acme.com\n').ids;
    expect(rowsOf(org, [...latin, ...quoted]).map((row) => row?.["name"])).toEqual(["Café", 'Ac"me']);
    const path = fileOf('name\n"Acme\n');
    expect(() => loadCsv(org, path)).toThrow(
      expect.objectContaining({
        name: "LoadError",
        message: expect.stringContaining(`The file ${path} cannot`),
      }),
    );
  });

  test("headers that come to the same name are numbered, in a second file as in the first", () => {
    const org = organisation();
    const csv = "name,名称,网站,Sector,sector\nA,甲,乙,x,y\n";
    const first = loadCsv(org, csv);
    expect(first.columns).toMatchObject({
      名称: "new_column",
      网站: "new_column_2",
      Sector: "new_sector",
      sector: "new_sector_2",
    });
    expect(rowsOf(org, first.ids)).toMatchObject([
      { new_column: "甲", new_column_2: "乙", new_sector: "x", new_sector_2: "y" },
    ]);
    expect(loadCsv(org, "name,网站\nB,丙\n").columns).toMatchObject({ 网站: "new_column_2" });
  });

  test("a text column never takes the place of a column of another kind", () => {
    const org = organisation();
    customiseOrg(org);
    expect(loadCsv(org, "name,tier\nA,Gold\n").columns["tier"]).toBe("new_tier_2");
  });

  test("system columns take guids and instants, and nothing else", () => {
    const org = organisation();
    const odd = loadCsv(org, "name,accountid,createdon,ownerid,parentaccountid\nA,77,2020-01-01,joe,Acme\n");
    expect(odd.columns).toMatchObject({
      accountid: "new_accountid",
      createdon: "new_createdon",
      ownerid: "new_ownerid",
      parentaccountid: "new_parentaccountid",
    });
    const id = "5A0C4C9E-3C63-4F2B-9A75-000000000001";
    const parent = String(odd.ids[0]);
    const { ids } = loadCsv(
      org,
      `name,accountid,createdon,ownerid,parentaccountid\nB,{${id}},2020-01-01T02:00:00+02:00,${org.adminId},${parent}\n`,
    );
    expect(rowsOf(org, ids)).toMatchObject([
      {
        accountid: id.toLowerCase(),
        createdon: "2020-01-01T00:00:00Z",
        ownerid: org.adminId,
        "ownerid.table": "systemuser",
        parentaccountid: parent,
      },
    ]);
    // The same key a second time would be the same account.
    expect(loadCsv(org, `name,accountid\nC,${id}\n`).columns["accountid"]).toBe("new_accountid");
  });
});

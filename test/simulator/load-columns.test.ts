// Loads files of columns in both formats into the simulator and reads them with our own client:
// each column gets the type that the table of field compatibility says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadColumns } from "../../simulator/load/load-columns.ts";
import { Org } from "../../simulator/org/org.ts";
import { simulatedColumns } from "./simulated-columns.ts";

function fileOf(content: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), "sluice-columns-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "columns.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("a file of columns", () => {
  test("from an unpacked solution brings types, labels by language, choices, limits, behaviour and security", () => {
    const org = new Org();
    const added = loadColumns(
      org,
      fileOf({
        attributes: [
          {
            logicalName: "new_stage",
            physicalName: "new_Stage",
            type: "picklist",
            isCustom: true,
            displayNames: { "1033": "Stage", "1036": "Étape" },
            options: [
              { value: 7, labels: { "1033": "Seven", "1036": "Sept" } },
              { value: 8, labels: { "1036": "Huit" } },
            ],
          },
          {
            logicalName: "new_manager",
            physicalName: "new_Manager",
            type: "lookup",
            targets: ["8"],
            isSecured: "1",
          },
          { logicalName: "new_partner", type: "lookup" },
          { logicalName: "new_opening", type: "datetime", format: "datetime", behavior: "3" },
          {
            logicalName: "new_score",
            type: "float",
            accuracy: "3",
            minValue: "-1",
            maxValue: "1E2",
            sourceType: "2",
          },
        ],
      }),
    );
    expect(added).toEqual(["new_stage", "new_manager", "new_partner", "new_opening", "new_score"]);
    const column = (name: string) => org.accounts.column(name);
    expect(column("new_stage")).toMatchObject({
      schemaName: "new_Stage",
      type: "Picklist",
      label: "Stage",
      otherLabels: { 1036: "Étape" },
      choices: [
        { value: 7, label: "Seven", otherLabels: { 1036: "Sept" } },
        { value: 8, label: null },
      ],
    });
    expect(column("new_stagename")).toMatchObject({ attributeOf: "new_stage", odata: false });
    expect(column("new_manager")).toMatchObject({ targets: ["systemuser"], secured: true });
    expect(column("new_partner")).toMatchObject({ type: "Lookup", targets: [] });
    expect(column("new_opening")).toMatchObject({ dateBehavior: "TimeZoneIndependent", wallClock: true });
    expect(column("new_score")).toMatchObject({
      type: "Double",
      precision: 3,
      min: -1,
      max: 100,
      sourceType: 2,
    });
  });

  test("from exported metadata brings companions under their own names, and what may be read and written", () => {
    const org = new Org();
    loadColumns(
      org,
      fileOf([
        {
          logicalName: "new_tags",
          schemaName: "new_Tags",
          attributeType: "Virtual",
          attributeTypeName: "MultiSelectPicklistType",
          displayName: "Tags",
          options: [{ value: 1, label: "A" }],
        },
        {
          logicalName: "new_vip",
          schemaName: "new_Vip",
          attributeTypeName: "BooleanType",
          trueOption: { value: 1, label: "Very" },
          falseOption: { value: 0, label: "Not so" },
        },
        {
          logicalName: "new_viplabel",
          schemaName: "new_VipLabel",
          attributeTypeName: "VirtualType",
          attributeOf: "new_vip",
        },
        {
          logicalName: "new_secret",
          schemaName: "new_Secret",
          attributeTypeName: "StringType",
          isValidForRead: false,
        },
        {
          logicalName: "new_sum",
          schemaName: "new_Sum",
          attributeTypeName: "MoneyType",
          precision: "2",
          isValidForUpdate: false,
          isValidForCreate: false,
        },
      ]),
    );
    expect(org.accounts.column("new_tags")).toMatchObject({ type: "MultiSelectPicklist", label: "Tags" });
    expect(org.accounts.column("new_vip")?.choices).toEqual([
      { value: 1, label: "Very" },
      { value: 0, label: "Not so" },
    ]);
    expect(org.accounts.column("new_viplabel")).toMatchObject({ attributeOf: "new_vip", odata: false });
    expect(org.accounts.column("new_secret")).toMatchObject({ readable: false, odata: false });
    expect(org.accounts.column("new_sum")).toMatchObject({ create: false, update: false, precision: 2 });
  });

  test("updates existing columns, and keeps what it does not mention", () => {
    const org = new Org();
    const options = [
      { value: 1, labels: { "1033": "Open" } },
      { value: 2, labels: { "1033": "Shut" } },
    ];
    const added = loadColumns(
      org,
      fileOf({
        attributes: [
          { logicalName: "name", type: "nvarchar", displayNames: { "1033": "Legal Name" }, maxLength: "300" },
          { logicalName: "statuscode", type: "status", displayNames: { "1033": "Reason" }, options },
        ],
      }),
    );
    expect(added).toEqual([]);
    expect(org.accounts.column("name")).toMatchObject({
      label: "Legal Name",
      maxLength: 300,
      required: "ApplicationRequired",
    });
    expect(org.accounts.column("statuscode")?.choices).toEqual([
      { value: 1, label: "Open", state: 0 },
      { value: 2, label: "Shut", state: 1 },
    ]);
  });

  test.each([
    ["{", "cannot be read as JSON"],
    ['{"attributes":[{"type":"nvarchar"}]}', "is no list of columns"],
    ['[{"logicalName":"new_x","type":"hologram"}]', '"hologram", which is unknown here'],
  ])("%s is refused in a sentence", (content, sentence) => {
    expect(() => loadColumns(new Org(), fileOf(content))).toThrow(
      expect.objectContaining({ name: "LoadError", message: expect.stringContaining(sentence) }),
    );
  });
});

test("a customised organisation can be started as such, with values in its columns", async () => {
  const { columns, rows } = await simulatedColumns({ customised: true });
  expect(columns.find(({ logicalName }) => logicalName === "new_products")?.type).toBe(
    "MultiSelectPicklistType",
  );
  for (const name of [
    "new_segment",
    "new_golive",
    "new_renewaldate",
    "new_arr",
    "_new_csm_value",
    "new_products",
  ]) {
    const held = rows.filter((row) => row[name] !== null).length;
    expect({ name, held: held > 5 && held < rows.length }).toEqual({ name, held: true });
  }
});

test("every simulator has the columns that apps add to account, a bare organisation has not", async () => {
  const { columns } = await simulatedColumns({});
  expect(columns.map(({ logicalName }) => logicalName)).toContain("territoryid");
  expect(new Org().accounts.column("territoryid")).toBeUndefined();
});

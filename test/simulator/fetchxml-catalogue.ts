// Tables for the collected account queries: columns from the collected catalogues and from what the queries name, rows from
// Microsoft's sample accounts and from a seeded generator that likes the values the queries ask for.
import { readFileSync } from "node:fs";
import { DOMParser } from "@xmldom/xmldom";
import { z } from "zod";
import type { ColumnType, Row, Value } from "../../simulator/fetchxml/query-store.ts";
import type { TestColumn, TestTable } from "./fetchxml-store.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);

export const NOW = new Date("2024-05-15T12:00:00Z");
export const ME = "10000000-0000-4000-8000-000000000001";
export const UNIT = "20000000-0000-4000-8000-000000000001";
/** The team that one of the collected views names. */
export const TEAM = "53122e0c-73f3-ea11-a815-000d3af3ac0d";
/** The account that the collected hierarchy queries start from. */
const ROOT_ACCOUNT = "e2218046-f778-42f6-a8a7-772d0653349b";

const queriesFile = z.array(
  z.object({
    key: z.string(),
    note: z.string().optional(),
    fetchxml: z
      .string()
      .nullable()
      .transform((xml) => xml ?? ""),
    documentedResult: z.unknown().optional(),
  }),
);
export type CollectedQuery = z.infer<typeof queriesFile>[number];

const samplesFile = z.object({
  accounts: z.array(
    z.object({
      name: z.string(),
      numberofemployees: z.number().nullable(),
      address1_city: z.string().nullable(),
      createdon: z.string(),
      accountid: z.string().nullable(),
      primarycontact_fullname: z.string().nullable(),
    }),
  ),
});

const columnsFile = z.object({
  attributes: z.array(
    z.object({
      logicalName: z.string(),
      type: z.string().optional(),
      attributeType: z.string().optional(),
      attributeOf: z.string().optional(),
      targets: z.array(z.string()).optional(),
    }),
  ),
});

function readData(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, DATA), "utf8"));
}

/** Views without FetchXML have an empty text. */
export function collectedQueries(which: "views" | "queries"): CollectedQuery[] {
  return queriesFile.parse(readData(`fetchxml-account-${which}.json`));
}

/** The two catalogues name types differently. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  BigInt: "BigInt",
  Boolean: "Boolean",
  DateTime: "DateTime",
  Decimal: "Decimal",
  Double: "Double",
  EntityName: "EntityName",
  Integer: "Integer",
  Lookup: "Lookup",
  Memo: "Memo",
  Money: "Money",
  Picklist: "Picklist",
  State: "State",
  Status: "Status",
  Uniqueidentifier: "Uniqueidentifier",
  Virtual: "Virtual",
  bit: "Boolean",
  datetime: "DateTime",
  decimal: "Decimal",
  float: "Double",
  int: "Integer",
  lookup: "Lookup",
  money: "Money",
  ntext: "Memo",
  nvarchar: "String",
  owner: "Owner",
  picklist: "Picklist",
  state: "State",
  status: "Status",
};
const TARGETS: Readonly<Record<string, string>> = { "1": "account", "2": "contact", "8": "systemuser" };

/** Columns of account in both organisations, without the companions. */
function accountColumns(): Record<string, TestColumn> {
  const columns: Record<string, TestColumn> = {};
  for (const file of ["customised", "standard"]) {
    const { attributes } = columnsFile.parse(readData(`dataverse-account-columns-${file}.json`));
    for (const one of attributes) {
      if (one.attributeOf !== undefined) continue;
      const type = TYPES[one.attributeType ?? one.type ?? ""] ?? "String";
      const targets = one.targets?.map((target) => TARGETS[target] ?? target);
      columns[one.logicalName] = targets === undefined ? type : { type, targets };
    }
  }
  // Columns of other engines' test tables and of solutions whose catalogues were not collected.
  return {
    ...columns,
    accountid: "Uniqueidentifier",
    ownerid: { type: "Owner", targets: ["systemuser", "team"] },
    apollo_dateofestablishment: "DateTime",
    ract_abn: "String",
    employees: "Integer",
    turnover: "Money",
    index: "Integer",
    city: "String",
    employeescount: "Integer",
    sortkey: "Integer",
    contactid: { type: "Lookup", targets: ["contact"] },
  };
}

const ACCOUNT: TestColumn = { type: "Lookup", targets: ["account"] };
const CONTACT: TestColumn = { type: "Lookup", targets: ["contact"] };
const PARTY: TestColumn = { type: "Lookup", targets: ["account", "contact", "systemuser"] };
const ID: TestColumn = "Uniqueidentifier";

function lookup(target: string): TestColumn {
  return { type: "Lookup", targets: [target] };
}

/** The other tables: key first, the rest as the queries name it. */
const OTHERS: Readonly<Record<string, Readonly<Record<string, TestColumn>>>> = {
  contact: {
    contactid: ID,
    fullname: "String",
    firstname: "String",
    lastname: "String",
    emailaddress1: "String",
    parentcustomerid: { type: "Customer", targets: ["account", "contact"] },
    createdon: "DateTime",
    statecode: "State",
    retrieve: "String",
  },
  systemuser: {
    systemuserid: ID,
    domainname: "String",
    msdyn_agenttype: "Picklist",
    parentsystemuserid: lookup("systemuser"),
  },
  team: { teamid: ID, name: "String" },
  connection: {
    connectionid: ID,
    record1id: PARTY,
    record2id: ACCOUNT,
    record2roleid: lookup("connectionrole"),
    statecode: "State",
  },
  opportunity: { opportunityid: ID, statecode: "State", actualclosedate: "DateTime" },
  activityparty: {
    activitypartyid: ID,
    partyid: PARTY,
    activityid: lookup("campaignresponse"),
    participationtypemask: "Picklist",
  },
  campaignresponse: { activityid: ID, receivedon: "DateTime" },
  bulkoperationlog: { bulkoperationlogid: ID, regardingobjectid: PARTY, errornumber: "Integer" },
  new_customentity: { new_customentityid: ID, new_parentid: PARTY },
  ovs_operation: {
    ovs_operationid: ID,
    ts_stakeholder: ACCOUNT,
    ovs_operationtypeid: lookup("ovs_operationtype"),
    ts_operationalstatus: "Picklist",
    ts_site: lookup("msdyn_functionallocation"),
    statecode: "State",
  },
  msdyn_functionallocation: { msdyn_functionallocationid: ID, ts_region: CONTACT },
  msdyn_workorder: {
    msdyn_workorderid: ID,
    msdyn_serviceaccount: ACCOUNT,
    msdyn_servicerequest: lookup("incident"),
  },
  incident: { incidentid: ID },
  ts_enforcementaction: { activityid: ID, regardingobjectid: lookup("incident") },
  ovs_operationtype: { ovs_operationtypeid: ID },
};

/** The whole organisation, the same on every machine. */
export function organisation(queries: readonly CollectedQuery[]): Record<string, TestTable> {
  const random = generator(20240515);
  const wanted = wantedValues(queries);
  const columnsByTable = { account: accountColumns(), ...OTHERS };
  const ids: Record<string, string[]> = {};
  for (const [table, columns] of Object.entries(columnsByTable)) {
    const count = table === "account" ? 120 : 24;
    const asked = (wanted.get(Object.keys(columns)[0] ?? "") ?? []).filter((value) =>
      /^[0-9a-f-]{36}$/.test(value),
    );
    const made = Array.from({ length: count }, () => randomGuid(random));
    ids[table] = [...new Set([...asked, ...made])].slice(0, count);
  }
  ids["account"]?.splice(0, 1, ROOT_ACCOUNT);
  ids["systemuser"]?.splice(0, 1, ME);
  ids["team"]?.splice(0, 1, TEAM);
  const tables = Object.entries(columnsByTable).map(([name, columns]): [string, TestTable] => {
    const primaryId = name === "account" ? "accountid" : (Object.keys(columns)[0] ?? "");
    const primaryName = "name" in columns ? "name" : "fullname" in columns ? "fullname" : primaryId;
    const rows = (ids[name] ?? []).map((id) =>
      Object.assign(randomRow(columns, ids, wanted, random), { [primaryId]: id }),
    );
    return [name, { primaryId, primaryName, columns, rows, version: 1 }];
  });
  const all = Object.fromEntries(tables);
  const { account } = all;
  if (account === undefined) return all;
  return { ...all, account: { ...account, rows: withSamples(account.rows) } };
}

/** The first rows take the names, cities and numbers of Microsoft's sample accounts. */
function withSamples(rows: readonly Row[]): Row[] {
  const { accounts } = samplesFile.parse(readData("dataverse-sample-accounts.json"));
  return rows.map((row, at) => {
    const sample = accounts[at - 5];
    if (sample === undefined) return row;
    const { name, numberofemployees, address1_city } = sample;
    return { ...row, name, numberofemployees, address1_city, createdon: `${sample.createdon}T17:42:00Z` };
  });
}

/** The ten sample accounts alone, for the results that Microsoft prints; ids it does not print sort behind those it does. */
export function sampleAccounts(): Record<string, TestTable> {
  const { accounts } = samplesFile.parse(readData("dataverse-sample-accounts.json"));
  return {
    account: {
      primaryId: "accountid",
      primaryName: "name",
      columns: {
        accountid: ID,
        name: "String",
        numberofemployees: "Integer",
        primarycontactid: CONTACT,
      },
      rows: accounts.map((sample, at) => ({
        accountid: sample.accountid ?? `00000000-0000-0000-0000-ffffffffff${10 + at}`,
        name: sample.name,
        numberofemployees: sample.numberofemployees,
        primarycontactid: sample.primarycontact_fullname === null ? null : contactId(at),
      })),
    },
    contact: {
      primaryId: "contactid",
      primaryName: "fullname",
      columns: { contactid: ID, fullname: "String" },
      rows: accounts.map((sample, at) => ({
        contactid: contactId(at),
        fullname: sample.primarycontact_fullname,
      })),
    },
  };
}

function contactId(at: number): string {
  return `00000000-0000-0000-0000-0000000000${10 + at}`;
}

/** Values that conditions ask for, by column: a query that finds nothing would prove little. */
function wantedValues(queries: readonly CollectedQuery[]): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const { fetchxml } of queries) {
    if (fetchxml === "") continue;
    const document = new DOMParser({ onError: () => undefined }).parseFromString(fetchxml, "text/xml");
    for (const condition of document.getElementsByTagName("condition")) {
      const column = condition.getAttribute("attribute") ?? "";
      const texts = [
        condition.getAttribute("value"),
        ...[...condition.getElementsByTagName("value")].map((one) => one.textContent),
      ];
      const plain = texts.flatMap((text) =>
        text
          ? [
              text
                .replace(/^\{(.*)\}$/, "$1")
                .replaceAll("%", "")
                .toLowerCase(),
            ]
          : [],
      );
      wanted.set(column, [...(wanted.get(column) ?? []), ...plain]);
    }
  }
  return wanted;
}

type Random = (below: number) => number;

function randomRow(
  columns: Readonly<Record<string, TestColumn>>,
  ids: Readonly<Record<string, readonly string[]>>,
  wanted: ReadonlyMap<string, readonly string[]>,
  random: Random,
): Record<string, Value> {
  const row: Record<string, Value> = {};
  for (const [name, column] of Object.entries(columns)) {
    if (random(4) === 0) continue;
    const { type, targets } = typeof column === "string" ? { type: column, targets: undefined } : column;
    const asked = wanted.get(name) ?? [];
    const value = asked.length > 0 && random(2) === 0 ? asked[random(asked.length)] : undefined;
    if (targets !== undefined) {
      const target = targets[random(targets.length)] ?? "";
      const known = ids[target] ?? [];
      const guid = value !== undefined && /^[0-9a-f-]{36}$/.test(value) ? value : known[random(known.length)];
      row[name] = guid ?? randomGuid(random);
      row[`${name}.table`] = target;
    } else row[name] = randomValue(type, value, random);
  }
  return row;
}

const WORDS = [
  "Contoso",
  "Data8",
  "Coho Winery",
  "Tosca Inc",
  "Messi",
  "Ångström Ltd",
  "A",
  "B",
  "C",
  "test",
  "foo bar",
];

function randomValue(type: ColumnType, asked: string | undefined, random: Random): Value {
  if (type === "String" || type === "Memo") return asked ?? WORDS[random(WORDS.length)] ?? null;
  if (type === "Boolean") return random(2) === 0;
  if (type === "DateTime") {
    const hours = (random(2) === 0 ? random(24 * 900) : random(72)) - 24;
    return `${new Date(NOW.getTime() - hours * 3_600_000).toISOString().slice(0, 19)}Z`;
  }
  if (type === "Uniqueidentifier") return randomGuid(random);
  if (type === "Virtual" || type === "Image" || type === "EntityName") return null;
  const number = asked === undefined ? Number.NaN : Number(asked);
  if (!Number.isNaN(number)) return type === "Integer" ? Math.trunc(number) : number;
  return type === "State" ? random(2) : random(120);
}

function randomGuid(random: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => random(16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}

/** Mulberry32: the same numbers everywhere. */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

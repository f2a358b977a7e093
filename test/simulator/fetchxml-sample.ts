// A small organisation of three accounts and their contacts, and queries over it.
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import type { Row } from "../../simulator/fetchxml/query-store.ts";
import type { FetchResult } from "../../simulator/fetchxml/result.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

export const NOW = new Date("2024-05-15T12:00:00Z");

const accounts: Row[] = [
  {
    accountid: guid(1),
    name: "Adatum",
    statecode: 0,
    numberofemployees: 7,
    revenue: 10.5,
    primarycontactid: guid(2, 1),
    createdon: "2023-03-25T10:00:00Z",
  },
  {
    accountid: guid(2),
    name: "Blue Yonder",
    statecode: 0,
    numberofemployees: 8,
    primarycontactid: guid(1, 1),
    parentaccountid: guid(1),
    createdon: "2023-03-25T11:00:00Z",
  },
  {
    accountid: guid(3),
    name: "Coho",
    statecode: 1,
    parentaccountid: guid(1),
    createdon: "2023-08-27T10:00:00Z",
  },
];
const contacts: Row[] = [
  {
    contactid: guid(1, 1),
    fullname: "Zoe",
    parentcustomerid: guid(1),
    "parentcustomerid.table": "account",
    statecode: 0,
  },
  {
    contactid: guid(2, 1),
    fullname: "Adam",
    parentcustomerid: guid(1),
    "parentcustomerid.table": "account",
    statecode: 1,
  },
  {
    contactid: guid(3, 1),
    fullname: "Mia",
    parentcustomerid: guid(2),
    "parentcustomerid.table": "account",
    statecode: 0,
  },
];

const store = storeOf({
  account: {
    primaryId: "accountid",
    primaryName: "name",
    columns: {
      accountid: "Uniqueidentifier",
      name: "String",
      statecode: {
        type: "State",
        choices: [
          { value: 0, label: "Open" },
          { value: 1, label: "Inactive" },
        ],
      },
      numberofemployees: "Integer",
      revenue: "Money",
      transactioncurrencyid: { type: "Lookup", targets: ["transactioncurrency"] },
      primarycontactid: { type: "Lookup", targets: ["contact"] },
      parentaccountid: { type: "Lookup", targets: ["account"] },
      createdon: "DateTime",
    },
    rows: accounts,
  },
  contact: {
    primaryId: "contactid",
    primaryName: "fullname",
    columns: {
      contactid: "Uniqueidentifier",
      fullname: "String",
      statecode: "State",
      parentcustomerid: { type: "Customer", targets: ["account", "contact"] },
    },
    rows: contacts,
  },
  annotation: {
    primaryId: "annotationid",
    primaryName: "subject",
    columns: {
      annotationid: "Uniqueidentifier",
      subject: "String",
      objectid: { type: "Lookup", targets: ["account"] },
    },
    rows: [{ annotationid: guid(1, 2), objectid: guid(3) }],
  },
});

export function run(xml: string): FetchResult {
  return executeFetch(xml, store, callerOf(), NOW, { maxPageSize: 5000 });
}

/** Returns the query's rows without their keys. */
export function resultRows(inner: string, options = ""): unknown[] {
  return run(`<fetch ${options}><entity name="account">${inner}</entity></fetch>`).rows.map(
    ({ accountid: _key, ...rest }) => rest,
  );
}

export const NAME = `<attribute name="name" />`;
export const link = (type: string, inner = "", alias = "c"): string =>
  `<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="${type}" alias="${alias}">${inner}</link-entity>`;
export const attribute = (name: string, rest: string): string => `<attribute name="${name}" ${rest} />`;
export const entity = (inner: string): string => `<fetch><entity name="account">${inner}</entity></fetch>`;
export const ACTIVE = `<filter><condition attribute="statecode" operator="eq" value="0" /></filter>`;

export function names(inner: string, options = ""): unknown[] {
  return resultRows(NAME + inner, options).map((row) => Object.values(Object(row)).join(" "));
}

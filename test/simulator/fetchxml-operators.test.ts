// Tests every condition operator on a few rows, one line each.
import { describe, expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import { FetchError } from "../../simulator/fetchxml/fetch-error.ts";
import type { Caller } from "../../simulator/fetchxml/query-store.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

const ME = guid(1, 9);
const TEAM = guid(5, 9);
const UNIT = guid(2, 9);

// Rows by number: 1 holds the values that most operators look for, 4 holds none.
const rows = [
  {
    accountid: guid(1),
    name: "Café Nord",
    numberofemployees: 10,
    revenue: 1000.5,
    industrycode: 3,
    creditonhold: true,
    statecode: 0,
    interests: "2,3,9",
    createdon: "2024-05-15T10:30:00Z",
    founded: "2024-01-01",
    ownerid: ME,
    "ownerid.table": "systemuser",
    owningbusinessunit: UNIT,
    languagecode: 1033,
  },
  {
    accountid: guid(2),
    name: "cafe nord ",
    numberofemployees: 50,
    revenue: 20,
    industrycode: 5,
    creditonhold: false,
    statecode: 1,
    interests: "12",
    createdon: "2024-05-14T23:30:00Z",
    founded: "2023-12-31",
    ownerid: TEAM,
    "ownerid.table": "team",
    owningbusinessunit: guid(3, 9),
    parentaccountid: guid(1),
    languagecode: 1036,
  },
  {
    accountid: guid(3),
    name: "100%_[sure]",
    numberofemployees: 100,
    revenue: -3,
    industrycode: 33,
    creditonhold: false,
    statecode: 0,
    interests: "3",
    createdon: "2023-02-01T00:00:00Z",
    founded: "2010-07-04",
    ownerid: guid(7, 9),
    "ownerid.table": "systemuser",
    owningbusinessunit: UNIT,
    parentaccountid: guid(2),
  },
  { accountid: guid(4) },
];

const store = storeOf({
  account: {
    primaryId: "accountid",
    primaryName: "name",
    columns: {
      accountid: "Uniqueidentifier",
      name: "String",
      numberofemployees: "Integer",
      revenue: "Money",
      industrycode: "Picklist",
      creditonhold: "Boolean",
      statecode: "State",
      interests: "MultiSelectPicklist",
      createdon: "DateTime",
      founded: "DateTime",
      ownerid: { type: "Owner", targets: ["systemuser", "team"] },
      owningbusinessunit: { type: "Lookup", targets: ["businessunit"] },
      parentaccountid: { type: "Lookup", targets: ["account"] },
      languagecode: "Integer",
    },
    rows,
  },
  systemuser: {
    primaryId: "systemuserid",
    primaryName: "fullname",
    columns: {
      systemuserid: "Uniqueidentifier",
      fullname: "String",
      parentsystemuserid: { type: "Lookup", targets: ["systemuser"] },
    },
    rows: [{ systemuserid: ME }, { systemuserid: guid(7, 9), parentsystemuserid: ME }],
  },
  teammembership: {
    primaryId: "teammembershipid",
    primaryName: "teammembershipid",
    columns: {
      teammembershipid: "Uniqueidentifier",
      systemuserid: "Uniqueidentifier",
      teamid: "Uniqueidentifier",
    },
    rows: [{ teammembershipid: guid(1), systemuserid: guid(7, 9), teamid: TEAM }],
  },
});

// This is a Wednesday.
const NOW = new Date("2024-05-15T12:00:00Z");

/** Returns numbers of the rows that pass a condition written as `column operator value|value`. */
function passing(condition: string, caller: Caller): number[] {
  const [, attribute = "", operator = "", values] = /^(\S+) (\S+)(?: (.*))?$/s.exec(condition) ?? [];
  const listed = (values?.split("|") ?? []).map((value) => `<value>${value}</value>`).join("");
  const xml = `<fetch><entity name="account"><attribute name="accountid" /><filter>
    <condition attribute="${attribute}" operator="${operator}">${listed}</condition></filter></entity></fetch>`;
  const result = executeFetch(xml, store, caller, NOW, { maxPageSize: 5000 });
  return result.rows.map(({ accountid }) => Number(String(accountid).slice(-2)));
}

const here = callerOf({ userId: ME, businessUnitId: UNIT, teamIds: [TEAM] });

test.each<[condition: string, rows: number[]]>([
  ["name eq CAFE NORD", [1, 2]],
  ["name ne cafe nord", [3]],
  ["name neq cafe nord", [3]],
  ["name gt b", [1, 2]],
  ["name lt b", [3]],
  ["name ge cafe nord", [1, 2]],
  ["name le 100%_[sure]", [3]],
  ["name in CAFÉ NORD|nothing", [1, 2]],
  ["name not-in CAFÉ NORD|nothing", [3]],
  ["name between a|d", [1, 2]],
  ["name not-between a|d", [3]],
  ["name null", [4]],
  ["name not-null", [1, 2, 3]],
  ["name like caf%", [1, 2]],
  ["name like %NÖRD", [1]],
  ["name like _afe%", [1, 2]],
  ["name like [a-c]af%", [1, 2]],
  ["name like [^a-c]%", [3]],
  ["name like 100[%]%", [3]],
  ["name like 100%", [3]],
  ["name like %[[]sure]", [3]],
  ["name like %.%", []],
  ["name not-like caf%", [3]],
  ["name begins-with CAFE", [1, 2]],
  ["name not-begin-with CAFE", [3]],
  ["name ends-with sure]", [3]],
  ["name not-end-with sure]", [1, 2]],
  ["numberofemployees eq 10", [1]],
  ["numberofemployees ne 10", [2, 3]],
  ["numberofemployees gt 9", [1, 2, 3]],
  ["numberofemployees ge 50", [2, 3]],
  ["numberofemployees lt 50", [1]],
  ["numberofemployees le 50", [1, 2]],
  ["numberofemployees in 10|100|7", [1, 3]],
  ["numberofemployees not-in 10|7", [2, 3]],
  ["numberofemployees between 10|50", [1, 2]],
  ["numberofemployees not-between 10|50", [3]],
  ["revenue eq 1000.50", [1]],
  ["revenue lt 1e2", [2, 3]],
  ["industrycode eq 3", [1]],
  ["industrycode not-null", [1, 2, 3]],
  ["creditonhold eq 1", [1]],
  ["creditonhold eq false", [2, 3]],
  ["creditonhold ne True", [2, 3]],
  ["statecode ne 0", [2]],
  ["interests contain-values 2|12", [1, 2]],
  ["interests not-contain-values 3", [2]],
  ["interests eq 9,3,2", [1]],
  ["interests in 12|3", [2, 3]],
  [`accountid eq {${guid(2).toUpperCase()}}`, [2]],
  [`accountid in ${guid(1)}|{${guid(3)}}`, [1, 3]],
  [`parentaccountid null`, [1, 4]],
  ["ownerid eq-userid", [1]],
  ["ownerid ne-userid", [2, 3]],
  ["ownerid eq-userteams", [2]],
  ["ownerid eq-useroruserteams", [1, 2]],
  ["ownerid eq-useroruserhierarchy", [1, 3]],
  ["ownerid eq-useroruserhierarchyandteams", [1, 2, 3]],
  ["owningbusinessunit eq-businessid", [1, 3]],
  ["owningbusinessunit ne-businessid", [2]],
  ["languagecode eq-userlanguage", [1]],
  [`accountid under ${guid(1)}`, [2, 3]],
  [`accountid eq-or-under ${guid(2)}`, [2, 3]],
  [`accountid not-under ${guid(2)}`, [1, 2, 4]],
  [`accountid above ${guid(3)}`, [1, 2]],
  [`accountid eq-or-above {${guid(2)}}`, [1, 2]],
  [`parentaccountid under ${guid(1)}`, [3]],
  ["createdon today", [1]],
  ["createdon yesterday", [2]],
  ["createdon this-week", [1, 2]],
  ["createdon last-week", []],
  ["createdon this-month", [1, 2]],
  ["createdon last-year", [3]],
  ["createdon this-year", [1, 2]],
  ["createdon last-seven-days", [1, 2]],
  ["createdon last-x-hours 2", [1]],
  ["createdon last-x-days 1", [1, 2]],
  ["createdon last-x-weeks 1", [1, 2]],
  ["createdon last-x-months 14", [1, 2]],
  ["createdon last-x-years 2", [1, 2, 3]],
  ["createdon next-x-days 3", []],
  ["createdon olderthan-x-minutes 90", [2, 3]],
  ["createdon olderthan-x-hours 12", [2, 3]],
  ["createdon olderthan-x-days 1", [3]],
  ["createdon olderthan-x-months 3", [3]],
  ["createdon olderthan-x-years 1", [3]],
  ["createdon on 2024-05-15", [1]],
  ["createdon on 5/14/2024 11:00 PM", [2]],
  ["createdon on-or-before 2024-05-14", [2, 3]],
  ["createdon on-or-after 2024-05-14", [1, 2]],
  ["createdon eq 2024-05-15T12:30:00+02:00", [1]],
  ["createdon gt 2024-05-15", [1]],
  ["createdon between 2023-01-01|2024-05-15", [2, 3]],
  ["createdon this-fiscal-year", [1, 2]],
  ["createdon last-fiscal-year", [3]],
  ["createdon this-fiscal-period", [1, 2]],
  ["createdon last-fiscal-period", []],
  ["createdon last-x-fiscal-years 1", [3]],
  ["createdon last-x-fiscal-periods 5", [3]],
  ["createdon in-fiscal-year 2023", [3]],
  ["createdon in-fiscal-period 2", [1, 2]],
  ["createdon in-fiscal-period-and-year 1|2023", [3]],
  ["createdon in-or-before-fiscal-period-and-year 1|2024", [3]],
  ["createdon in-or-after-fiscal-period-and-year 2|2024", [1, 2]],
  ["founded on 2024-01-01", [1]],
  ["founded lt 2024-01-01", [2, 3]],
  ["founded this-year", [1]],
])("%s", (condition, expected) => {
  expect(passing(condition, here)).toEqual(expected);
});

describe("days are the caller's", () => {
  test.each<[utcOffsetMinutes: number, condition: string, rows: number[]]>([
    [120, "createdon today", [1, 2]],
    [-300, "createdon today", [1]],
    [-720, "createdon yesterday", [1, 2]],
    [120, "createdon on 2024-05-15", [1, 2]],
    [120, "createdon ge 2024-05-15", [1, 2]],
    [120, "createdon ge 2024-05-15T00:00:00Z", [1]],
    // A date without a time of day has no zone: it is the same day everywhere.
    [-600, "founded on 2024-01-01", [1]],
  ])("offset %i: %s", (utcOffsetMinutes, condition, expected) => {
    expect(passing(condition, { ...here, utcOffsetMinutes })).toEqual(expected);
  });
});

test.each<[condition: string, code: string]>([
  ["name bogus-operator x", "0x80041120"],
  ["name EQ x", "0x80041120"],
  ["name contain-values 1", "0x80041120"],
  ["name today", "0x80041120"],
  ["statecode eq-userid", "0x80041120"],
  ["new_gone eq 1", "0x80041103"],
  ["Name eq x", "0x80041103"],
  ["name like {0}", "0x80041139"],
  ["name eq {0}", "0x80041139"],
  ["ownerid eq {0}", "0x80040203"],
  ["ownerid eq Nancy", "0x80040203"],
  ["ownerid like a%", "0x80040203"],
  ["industrycode eq Retail", "0x80040203"],
  ["numberofemployees eq 1.5", "0x80040203"],
  ["creditonhold eq 3", "0x80040203"],
  ["createdon on someday", "0x80040203"],
  ["createdon on 2023-02-29", "0x80040203"],
  ["createdon last-x-days 0", "0x80040203"],
  ["createdon last-x-days many", "0x80040203"],
  ["numberofemployees between 1", "0x80040203"],
  ["name in", "0x80040203"],
  ["name eq a|b", "0x80040203"],
])("refuses %s", (condition, code) => {
  const refused = expect.objectContaining({ code, status: 400 });
  expect(() => passing(condition, here)).toThrow(refused);
  expect(() => passing(condition, here)).toThrow(FetchError);
});

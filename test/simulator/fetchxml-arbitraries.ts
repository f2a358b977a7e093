// Generates small organisations and queries over them, for property tests.
import * as fc from "fast-check";
import type { Row } from "../../simulator/fetchxml/query-store.ts";
import { conditionOn, DATES, DAYS, ids, ME, TEAM, TEXTS } from "./fetchxml-conditions.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

export const NOW = new Date("2024-03-31T23:30:00Z");
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { freq: 4 });
const account: fc.Arbitrary<Row> = fc.record({
  name: maybe(fc.constantFrom(...TEXTS)),
  employees: maybe(fc.integer({ min: -2, max: 3 })),
  revenue: maybe(fc.constantFrom(0, 0.5, 10.25, -3)),
  statecode: maybe(fc.constantFrom(0, 1)),
  hold: maybe(fc.boolean()),
  tags: maybe(fc.constantFrom("1", "2", "1,2", "2,10")),
  createdon: maybe(fc.constantFrom(...DATES)),
  founded: maybe(fc.constantFrom(...DAYS)),
  golive: maybe(fc.constantFrom(...DATES)),
  primarycontactid: maybe(ids(2, 4)),
  parentaccountid: maybe(ids(1, 6)),
  ownerid: maybe(fc.constantFrom(ME, TEAM, guid(2, 3))),
});
const contact: fc.Arbitrary<Row> = fc.record({
  fullname: maybe(fc.constantFrom(...TEXTS)),
  employees: maybe(fc.integer({ min: 0, max: 2 })),
  statecode: maybe(fc.constantFrom(0, 1)),
  createdon: maybe(fc.constantFrom(...DATES)),
  parentcustomerid: maybe(ids(1, 6)),
});

export const organisations = fc
  .record({ accounts: fc.array(account, { maxLength: 7 }), contacts: fc.array(contact, { maxLength: 5 }) })
  .map(({ accounts, contacts }) =>
    storeOf({
      account: {
        primaryId: "accountid",
        primaryName: "name",
        columns: {
          accountid: "Uniqueidentifier",
          name: "String",
          employees: "Integer",
          revenue: "Decimal",
          statecode: {
            type: "State",
            choices: [
              { value: 0, label: "Zero" },
              { value: 1, label: "Active" },
            ],
          },
          hold: "Boolean",
          tags: "MultiSelectPicklist",
          createdon: "DateTime",
          founded: "DateTime",
          golive: { type: "DateTime", wallClock: true },
          primarycontactid: { type: "Lookup", targets: ["contact"] },
          parentaccountid: { type: "Lookup", targets: ["account"] },
          ownerid: { type: "Owner", targets: ["systemuser", "team"] },
        },
        rows: accounts.map((row, at) => Object.assign({ accountid: guid(at + 1, 1) }, row)),
      },
      contact: {
        primaryId: "contactid",
        primaryName: "fullname",
        columns: {
          contactid: "Uniqueidentifier",
          fullname: "String",
          employees: "Integer",
          statecode: "State",
          createdon: "DateTime",
          parentcustomerid: { type: "Customer", targets: ["account", "contact"] },
        },
        rows: contacts.map((row, at) => Object.assign({ contactid: guid(at + 1, 2) }, row)),
      },
    }),
  );

const ACCOUNT_COLUMNS = [
  "accountid",
  "name",
  "employees",
  "revenue",
  "statecode",
  "hold",
  "tags",
  "createdon",
  "founded",
  "golive",
  "primarycontactid",
  "parentaccountid",
  "ownerid",
];
const CONTACT_COLUMNS = ["contactid", "fullname", "employees", "statecode", "createdon", "parentcustomerid"];

const columnsOf = (table: string): readonly string[] =>
  table === "account" ? ACCOUNT_COLUMNS : CONTACT_COLUMNS;

/** @param alias a link-entity that a condition of the entity may refer to */
function filters(table: string, alias: string | undefined, depth: number): fc.Arbitrary<string> {
  const own = fc
    .constantFrom(...columnsOf(table))
    .chain(conditionOn)
    .map((text) => `<condition ${text}`);
  const other = fc
    .constantFrom(...CONTACT_COLUMNS)
    .chain(conditionOn)
    .map((text) => `<condition entityname="${alias}" ${text}`);
  const columns = fc
    .constantFrom("eq", "ne", "lt", "ge")
    .map(
      (operator) =>
        `<condition attribute="employees" operator="${operator}" valueof="${alias === undefined ? "employees" : `${alias}.employees`}" />`,
    );
  const exists = fc
    .tuple(
      fc.constantFrom("any", "not any", "all", "not all"),
      depth > 0 ? filters("contact", undefined, 0) : fc.constant(""),
    )
    .map(
      ([type, inner]) =>
        `<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="${type}">${inner}</link-entity>`,
    );
  const leaves = [
    own,
    own,
    columns,
    ...(alias === undefined ? [] : [other]),
    ...(table === "account" ? [exists] : []),
  ];
  const items =
    depth > 0
      ? [...leaves, fc.oneof({ depthSize: "small" }, ...leaves, filters(table, alias, depth - 1))]
      : leaves;
  return fc
    .tuple(fc.constantFrom("", ` type="or"`, ` type="and"`), fc.array(fc.oneof(...items), { maxLength: 3 }))
    .map(([type, some]) => `<filter${type}>${some.join("")}</filter>`);
}

const optional = (some: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), some);
const attributes = (table: string): fc.Arbitrary<string> =>
  fc
    .subarray([...columnsOf(table)])
    .map((columns) => columns.map((name) => `<attribute name="${name}" />`).join(""));
const orders = (table: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom(...columnsOf(table)), fc.boolean()), { maxLength: 2 })
    .map((some) => some.map(([name, down]) => `<order attribute="${name}" descending="${down}" />`).join(""));

const joins = fc
  .tuple(
    fc.constantFrom(
      `from="contactid" to="primarycontactid"`,
      `from="parentcustomerid" to="accountid"`,
      `from="fullname" to="name"`,
      `from="employees" to="employees"`,
    ),
    fc.constantFrom("inner", "outer", "matchfirstrowusingcrossapply"),
    attributes("contact"),
    optional(filters("contact", undefined, 0)),
    fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: orders("contact") }),
    optional(
      fc
        .constantFrom("inner", "outer")
        .map(
          (type) =>
            `<link-entity name="account" from="accountid" to="parentcustomerid" link-type="${type}" alias="deep"><attribute name="name" /></link-entity>`,
        ),
    ),
  )
  .map(
    ([columns, type, some, filter, order, deep]) =>
      `<link-entity name="contact" ${columns} link-type="${type}" alias="c">${some}${filter}${order}${deep}</link-entity>`,
  );
const tests = fc
  .tuple(fc.constantFrom("exists", "in", "any", "not any", "all"), optional(filters("contact", undefined, 0)))
  .map(
    ([type, filter]) =>
      `<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="${type}">${filter}</link-entity>`,
  );

export const rowQueries = fc
  .tuple(
    fc.constantFrom("", `distinct="true"`, `useraworderby="1"`, `top="3"`),
    attributes("account"),
    orders("account"),
    optional(joins),
    optional(tests),
  )
  .chain(([options, some, order, join, exists]) =>
    optional(filters("account", join === "" ? undefined : "c", 1)).map(
      (filter) =>
        `<fetch ${options}><entity name="account">${some}${order}${filter}${join}${exists}</entity></fetch>`,
    ),
  );

const GROUPS = ["name", "statecode", "ownerid", "hold", "employees"].map(
  (name) => `<attribute name="${name}" alias="g" groupby="true" />`,
);
const PARTS = ["day", "week", "month", "quarter", "year", "fiscal-period", "fiscal-year"].flatMap((part) =>
  ["createdon", "golive"].map(
    (name) => `<attribute name="${name}" alias="g" groupby="true" dategrouping="${part}" />`,
  ),
);
const VALUES = ["count", "countcolumn", "sum", "avg", "min", "max"].map(
  (kind) => `<attribute name="employees" alias="v" aggregate="${kind}" />`,
);
const MORE = [
  `<attribute name="name" alias="w" aggregate="countcolumn" distinct="true" />`,
  `<attribute name="createdon" alias="w" aggregate="max" />`,
  `<attribute name="name" alias="w" aggregate="min" />`,
];

export const aggregateQueries = fc
  .tuple(
    optional(fc.constantFrom(...GROUPS, ...PARTS)),
    fc.constantFrom(...VALUES),
    optional(fc.constantFrom(...MORE)),
    fc.constantFrom("", `<order alias="v" descending="true" />`),
    optional(filters("account", undefined, 1)),
  )
  .map((parts) => `<fetch aggregate="true"><entity name="account">${parts.join("")}</entity></fetch>`);

export const callers = fc
  .constantFrom(-720, -300, 0, 330, 840)
  .map((utcOffsetMinutes) => callerOf({ userId: ME, teamIds: [TEAM], utcOffsetMinutes }));

// Tests the limits of the date operators: where "next" ends, where "last" begins, and short months.
import { expect, test } from "vitest";
import { executeFetch } from "../../simulator/fetchxml/engine.ts";
import { callerOf, guid, storeOf } from "./fetchxml-store.ts";

/** Returns those of the instants that pass the condition at `now`. */
function passing(now: string, condition: string, instants: readonly string[]): unknown[] {
  const store = storeOf({
    account: {
      primaryId: "accountid",
      primaryName: "accountid",
      columns: { accountid: "Uniqueidentifier", createdon: "DateTime" },
      rows: instants.map((createdon, at) => ({ accountid: guid(at + 1), createdon })),
    },
  });
  const xml = `<fetch><entity name="account"><attribute name="createdon" /><filter>
    <condition attribute="createdon" ${condition} /></filter></entity></fetch>`;
  const result = executeFetch(xml, store, callerOf(), new Date(now), { maxPageSize: 5000 });
  return result.rows.map(({ createdon }) => createdon);
}

test.each<[now: string, condition: string, inside: string, outside: string]>([
  // "Next" runs from now to the end of its last day, "last" from the start of its first day to now.
  ["2024-05-07T23:00:00Z", `operator="next-seven-days"`, "2024-05-14T23:59:59Z", "2024-05-15T00:00:00Z"],
  ["2024-05-07T23:00:00Z", `operator="next-seven-days"`, "2024-05-07T23:00:00Z", "2024-05-07T22:59:59Z"],
  ["2024-05-07T23:00:00Z", `operator="last-seven-days"`, "2024-04-30T00:00:00Z", "2024-04-29T23:59:59Z"],
  ["2024-05-07T23:00:00Z", `operator="last-seven-days"`, "2024-05-07T22:59:59Z", "2024-05-07T23:00:00Z"],
  [
    "2024-05-07T10:30:00Z",
    `operator="next-x-hours" value="2"`,
    "2024-05-07T12:59:59Z",
    "2024-05-07T13:00:00Z",
  ],
  [
    "2024-05-07T10:30:00Z",
    `operator="last-x-hours" value="2"`,
    "2024-05-07T08:00:00Z",
    "2024-05-07T07:59:59Z",
  ],
  [
    "2024-05-07T10:30:45Z",
    `operator="olderthan-x-minutes" value="5"`,
    "2024-05-07T10:24:59Z",
    "2024-05-07T10:25:00Z",
  ],
  // A month before the 31st is the last day of a shorter month, not some days into the next.
  [
    "2023-03-31T12:00:00Z",
    `operator="last-x-months" value="1"`,
    "2023-02-28T00:00:00Z",
    "2023-02-27T23:59:59Z",
  ],
  [
    "2024-03-31T12:00:00Z",
    `operator="olderthan-x-months" value="1"`,
    "2024-02-28T23:59:59Z",
    "2024-02-29T00:00:00Z",
  ],
  [
    "2024-02-29T12:00:00Z",
    `operator="last-x-years" value="1"`,
    "2023-02-28T00:00:00Z",
    "2023-02-27T23:59:59Z",
  ],
  [
    "2022-12-30T12:00:00Z",
    `operator="next-x-months" value="2"`,
    "2023-02-27T23:59:59Z",
    "2023-02-28T00:00:00Z",
  ],
  // Weeks start on Sunday; quarters and years cross from December to January.
  ["2024-05-18T23:00:00Z", `operator="this-week"`, "2024-05-12T00:00:00Z", "2024-05-19T00:00:00Z"],
  ["2024-05-18T23:00:00Z", `operator="next-week"`, "2024-05-25T23:59:59Z", "2024-05-26T00:00:00Z"],
  ["2024-01-15T00:00:00Z", `operator="last-month"`, "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z"],
  ["2024-01-15T00:00:00Z", `operator="last-fiscal-period"`, "2023-10-01T00:00:00Z", "2023-09-30T23:59:59Z"],
  ["2024-11-15T00:00:00Z", `operator="next-fiscal-period"`, "2025-03-31T23:59:59Z", "2025-04-01T00:00:00Z"],
])("at %s %s: %s but not %s", (now, condition, inside, outside) => {
  expect(passing(now, condition, [inside, outside])).toEqual([inside]);
});

test.each([
  ["2024-5-7", "2024-05-07T00:00:00Z"],
  ["2024/05/07", "2024-05-07T00:00:00Z"],
  ["2024/5/7 9:05", "2024-05-07T09:05:00Z"],
  ["5/7/2024", "2024-05-07T00:00:00Z"],
  ["5-7-2024 12:30 AM", "2024-05-07T00:30:00Z"],
  ["05/07/2024 12:30:15 PM", "2024-05-07T12:30:15Z"],
  ["2024-05-07T10:00:00+02:00", "2024-05-07T08:00:00Z"],
])("%s is read as .NET reads it", (literal, instant) => {
  expect(passing("2024-05-15T00:00:00Z", `operator="eq" value="${literal}"`, [instant])).toEqual([instant]);
});

test.each(["2024-05/07", "2024-13-01", "2024-02-30", "13 PM", "5/7/24x", "2024-05-07 13:00 PM"])(
  "%s is no date",
  (literal) => {
    expect(() => passing("2024-05-15T00:00:00Z", `operator="eq" value="${literal}"`, [])).toThrow(
      expect.objectContaining({ code: "0x80040203" }),
    );
  },
);

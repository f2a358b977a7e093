// Schedule and limits of the connection over HTTP: saved, shown, refused in sentences, and
// read-only if a file sets them.
import { describe, expect, test } from "vitest";
import { loadConnection } from "../../src/connections/connection.ts";
import { DEFAULT_BRAKE_LIMITS } from "../../src/settings/brake.ts";
import { DEFAULT_SCHEDULE } from "../../src/settings/schedule.ts";
import { webWorkspace } from "../harness/web.ts";

const web = await webWorkspace();
const admin = await web.as("workspace-admin");
const { origin: address, clientId, clientSecret } = web.simulator;
await admin.post("/connection/app-only", { address, clientId, clientSecret });

test("defaults are those of the manual: a run a day, 20 % and 500 accounts, half of few, half as many", async () => {
  const { body } = await admin.get("/connection");
  expect([body.schedule, body.brake]).toEqual([
    { changesEveryMinutes: null, fullEveryMinutes: 1440, fullAt: null, timeZone: "UTC" },
    { sharePercent: 20, accounts: 500, shareOfFewPercent: 50, shrunkToPercent: 50 },
  ]);
});

test("what an admin sets is saved", async () => {
  const schedule = {
    changesEveryMinutes: 15,
    fullEveryMinutes: 1440,
    fullAt: "02:30",
    timeZone: "Europe/Berlin",
  };
  const brake = { sharePercent: 10, accounts: 100, shareOfFewPercent: 80, shrunkToPercent: 0 };

  await admin.put("/connection/schedule", schedule);
  const { body } = await admin.put("/connection/brake", brake);

  expect(body).toMatchObject({ schedule, brake });
  expect(await loadConnection(web.database.kysely)).toMatchObject({ schedule, brake });
});

test("a page that was loaded before there were zones says a time in UTC", async () => {
  const { timeZone: _, ...schedule } = { ...DEFAULT_SCHEDULE, fullAt: "02:30" };
  const { body } = await admin.put("/connection/schedule", schedule);
  expect(body.schedule).toEqual({ ...schedule, timeZone: "UTC" });
});

describe("what makes no sense is refused in a sentence, with the setting it is about", () => {
  test.for<[string, string, object, string, string]>([
    [
      "changes more often than every five minutes",
      "schedule",
      { ...DEFAULT_SCHEDULE, changesEveryMinutes: 4 },
      "changesEveryMinutes",
      "Write a whole number from 5 to 1,440.",
    ],
    [
      "a full run less than once a day",
      "schedule",
      { ...DEFAULT_SCHEDULE, fullEveryMinutes: 2880 },
      "fullEveryMinutes",
      "Write a whole number from 60 to 1,440.",
    ],
    [
      "a time that is none",
      "schedule",
      { ...DEFAULT_SCHEDULE, fullAt: "24:30" },
      "fullAt",
      'Write a time of day, such as "02:30".',
    ],
    [
      "a zone that is none",
      "schedule",
      { ...DEFAULT_SCHEDULE, fullAt: "02:30", timeZone: "Europe/Bonn" },
      "timeZone",
      'Write a time zone as the IANA database names it, such as "Europe/Berlin" or "UTC".',
    ],
    [
      "a distance to UTC, which newer engines take for a zone",
      "schedule",
      { ...DEFAULT_SCHEDULE, fullAt: "02:30", timeZone: "+01:00" },
      "timeZone",
      'Write a time zone as the IANA database names it, such as "Europe/Berlin" or "UTC".',
    ],
    [
      "a time of day for several full runs a day",
      "schedule",
      { changesEveryMinutes: null, fullEveryMinutes: 360, fullAt: "02:30" },
      "fullAt",
      "A time of day needs one full run a day: leave it out, or set fullEveryMinutes to 1440.",
    ],
    [
      "no share at all",
      "brake",
      { ...DEFAULT_BRAKE_LIMITS, sharePercent: 0 },
      "sharePercent",
      "Write a whole number from 1 to 100.",
    ],
    [
      "a part of an account",
      "brake",
      { ...DEFAULT_BRAKE_LIMITS, accounts: 0.5 },
      "accounts",
      "Write a whole number from 0 to 500,000.",
    ],
    [
      "a selection that always shrank",
      "brake",
      { ...DEFAULT_BRAKE_LIMITS, shrunkToPercent: 100 },
      "shrunkToPercent",
      "Write a whole number from 0 to 99.",
    ],
  ])("%s", async ([, what, input, field, sentence]) => {
    const { status, body } = await admin.put(`/connection/${what}`, input);
    expect([status, body.error.field, body.error.sentence]).toEqual([400, field, sentence]);
  });
});

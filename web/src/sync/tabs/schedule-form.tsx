// The schedule: a full run at least daily, and runs for changes in between if they are switched on.
import type { Schedule } from "../../../../src/settings/schedule.ts";
import { Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { sessionRoutes } from "../../../../src/api/contract/session.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { BROWSER_TIME_ZONE } from "../../format/time.ts";
import { NextRun } from "./next-run.tsx";
import styles from "./tabs.module.css";
import { SettingsForm } from "./settings-form.tsx";

/** The session has the time zone, by which dates of accounts are shown, sorted and filtered. */
const INVALIDATED_ROUTES = [
  connectionRoutes.getConnection,
  sessionRoutes.getSession,
  accountRoutes.listAccounts,
  accountRoutes.countAccounts,
];
const DAY_MINUTES = 24 * 60;
const DEFAULT_CHANGES_MINUTES = 15;

/** All time zones of the browser, and the saved one, which it may not know. */
function timeZoneOptions(saved: string): string[] {
  return [...new Set(["UTC", BROWSER_TIME_ZONE, saved, ...Intl.supportedValuesOf("timeZone")])];
}

/** Suggests the browser's time zone while nobody has chosen one. */
function withDefaultTimeZone(schedule: Schedule): Schedule {
  const isChosen = schedule.fullAt !== null || schedule.timeZone !== "UTC";
  return isChosen ? schedule : { ...schedule, timeZone: BROWSER_TIME_ZONE };
}

export function ScheduleForm({ connection, readOnly }: { connection: ConnectionView; readOnly: boolean }) {
  const [schedule, setSchedule] = useState<Schedule>(() => withDefaultTimeZone(connection.schedule));
  const save = useRouteMutation(connectionRoutes.putSchedule, INVALIDATED_ROUTES);
  const change = (changed: Partial<Schedule>) => {
    save.reset();
    setSchedule({ ...schedule, ...changed });
  };
  const errorFor = (field: keyof Schedule) => save.error?.field === field && save.error.message;
  const inputs = { schedule, readOnly, change, errorFor };
  return (
    <SettingsForm
      title="Schedule"
      intro={
        <>
          Next run: <NextRun connection={connection} />. Missed runs are replaced by one run.
        </>
      }
      saveLabel={readOnly ? null : "Save the schedule"}
      mutation={save}
      onSave={() => save.mutate({ body: schedule })}
    >
      <FullSyncInputs {...inputs} />
      <ChangesInputs {...inputs} />
    </SettingsForm>
  );
}

type InputProps = {
  schedule: Schedule;
  readOnly: boolean;
  change: (changed: Partial<Schedule>) => void;
  errorFor: (field: keyof Schedule) => string | false | undefined;
};

function FullSyncInputs({ schedule, readOnly, change, errorFor }: InputProps) {
  const { fullEveryMinutes, fullAt, timeZone } = schedule;
  const isDaily = fullEveryMinutes === DAY_MINUTES;
  return (
    <>
      <div className={styles.inputGrid}>
        <NumberInput
          label="Full sync every"
          description="Reads all selected accounts."
          suffix=" hours"
          min={1}
          max={24}
          decimalScale={2}
          clampBehavior="blur"
          readOnly={readOnly}
          value={fullEveryMinutes / 60}
          error={errorFor("fullEveryMinutes")}
          onChange={(hours) =>
            typeof hours === "number" &&
            change({
              fullEveryMinutes: Math.round(hours * 60),
              ...(hours !== 24 && { fullAt: null }),
            })
          }
        />
        <TextInput
          type="time"
          label="Start at"
          description={
            isDaily
              ? "In local time, daylight saving included. Empty: a day after the last."
              : "For a full sync every 24 hours."
          }
          disabled={!isDaily}
          readOnly={readOnly}
          value={fullAt ?? ""}
          error={errorFor("fullAt")}
          onChange={(event) => change({ fullAt: event.currentTarget.value || null })}
        />
      </div>
      <Select
        label="Time zone"
        description={`${
          timeZone === BROWSER_TIME_ZONE
            ? "Your browser's time zone."
            : `Your browser's time zone is ${BROWSER_TIME_ZONE}.`
        } Dates and times of accounts are shown in it, too.`}
        data={timeZoneOptions(timeZone)}
        searchable
        nothingFoundMessage="No time zone matches. They are named by continent and city."
        readOnly={readOnly}
        value={timeZone}
        error={errorFor("timeZone")}
        onChange={(chosen) => chosen !== null && change({ timeZone: chosen })}
      />
    </>
  );
}

function ChangesInputs({ schedule, readOnly, change, errorFor }: InputProps) {
  const { changesEveryMinutes } = schedule;
  return (
    <>
      <Checkbox
        label="Sync changes in between"
        description="Reads only what changed in Dynamics 365 since the last run, which is faster."
        checked={changesEveryMinutes !== null}
        disabled={readOnly}
        onChange={(event) =>
          change({ changesEveryMinutes: event.currentTarget.checked ? DEFAULT_CHANGES_MINUTES : null })
        }
      />
      {changesEveryMinutes !== null && (
        <NumberInput
          label="Sync changes every"
          suffix=" minutes"
          min={5}
          max={DAY_MINUTES}
          allowDecimal={false}
          clampBehavior="blur"
          readOnly={readOnly}
          value={changesEveryMinutes}
          error={errorFor("changesEveryMinutes")}
          onChange={(minutes) => typeof minutes === "number" && change({ changesEveryMinutes: minutes })}
        />
      )}
    </>
  );
}

// When the sync runs by itself: everything once a day, and changes in between if somebody wants them.
import { Checkbox, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import {
  connectionRoutes,
  type ConnectionView,
  type Schedule,
} from "../../../../src/api/contract/connection.ts";
import { useCall } from "../../client/queries.ts";
import { utcToday } from "../../words/sync-state.ts";
import { NextRun } from "./next-run.tsx";
import styles from "./pages.module.css";
import { SettingsForm } from "./settings-form.tsx";

const STALE = [connectionRoutes.getConnection];
const DAY_MINUTES = 24 * 60;
const SUGGESTED_MINUTES = 15;

const two = (value: number) => String(value).padStart(2, "0");

/** "02:30" of UTC on the viewer's clock. */
function toLocal(utc: string): string {
  const at = utcToday(utc);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function toUtc(local: string): string | null {
  const [hours, minutes] = local.split(":").map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return null;
  const at = new Date();
  at.setHours(hours, minutes, 0, 0);
  return at.toISOString().slice(11, 16);
}

export function ScheduleForm({ connection, readOnly }: { connection: ConnectionView; readOnly: boolean }) {
  const [schedule, setSchedule] = useState<Schedule>(connection.schedule);
  const save = useCall(connectionRoutes.putSchedule, STALE);
  const change = (changed: Partial<Schedule>) => {
    save.reset();
    setSchedule({ ...schedule, ...changed });
  };
  const faultOf = (field: keyof Schedule) => save.error?.field === field && save.error.message;
  const { changesEveryMinutes, fullEveryMinutes, fullAt } = schedule;
  const isDaily = fullEveryMinutes === DAY_MINUTES;
  return (
    <SettingsForm
      title="When it runs"
      intro={
        <>
          Next run: <NextRun connection={connection} />. What was missed while nothing ran is made up for by
          one run.
        </>
      }
      save={readOnly ? null : "Save the schedule"}
      saving={save}
      onSave={() => save.mutate({ body: schedule })}
    >
      <div className={styles.pairOfInputs}>
        <NumberInput
          label="Read everything every"
          description="A full run finds all there is to find."
          suffix=" hours"
          min={1}
          max={24}
          decimalScale={2}
          clampBehavior="blur"
          readOnly={readOnly}
          value={fullEveryMinutes / 60}
          error={faultOf("fullEveryMinutes")}
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
          label="Beginning at"
          description={
            isDaily
              ? "By your clock; an hour off when clocks change. Empty: a day after the last."
              : "For a full run every 24 hours."
          }
          disabled={!isDaily}
          readOnly={readOnly}
          value={fullAt === null ? "" : toLocal(fullAt)}
          error={faultOf("fullAt")}
          onChange={(event) => change({ fullAt: toUtc(event.currentTarget.value) })}
        />
      </div>
      <Checkbox
        label="Look for changes in between"
        description="Reads only what changed in Dynamics 365 since the last run; that takes a small part of the time."
        checked={changesEveryMinutes !== null}
        disabled={readOnly}
        onChange={(event) =>
          change({ changesEveryMinutes: event.currentTarget.checked ? SUGGESTED_MINUTES : null })
        }
      />
      {changesEveryMinutes !== null && (
        <NumberInput
          label="Look for changes every"
          suffix=" minutes"
          min={5}
          max={DAY_MINUTES}
          allowDecimal={false}
          clampBehavior="blur"
          readOnly={readOnly}
          value={changesEveryMinutes}
          error={faultOf("changesEveryMinutes")}
          onChange={(minutes) => typeof minutes === "number" && change({ changesEveryMinutes: minutes })}
        />
      )}
    </SettingsForm>
  );
}

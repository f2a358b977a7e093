// Saves the schedule and the brake: when runs start by themselves, and how much they may change
// without approval. A connection file is validated by the same rules.
import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Tables } from "../../db/tables.ts";
import { UserError } from "../../lib/user-error.ts";
import { brakeInput } from "../../settings/brake.ts";
import { scheduleInput } from "../../settings/schedule.ts";

/** A setting of the schedule or the brake is invalid; `field` names it. */
export class ScheduleSettingsError extends UserError {
  override readonly name = "ScheduleSettingsError";

  constructor({ message, path }: z.core.$ZodIssue) {
    super("schedule-settings", `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, {
      field: path.join("."),
    });
  }
}

/** @throws ScheduleSettingsError */
export async function saveSchedule(db: Kysely<Tables>, input: z.input<typeof scheduleInput>): Promise<void> {
  const { fullAt, timeZone, fullEveryMinutes, changesEveryMinutes } = validated(scheduleInput, input);
  await db
    .updateTable("connection")
    .set({
      full_at: fullAt,
      time_zone: timeZone,
      full_every_minutes: fullEveryMinutes,
      changes_every_minutes: changesEveryMinutes,
    })
    .execute();
}

/** @throws ScheduleSettingsError */
export async function saveBrake(db: Kysely<Tables>, input: z.input<typeof brakeInput>): Promise<void> {
  const limits = validated(brakeInput, input);
  await db
    .updateTable("connection")
    .set({ brake: JSON.stringify(limits) })
    .execute();
}

function validated<S extends z.ZodType>(schema: S, input: z.input<S>): z.output<S> {
  const { data, error } = schema.safeParse(input);
  if (error) throw new ScheduleSettingsError(error.issues[0]!);
  return data;
}

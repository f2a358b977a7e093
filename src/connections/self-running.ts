// What an admin decides about runs that nobody starts: when they come, and how much they may change before somebody looks.
// The same rules hold for what the app saves and for what a connection file says.
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Tables } from "../db/tables.ts";
import { isTimeZone } from "../lib/time-zone.ts";
import { DEFAULT_BRAKE, type BrakeThresholds } from "../sync/plan/brake.ts";
import type { BrakeLimits } from "./tables.ts";

const DAY_MINUTES = 24 * 60;

const number = (value: number) => value.toLocaleString("en");

function wholeNumber(from: number, to: number) {
  const inRange = (value: number) => Number.isInteger(value) && value >= from && value <= to;
  return z.number().refine(inRange, `write a whole number from ${number(from)} to ${number(to)}`);
}

export const scheduleSchema = z
  .strictObject({
    /** Null: changes are found by full runs only. */
    changesEveryMinutes: wholeNumber(5, DAY_MINUTES).nullable().default(null),
    fullEveryMinutes: wholeNumber(60, DAY_MINUTES).default(DAY_MINUTES),
    /** By the clocks of the time zone. */
    fullAt: z
      .string()
      .refine((time) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time), 'write a time of day, such as "02:30"')
      .nullable()
      .default(null),
    timeZone: z
      .string()
      .refine(isTimeZone, 'write a time zone as the IANA database names it, such as "Europe/Berlin" or "UTC"')
      .default("UTC"),
  })
  .refine(({ fullAt, fullEveryMinutes }) => fullAt === null || fullEveryMinutes === DAY_MINUTES, {
    path: ["fullAt"],
    message: "a time of day needs one full run a day: leave it out, or set fullEveryMinutes to 1440",
  });
export type Schedule = z.output<typeof scheduleSchema>;

const percent = (share: number) => Math.round(share * 100);

/** 100 % of the accounts, or a shrinking to 0 %, never comes to pass: so each is switched off. An empty selection always waits. */
export const brakeSchema = z.strictObject({
  sharePercent: wholeNumber(1, 100).default(percent(DEFAULT_BRAKE.share)),
  accounts: wholeNumber(0, 500_000).default(DEFAULT_BRAKE.least),
  shareOfFewPercent: wholeNumber(1, 100).default(percent(DEFAULT_BRAKE.shareOfFew)),
  shrunkToPercent: wholeNumber(0, 99).default(percent(DEFAULT_BRAKE.shrunkTo)),
});

export const DEFAULT_SCHEDULE: Schedule = scheduleSchema.parse({});
export const DEFAULT_LIMITS: BrakeLimits = brakeSchema.parse({});

/** As the line takes them. */
export function thresholdsOf(limits: BrakeLimits): BrakeThresholds {
  const { sharePercent, accounts, shareOfFewPercent, shrunkToPercent } = limits;
  return {
    share: sharePercent / 100,
    least: accounts,
    shareOfFew: shareOfFewPercent / 100,
    shrunkTo: shrunkToPercent / 100,
  };
}

export class SelfRunningError extends Error {
  override readonly name = "SelfRunningError";
  /** The setting that is wrong. */
  readonly field: string;

  constructor({ message, path }: z.core.$ZodIssue) {
    super(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`);
    this.field = path.join(".");
  }
}

/** @throws SelfRunningError */
export async function saveSchedule(
  db: Kysely<Tables>,
  wanted: z.input<typeof scheduleSchema>,
): Promise<void> {
  const { fullAt, timeZone, fullEveryMinutes, changesEveryMinutes } = checked(scheduleSchema, wanted);
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

/** @throws SelfRunningError */
export async function saveBrake(db: Kysely<Tables>, wanted: z.input<typeof brakeSchema>): Promise<void> {
  const limits = checked(brakeSchema, wanted);
  await db
    .updateTable("connection")
    .set({ brake: JSON.stringify(limits) })
    .execute();
}

function checked<S extends z.ZodType>(schema: S, wanted: z.input<S>): z.output<S> {
  const { data, error } = schema.safeParse(wanted);
  if (error) throw new SelfRunningError(error.issues[0]!);
  return data;
}

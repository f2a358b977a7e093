import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

const DAY_MINUTES = 24 * 60;

/** When runs start by themselves. */
export const schedule = z.object({
  /** From 5 to 1,440; null: changes are found by full runs only. */
  changesEveryMinutes: z.number().nullable(),
  /** From 60 to 1,440. */
  fullEveryMinutes: z.number(),
  /** Such as "02:30", by the clocks of `timeZone`, for one full run a day; null: so long after the last one began. */
  fullAt: z.string().max(100).nullable(),
  /** As the IANA database names it, such as "Europe/Berlin". A page loaded before there were zones says times in UTC. */
  timeZone: z.string().max(100).default("UTC"),
});
export type Schedule = z.infer<typeof schedule>;

/**
 * Whether the engine knows a zone of this name. Distances such as "+01:00" are no zones: newer engines take them, but
 * they follow no clock that changes, and the Node that reads them next may not know them.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** As a person may set it; what is left out has its default. */
export const scheduleInput = z
  .strictObject({
    changesEveryMinutes: wholeNumber(5, DAY_MINUTES).nullable().default(null),
    fullEveryMinutes: wholeNumber(60, DAY_MINUTES).default(DAY_MINUTES),
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

export const DEFAULT_SCHEDULE: Schedule = scheduleInput.parse({});

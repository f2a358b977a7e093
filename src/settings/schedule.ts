import { z } from "zod";
import { isTimeZone } from "./time-zone.ts";
import { wholeNumber } from "./whole-number.ts";

const DAY_MINUTES = 24 * 60;

/** When runs start automatically. */
export const schedule = z.object({
  /** From 5 to 1,440; null: only full runs find changes. */
  changesEveryMinutes: z.number().nullable(),
  /** From 60 to 1,440. */
  fullEveryMinutes: z.number(),
  /**
   * Such as "02:30", in `timeZone`, for one full run a day; null: `fullEveryMinutes` after the last
   * start.
   */
  fullAt: z.string().max(100).nullable(),
  /**
   * A name of the IANA database, such as "Europe/Berlin". Pages loaded before there were time zones
   * send UTC.
   */
  timeZone: z.string().max(100).default("UTC"),
});
export type Schedule = z.infer<typeof schedule>;

/** What a person may enter; what is left out gets its default. */
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

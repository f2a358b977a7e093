import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

/** When the plan of a run that nobody looks at waits for somebody. A selection without any account always does. */
export const brakeLimits = z.object({
  /** Of the synced accounts, from 1; 100 is never reached. */
  sharePercent: z.number(),
  /** … and more than so many accounts. */
  accounts: z.number(),
  /** The share that counts alone where the other would be fewer than `accounts`. */
  shareOfFewPercent: z.number(),
  /** Of what the selection had last time, up to 99; 0 is never reached. */
  shrunkToPercent: z.number(),
});
export type BrakeLimits = z.infer<typeof brakeLimits>;

/** As a person may set them; what is left out has its default. */
export const brakeInput = z.strictObject({
  sharePercent: wholeNumber(1, 100).default(20),
  accounts: wholeNumber(0, 500_000).default(500),
  shareOfFewPercent: wholeNumber(1, 100).default(50),
  shrunkToPercent: wholeNumber(0, 99).default(50),
});

export const DEFAULT_LIMITS: BrakeLimits = brakeInput.parse({});

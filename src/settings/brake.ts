import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

/** When an unattended plan needs approval. A selection without accounts always does. */
export const brakeLimits = z.object({
  /** Maximum share of the synced accounts that may change, from 1; 100 is never exceeded. */
  sharePercent: z.number(),
  /** A plan that changes fewer accounts than this passes, whatever their share. */
  accounts: z.number(),
  /** Maximum share where `sharePercent` of the synced accounts would be fewer than `accounts`. */
  shareOfFewPercent: z.number(),
  /** Minimum share of the accounts that the selection had last time, up to 99; 0 always passes. */
  shrunkToPercent: z.number(),
});
export type BrakeLimits = z.infer<typeof brakeLimits>;

/** What a person may enter; what is left out gets its default. */
export const brakeInput = z.strictObject({
  sharePercent: wholeNumber(1, 100).default(20),
  accounts: wholeNumber(0, 500_000).default(500),
  shareOfFewPercent: wholeNumber(1, 100).default(50),
  shrunkToPercent: wholeNumber(0, 99).default(50),
});

export const DEFAULT_BRAKE_LIMITS: BrakeLimits = brakeInput.parse({});

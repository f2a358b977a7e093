// Seed and number of tries of randomised tests: few tries from a fixed seed in `npm test`, all of
// them from a new seed in `npm run test:long`.

/** SLUICE_TEST_FULL is set by `npm run test:long`. */
export const isFull = process.env["SLUICE_TEST_FULL"] !== undefined;

/**
 * SLUICE_TEST_SEED, or a fixed one. Only the scheduling of processes still differs between
 * machines.
 */
export const SEED = Number(process.env["SLUICE_TEST_SEED"] ?? 20_260);

/** Returns `few` in `npm test`, and `all` in `npm run test:long`. */
export function fewOrAll(few: number, all: number): number {
  return isFull ? all : few;
}

/** Returns the parameters of a fast-check property. */
export function propertyRuns(few: number, all: number): { numRuns: number; seed: number } {
  return { numRuns: fewOrAll(few, all), seed: SEED };
}

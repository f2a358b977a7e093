// How much the tests do that try random things: a part of it in `npm test`, always from the same seed; all of it in
// `npm run test:long`, from a new one.

/** SLUICE_TEST_FULL is set by `npm run test:long`. */
export const isFull = process.env["SLUICE_TEST_FULL"] !== undefined;

/** SLUICE_TEST_SEED, or always the same. What still depends on the machine is when a process gets to run. */
export const SEED = Number(process.env["SLUICE_TEST_SEED"] ?? 20_260);

/** `few` in `npm test`, `all` in `npm run test:long`. */
export function fewOrAll(few: number, all: number): number {
  return isFull ? all : few;
}

/** The parameters of a property of fast-check. */
export function propertyRuns(few: number, all: number): { numRuns: number; seed: number } {
  return { numRuns: fewOrAll(few, all), seed: SEED };
}

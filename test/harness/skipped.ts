/**
 * Says in a line which test is skipped on this machine, and why. For `test.skipIf`.
 *
 * @param what what is not tested: "a full disk", say
 * @returns whether to skip
 */
export function skipped(what: string, isPossible: boolean, why: string): boolean {
  if (!isPossible) console.log(`Not run: the test of ${what}, since ${why}.`);
  return !isPossible;
}

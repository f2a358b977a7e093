/** For `test.skipIf`: prints a line for what is not tested on this machine. @param what "a full disk", say */
export function skipped(what: string, isPossible: boolean, why: string): boolean {
  if (!isPossible) console.log(`Not run: the test of ${what}, since ${why}.`);
  return !isPossible;
}

// Reads the arguments of the command line.
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly accounts: number;
  /** The number of rounds; figures are medians of them. */
  readonly repeat: number;
  readonly json: boolean;
  /** Measures memory at 500,000 accounts too, and reports bytes for each account beyond. */
  readonly memorySlope: boolean;
  readonly peer: boolean;
  /** The directory for a CPU profile of each measuring process. */
  readonly profile: string | undefined;
}

export const USAGE = `npm run bench -- [--accounts N] [--repeat N] [--json] [--memory-slope] [--no-peer] [--profile DIRECTORY]

  --accounts N       active accounts at the source; default 20000
  --repeat N         rounds of every measurement, of which the median counts; default 3
  --json             everything that was measured, as JSON
  --memory-slope     with more than 500,000 accounts: bytes that each account beyond 500,000 takes
  --no-peer          leave out the comparison with dynamics-web-api and row-by-row upserts
  --profile DIR      write a CPU profile of each measuring process into DIR`;

/** @returns a sentence when the arguments are invalid */
export function readOptions(args: readonly string[]): BenchOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        accounts: { type: "string", default: "20000" },
        repeat: { type: "string", default: "3" },
        json: { type: "boolean", default: false },
        "memory-slope": { type: "boolean", default: false },
        "no-peer": { type: "boolean", default: false },
        profile: { type: "string" },
      },
    });
    const accounts = wholeNumber(values.accounts);
    const repeat = wholeNumber(values.repeat);
    if (accounts === undefined) return `--accounts is "${values.accounts}". Write a whole number above 0.`;
    if (repeat === undefined) return `--repeat is "${values.repeat}". Write a whole number above 0.`;
    return {
      accounts,
      repeat,
      json: values.json,
      memorySlope: values["memory-slope"],
      peer: !values["no-peer"],
      profile: values.profile,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,7}$/.test(text) ? Number(text) : undefined;
}

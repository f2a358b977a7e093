// What every command is handed: settings, where its output goes, and the signal that ends it.
// Results go to standard output; progress and remarks go to standard error. With --json, standard output has one JSON
// document (or one a line, of an export) and nothing else.
import { once, type EventEmitter } from "node:events";
import { z } from "zod";
import type { Config } from "../config.ts";
import { createLog, type Log, type LogLevel } from "../lib/log.ts";
import { ProgressDisplay, CLEAR_LINE } from "./output/progress.ts";

/** A stream of Node, as far as commands need one. */
export interface Output extends EventEmitter {
  /** False: what was written waits for its reader, until "drain". */
  readonly write: (text: string) => boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface CommandContext {
  readonly config: Config;
  readonly json: boolean;
  /** The path given with --connection, or its default. */
  readonly connectionFile: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

/** The result, told to a person or to a machine. */
export function printResult(context: CommandContext, lines: readonly string[], document: unknown): void {
  context.stdout.write(context.json ? `${JSON.stringify(document)}\n` : `${lines.join("\n")}\n`);
}

/** A part of a long result. Resolves when the next one may come: not before a slow reader has taken this one. */
export async function writePart({ stdout, signal }: CommandContext, part: string): Promise<void> {
  if (!stdout.write(part)) await once(stdout, "drain", { signal });
}

export function printNote(context: CommandContext, line: string): void {
  context.stderr.write(`${line}\n`);
}

export function createProgressDisplay({ stderr }: CommandContext): ProgressDisplay {
  const target = {
    write: (text: string) => stderr.write(text),
    isTerminal: stderr.isTTY === true,
    // 0 where a pseudo-terminal was given no size.
    columns: stderr.columns || 80,
  };
  return new ProgressDisplay(target, () => performance.now());
}

/** How wide text for people is: the terminal, if that is what it goes to, and never too wide to read. */
export function outputColumns({ stdout }: CommandContext): number {
  return Math.min(stdout.isTTY === true ? (stdout.columns ?? 80) : 100, 110);
}

const logLine = z.object({ level: z.string(), message: z.string() });

/** Lines of JSON for whoever collects them; on a terminal the message alone, and above the progress line. */
export function createCommandLog({ config, stderr }: CommandContext, level: LogLevel = config.logLevel): Log {
  if (stderr.isTTY !== true)
    return createLog({ level, destination: { write: (line) => void stderr.write(line) } });
  return createLog({
    level,
    destination: {
      write: (line) => {
        const { level: lineLevel, message } = logLine.parse(JSON.parse(line));
        stderr.write(`${CLEAR_LINE}${lineLevel === "warn" ? "Note" : lineLevel}: ${message}\n`);
      },
    },
  });
}

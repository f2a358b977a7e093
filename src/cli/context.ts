// What every command gets: settings, output streams, and the signal that ends it. Results go to
// standard output, progress and notes to standard error. With --json, standard output has one JSON
// document (an export: one per line) and nothing else.
import { once, type EventEmitter } from "node:events";
import { z } from "zod";
import type { Config } from "../config.ts";
import { createLog, type Log, type LogLevel } from "../lib/log.ts";
import { ProgressDisplay, CLEAR_LINE } from "./output/progress.ts";

/** The part of a Node stream that commands use. */
export interface Output extends EventEmitter {
  /** Returns false if the text is buffered; "drain" is emitted when the reader has taken it. */
  readonly write: (text: string) => boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface CommandContext {
  readonly config: Config;
  readonly json: boolean;
  /** The path given by --connection, or its default. */
  readonly connectionFile: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

/** Prints the result, as text or as JSON. */
export function printResult(context: CommandContext, lines: readonly string[], document: unknown): void {
  context.stdout.write(context.json ? `${JSON.stringify(document)}\n` : `${lines.join("\n")}\n`);
}

/** Writes a part of a long result, and waits until a slow reader has taken it. */
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
    // It is 0 on a pseudo-terminal without a size.
    columns: stderr.columns || 80,
  };
  return new ProgressDisplay(target, () => performance.now());
}

/** Returns the width of text for people: that of the terminal, and at most what is easy to read. */
export function outputColumns({ stdout }: CommandContext): number {
  return Math.min(stdout.isTTY === true ? (stdout.columns ?? 80) : 100, 110);
}

const logLine = z.object({ level: z.string(), message: z.string() });

/**
 * Logs JSON lines for log collectors. On a terminal it prints only messages, above the progress
 * line.
 */
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

/** Waits until the command is told to stop. */
export async function untilStopped({ signal }: CommandContext): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

// The log: JSON lines through pino, with fields that may contain a secret redacted by name.
import { destination as fileDescriptor, pino } from "pino";
import type { DestinationStream, Logger } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** Pass an Error as `err`: it is written with its stack and causes. */
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Default: standard error, because standard output has a command's result. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = [
  "authorization",
  "Authorization",
  "cookie",
  "password",
  "secret",
  "clientSecret",
  "client_secret",
  "token",
  "accessToken",
  "access_token",
  "refreshToken",
  "refresh_token",
  "code_verifier",
  "DATABASE_URL",
  "databaseUrl",
];
// pino's `*` matches one level, so the levels that occur are listed (pino documentation,
// "Redaction").
const DEPTHS = ["", "*.", "*.*.", "*.*.*."];

export function createLog({ level, destination }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: DEPTHS.flatMap((depth) => SECRET_FIELDS.map((field) => depth + field)),
        censor: "[secret]",
      },
    },
    destination ?? fileDescriptor({ fd: 2, sync: true }),
  );
  return wrap(logger);
}

function wrap(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => {
      logger.debug(fields, message);
    },
    info: (message, fields = {}) => {
      logger.info(fields, message);
    },
    warn: (message, fields = {}) => {
      logger.warn(fields, message);
    },
    error: (message, fields = {}) => {
      logger.error(fields, message);
    },
    child: (fields) => wrap(logger.child(fields)),
  };
}

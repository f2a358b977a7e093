// Reads the values of a condition: how many its operator takes, and whether they are numbers.

import { invalidArgument, unparsableValue } from "./fetch-error.ts";
import { offsetOf } from "./literals.ts";
import type { LiteralContext } from "./literals.ts";
import type { Caller, QueryColumn, QueryStore, QueryTable } from "./query-store.ts";

/** What a query is executed with. */
export interface QueryEnvironment {
  readonly store: QueryStore;
  readonly caller: Caller;
  readonly now: Date;
}

export interface OperatorUse {
  readonly operator: string;
  readonly values: readonly string[];
  readonly table: QueryTable;
  readonly column: QueryColumn;
  readonly environment: QueryEnvironment;
}

export function wallNow(use: OperatorUse): number {
  return use.environment.now.getTime() + use.environment.caller.utcOffsetMinutes * 60_000;
}

export function literalContext(use: OperatorUse): LiteralContext {
  return {
    column: `${use.table.logicalName}.${use.column.logicalName}`,
    type: use.column.type,
    utcOffsetMinutes: offsetOf(use.column, use.environment.caller),
    nameOfTypeCode: (code) => use.environment.store.nameOfTypeCode?.(code),
  };
}

export function oneValue(use: OperatorUse): string {
  const [value] = use.values;
  if (value === undefined || use.values.length > 1) throw wrongValueCount(use, 1);
  return value;
}

export function wrongValueCount(use: OperatorUse, expected: number): Error {
  return invalidArgument(
    `The ConditionOperator.${use.operator} requires ${expected} value/s, not ${use.values.length}. ` +
      `Parameter Name: ${use.column.logicalName}.`,
  );
}

export function positiveNumber(use: OperatorUse): number {
  const value = numberAt(use, 0, 1);
  if (value <= 0) throw invalidArgument("The condition value should be greater than zero.");
  return value;
}

export function numberAt(use: OperatorUse, at: number, expected: number): number {
  const text = use.values[at];
  if (text === undefined || use.values.length !== expected) throw wrongValueCount(use, expected);
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text);
  throw unparsableValue(
    text,
    `${use.table.logicalName}.${use.column.logicalName}`,
    "System.Int32",
    "Input string was not in a correct format.",
  );
}

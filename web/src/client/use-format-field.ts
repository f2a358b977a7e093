// Formats values of custom fields with what only the server knows: teammates and the time zone.
import { formatField, type FieldFormat, type FieldValue } from "../format/fields.ts";
import { useTeammateName } from "./use-teammates.ts";
import { useWallClock } from "../session/use-wall-clock.ts";

export function useFormatField(): (field: FieldFormat, value: FieldValue) => string {
  const context = { teammateName: useTeammateName(), clock: useWallClock() };
  return (field, value) => formatField(field, value, context);
}

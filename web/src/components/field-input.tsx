// The input for a custom field's type. An empty input means no value. A time is entered by the
// workspace's clocks, and saved as a wall clock.
import { Select, TextInput } from "@mantine/core";
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { useTeammates } from "../client/use-teammates.ts";
import type { FieldValue } from "../format/fields.ts";
import { localDate, parseDate } from "../../../src/settings/dates.ts";
import { useWallClock } from "../session/use-wall-clock.ts";

type Props = {
  field: Pick<CustomFieldView, "name" | "type" | "dateFormat">;
  value: FieldValue;
  onChange: (value: string | number | boolean | null) => void;
  /** The field's name is shown elsewhere. */
  hideLabel?: boolean;
};

const BOOLEAN_OPTIONS = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

export function FieldInput({ field, value, onChange, hideLabel = false }: Props) {
  const teammates = useTeammates();
  const clock = useWallClock();
  const labelProps = hideLabel ? { "aria-label": field.name, autoFocus: true } : { label: field.name };
  const text = value === null || value === undefined ? "" : String(value);
  switch (field.type) {
    case "boolean":
      return (
        <Select
          {...labelProps}
          data={BOOLEAN_OPTIONS}
          value={text || null}
          clearable
          allowDeselect
          onChange={(chosen) => onChange(chosen === null ? null : chosen === "true")}
        />
      );
    case "teammate":
      return (
        <Select
          {...labelProps}
          data={teammates.map((one) => ({ value: String(one.id), label: one.name || one.email }))}
          value={text || null}
          searchable
          clearable
          allowDeselect
          onChange={(id) => onChange(id === null ? null : Number(id))}
        />
      );
    case "number":
      return (
        <TextInput
          {...labelProps}
          type="number"
          step="any"
          value={text}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === "" ? null : Number(currentTarget.value))
          }
        />
      );
    case "datetime": {
      const isDate = field.dateFormat === "date" || text.length === "2026-03-02".length;
      return (
        <TextInput
          {...labelProps}
          type={isDate ? "date" : "datetime-local"}
          step={1}
          value={localDate(text, clock).slice(0, isDate ? 10 : 19)}
          onChange={({ currentTarget }) => onChange(parseDate(currentTarget.value) ?? null)}
        />
      );
    }
    case "text":
      return (
        <TextInput
          {...labelProps}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
        />
      );
  }
}

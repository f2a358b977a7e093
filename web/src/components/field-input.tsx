// The input for a custom field's type. An empty input means no value.
import { Select, TextInput } from "@mantine/core";
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { useTeammates } from "../client/use-teammates.ts";
import type { FieldValue } from "../format/fields.ts";

type Props = {
  field: Pick<CustomFieldView, "name" | "type">;
  value: FieldValue;
  onChange: (value: string | number | boolean | null) => void;
  /** The field's name is shown elsewhere. */
  hideLabel?: boolean;
};

/** Converts a time to the format of `datetime-local`: the browser's local time, without a zone. */
function toDateTimeLocal(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const BOOLEAN_OPTIONS = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

export function FieldInput({ field, value, onChange, hideLabel = false }: Props) {
  const teammates = useTeammates();
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
    case "datetime":
      return (
        <TextInput
          {...labelProps}
          type="datetime-local"
          value={toDateTimeLocal(text)}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === "" ? null : new Date(currentTarget.value).toISOString())
          }
        />
      );
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

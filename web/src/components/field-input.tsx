// The input that fits a custom field's type. Nothing in it means no value.
import { Select, TextInput } from "@mantine/core";
import type { CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { useTeammates } from "../client/use-teammates.ts";
import type { FieldValue } from "../format/fields.ts";

type Properties = {
  field: Pick<CustomFieldView, "name" | "type">;
  value: FieldValue;
  onChange: (value: string | number | boolean | null) => void;
  /** Its name is already beside it. */
  unlabelled?: boolean;
};

/** A moment as `datetime-local` has it: the viewer's own clock, without a zone. */
function toLocal(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const YES_OR_NO = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

export function FieldInput({ field, value, onChange, unlabelled = false }: Properties) {
  const teammates = useTeammates();
  const name = unlabelled ? { "aria-label": field.name, autoFocus: true } : { label: field.name };
  const text = value === null || value === undefined ? "" : String(value);
  switch (field.type) {
    case "boolean":
      return (
        <Select
          {...name}
          data={YES_OR_NO}
          value={text || null}
          clearable
          allowDeselect
          onChange={(chosen) => onChange(chosen === null ? null : chosen === "true")}
        />
      );
    case "teammate":
      return (
        <Select
          {...name}
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
          {...name}
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
          {...name}
          type="datetime-local"
          value={toLocal(text)}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === "" ? null : new Date(currentTarget.value).toISOString())
          }
        />
      );
    case "text":
      return (
        <TextInput
          {...name}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
        />
      );
  }
}

// Filters of the list: a form that adds one, and a chip for each.
import { Button, CloseButton, Popover, Select, TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { AccountFilter, CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { useFormatField } from "../client/use-format-field.ts";
import { useTeammates } from "../client/use-teammates.ts";
import styles from "./accounts.module.css";

type Type = CustomFieldView["type"];
type Condition = AccountFilter["is"];

const CONDITION_LABELS: Record<Condition, string> = {
  contains: "contains",
  equals: "is",
  above: "is above",
  below: "is below",
  filled: "is not empty",
  empty: "is empty",
};

const CONDITIONS_BY_TYPE: Record<Type, readonly Condition[]> = {
  text: ["contains", "equals", "filled", "empty"],
  number: ["equals", "above", "below", "filled", "empty"],
  boolean: ["equals", "filled", "empty"],
  datetime: ["equals", "above", "below", "filled", "empty"],
  teammate: ["equals", "filled", "empty"],
};

type FilterField = { readonly id: string; readonly label: string; readonly type: Type };

function filterFields(fields: readonly CustomFieldView[]): readonly FilterField[] {
  return [
    { id: "name", label: "Name", type: "text" },
    { id: "domain", label: "Domain", type: "text" },
    { id: "description", label: "Description", type: "text" },
    { id: "externalId", label: "Dynamics 365 id", type: "text" },
    ...fields.map(({ id, name, type }) => ({ id: String(id), label: name, type })),
  ];
}

/** Dates are "before" and "after", numbers "below" and "above". */
function formatCondition(condition: Condition, type: Type): string {
  if (type === "datetime" && condition === "above") return "is after";
  if (type === "datetime" && condition === "below") return "is before";
  return CONDITION_LABELS[condition];
}

function takesValue(condition: Condition): boolean {
  return condition !== "empty" && condition !== "filled";
}

type ValueProps = { type: Type; value: string; onChange: (value: string) => void };

function ValueInput({ type, value, onChange }: ValueProps) {
  const teammates = useTeammates();
  const choices =
    type === "boolean"
      ? [
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ]
      : teammates.map(({ id, name, email }) => ({ value: String(id), label: name || email }));
  if (type === "boolean" || type === "teammate")
    return (
      <Select
        label="Value"
        data={choices}
        value={value || null}
        searchable={type === "teammate"}
        required
        comboboxProps={{ withinPortal: false }}
        onChange={(chosen) => onChange(chosen ?? "")}
      />
    );
  const inputType = { text: "text", number: "number", datetime: "date" }[type];
  return (
    <TextInput
      label="Value"
      type={inputType}
      step="any"
      value={value}
      required
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

type Props = {
  fields: readonly CustomFieldView[];
  filters: readonly AccountFilter[];
  onChange: (filters: AccountFilter[]) => void;
};

export function AddFilter({ fields, filters, onChange }: Props) {
  const choices = filterFields(fields);
  const [opened, setOpened] = useState(false);
  const [field, setField] = useState<FilterField>({ id: "name", label: "Name", type: "text" });
  const [condition, setCondition] = useState<Condition>("contains");
  const [value, setValue] = useState("");

  const choose = (id: string | null) => {
    const chosen = choices.find((one) => one.id === id);
    if (!chosen) return;
    setField(chosen);
    setCondition(CONDITIONS_BY_TYPE[chosen.type][0] ?? "filled");
    setValue("");
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    onChange([...filters, { field: field.id, is: condition, value: takesValue(condition) ? value : "" }]);
    setOpened(false);
    setValue("");
  };

  return (
    <Popover opened={opened} onChange={setOpened} width={280} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={15} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={add} style={{ display: "grid", gap: 10 }}>
          <Select
            label="Field"
            data={choices.map(({ id, label }) => ({ value: id, label }))}
            value={field.id}
            searchable
            comboboxProps={{ withinPortal: false }}
            onChange={choose}
          />
          <Select
            label="Condition"
            data={CONDITIONS_BY_TYPE[field.type].map((one) => ({
              value: one,
              label: formatCondition(one, field.type),
            }))}
            value={condition}
            comboboxProps={{ withinPortal: false }}
            onChange={(chosen) => setCondition(chosen ?? "filled")}
          />
          {takesValue(condition) && <ValueInput type={field.type} value={value} onChange={setValue} />}
          <Button type="submit">Add filter</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

export function FilterChips({ fields, filters, onChange }: Props) {
  const choices = filterFields(fields);
  const formatField = useFormatField();
  if (filters.length === 0) return null;
  const formatFilter = ({ field, is, value }: AccountFilter): string => {
    const { label, type } = choices.find(({ id }) => id === field) ?? {
      label: fields.length === 0 ? "…" : "A deleted field",
      type: "text",
    };
    const valueText = takesValue(is) ? ` ${formatField({ type }, value)}` : "";
    return `${label} ${formatCondition(is, type)}${valueText}`;
  };
  return (
    <ul className={styles.chips} aria-label="Filters">
      {filters.map((filter) => (
        <li key={JSON.stringify(filter)} className={styles.chip}>
          {formatFilter(filter)}
          <CloseButton
            size="xs"
            aria-label={`Remove the filter: ${formatFilter(filter)}`}
            onClick={() => onChange(filters.filter((other) => other !== filter))}
          />
        </li>
      ))}
    </ul>
  );
}

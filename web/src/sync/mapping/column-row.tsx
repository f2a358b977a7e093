// One column of Dynamics 365 with a sample value, and the fields it is mapped to.
import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../../../src/api/contract/connection.ts";
import { ApiError } from "../../client/call-route.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import {
  targetKey,
  targetLabel,
  newFieldTypes,
  targetOptions,
  targetsOf,
  type MappingEdit,
  type Mapping,
  type TargetOption,
  type MappingEntry,
} from "./mapping.ts";
import styles from "./mapping.module.css";
import { NewField } from "./new-field.tsx";

type Props = {
  column: ColumnView;
  mapping: Mapping;
  fields: readonly CustomFieldView[];
  labelOfColumn: (logicalName: string) => string;
  onEdit: (edit: MappingEdit) => void;
};

const NEW_FIELD = "new";

export function ColumnRow({ column, mapping, fields, labelOfColumn, onEdit }: Props) {
  const [isCreating, setIsCreating] = useState(false);
  const targets = targetsOf(mapping, column.logicalName);
  const options = targetOptions(column, mapping, fields);
  const canCreateField = newFieldTypes(column).length > 0;
  const onChoose = (key: string) => {
    if (key === NEW_FIELD) return setIsCreating(true);
    const option = [...options.account, ...options.custom].find(({ target }) => targetKey(target) === key);
    if (option) onEdit({ kind: "map", entries: [{ column: column.logicalName, target: option.target }] });
  };
  const renderOption = ({ target, label, replaces }: TargetOption) => (
    <option key={targetKey(target)} value={targetKey(target)}>
      {label}
      {replaces !== null && `, replacing ${labelOfColumn(replaces)}`}
    </option>
  );
  return (
    <li className={styles.column}>
      <div className={styles.columnName}>
        <div className={styles.label}>{column.label}</div>
        <div className={styles.muted}>
          {column.type} · <code>{column.logicalName}</code>
        </div>
      </div>
      <div className={styles.sample} title={column.sample ?? undefined}>
        {column.sample ?? "–"}
      </div>
      <div className={styles.targets}>
        {targets.map((target) => (
          <span key={targetKey(target)} className={styles.target}>
            {targetLabel(target)}
            {target.kind === "name" ? (
              <small>required</small>
            ) : (
              <ActionIcon
                size="xs"
                aria-label={`Do not sync ${column.label} to ${targetLabel(target)}`}
                onClick={() => onEdit({ kind: "unmap", entry: { column: column.logicalName, target } })}
              >
                <IconX size={13} aria-hidden />
              </ActionIcon>
            )}
          </span>
        ))}
        {(options.account.length > 0 || options.custom.length > 0 || canCreateField) && (
          <NativeSelect
            className={styles.select ?? ""}
            size="xs"
            aria-label={`Sync ${column.label} to`}
            value=""
            onChange={(event) => onChoose(event.currentTarget.value)}
          >
            <option value="">{targets.length > 0 ? "Also to…" : "Not synced"}</option>
            {options.account.length > 0 && (
              <optgroup label="Account">{options.account.map(renderOption)}</optgroup>
            )}
            {(options.custom.length > 0 || canCreateField) && (
              <optgroup label="Custom fields">
                {options.custom.map(renderOption)}
                {canCreateField && <option value={NEW_FIELD}>New field…</option>}
              </optgroup>
            )}
          </NativeSelect>
        )}
        {column.reason !== null && <p className={styles.reason}>{column.reason}</p>}
      </div>
      {isCreating && (
        <NewField
          column={column}
          onCreated={(field) => {
            setIsCreating(false);
            const target = { kind: field.type, field: field.name };
            onEdit({ kind: "map", entries: [{ column: column.logicalName, target }] });
          }}
          onCancel={() => setIsCreating(false)}
        />
      )}
    </li>
  );
}

/** Replaces a column that is mapped and no longer exists in Dynamics 365. */
export function MissingColumnAlert({
  entry,
  onEdit,
}: {
  entry: MappingEntry;
  onEdit: (edit: MappingEdit) => void;
}) {
  const { column, target } = entry;
  const label = targetLabel(target);
  const message =
    target.kind === "name"
      ? `The column ${column}, mapped to Name, no longer exists in Dynamics 365. ` +
        "Nothing is synced until another column is mapped to Name."
      : `The column ${column}, mapped to ${label}, no longer exists in Dynamics 365. ` +
        `Map another column to ${label}, or remove this mapping; accounts keep their last values.`;
  return (
    <div className={styles.alert}>
      <ErrorAlert error={new ApiError(400, "field-not-found", message)}>
        {target.kind !== "name" && (
          <Button variant="default" onClick={() => onEdit({ kind: "unmap", entry })}>
            Remove the mapping of {column}
          </Button>
        )}
      </ErrorAlert>
    </div>
  );
}

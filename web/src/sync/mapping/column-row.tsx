// One column of Dynamics 365: what it is called and holds, and the fields here it goes to.
import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../../../src/api/contract/connection.ts";
import { Refused } from "../../client/call-route.ts";
import { Problem } from "../../components/error-alert.tsx";
import {
  keyOf,
  labelOf,
  newFieldTypes,
  offersFor,
  targetsOf,
  type Edit,
  type Mapping,
  type Offer,
  type Pair,
} from "./mapping.ts";
import styles from "./mapping.module.css";
import { NewField } from "./new-field.tsx";

type Properties = {
  column: ColumnView;
  mapping: Mapping;
  fields: readonly CustomFieldView[];
  labelOfColumn: (logicalName: string) => string;
  onEdit: (edit: Edit) => void;
};

const NEW = "new";

export function ColumnRow({ column, mapping, fields, labelOfColumn, onEdit }: Properties) {
  const [making, setMaking] = useState(false);
  const targets = targetsOf(mapping, column.logicalName);
  const offers = offersFor(column, mapping, fields);
  const mayBeNew = newFieldTypes(column).length > 0;
  const choose = (key: string) => {
    if (key === NEW) return setMaking(true);
    const offer = [...offers.account, ...offers.custom].find(({ target }) => keyOf(target) === key);
    if (offer) onEdit({ do: "map", pairs: [{ column: column.logicalName, target: offer.target }] });
  };
  const option = ({ target, label, insteadOf }: Offer) => (
    <option key={keyOf(target)} value={keyOf(target)}>
      {label}
      {insteadOf !== null && `, instead of ${labelOfColumn(insteadOf)}`}
    </option>
  );
  return (
    <li className={styles.column} data-mapped={targets.length > 0 || undefined}>
      <div className={styles.what}>
        <div className={styles.label}>{column.label}</div>
        <div className={styles.soft}>
          {column.type} · <code>{column.logicalName}</code>
        </div>
      </div>
      <div className={styles.sample} title={column.sample ?? undefined}>
        {column.sample ?? "–"}
      </div>
      <div className={styles.targets}>
        {targets.map((target) => (
          <span key={keyOf(target)} className={styles.target}>
            {labelOf(target)}
            {target.kind === "name" ? (
              <small>always</small>
            ) : (
              <ActionIcon
                size="xs"
                aria-label={`Do not sync ${column.label} to ${labelOf(target)}`}
                onClick={() => onEdit({ do: "unmap", pair: { column: column.logicalName, target } })}
              >
                <IconX size={13} aria-hidden />
              </ActionIcon>
            )}
          </span>
        ))}
        {(offers.account.length > 0 || offers.custom.length > 0 || mayBeNew) && (
          <NativeSelect
            className={styles.select ?? ""}
            size="xs"
            aria-label={`Sync ${column.label} to`}
            value=""
            onChange={(event) => choose(event.currentTarget.value)}
          >
            <option value="">{targets.length > 0 ? "Also to…" : "Not synced"}</option>
            {offers.account.length > 0 && <optgroup label="Account">{offers.account.map(option)}</optgroup>}
            {(offers.custom.length > 0 || mayBeNew) && (
              <optgroup label="Custom fields">
                {offers.custom.map(option)}
                {mayBeNew && <option value={NEW}>New field…</option>}
              </optgroup>
            )}
          </NativeSelect>
        )}
        {column.reason !== null && <p className={styles.reason}>{column.reason}</p>}
      </div>
      {making && (
        <NewField
          column={column}
          onMade={(field) => {
            setMaking(false);
            const target = { kind: field.type, field: field.name };
            onEdit({ do: "map", pairs: [{ column: column.logicalName, target }] });
          }}
          onCancel={() => setMaking(false)}
        />
      )}
    </li>
  );
}

/** A mapping whose column Dynamics 365 does not have any more. */
export function LostRow({ pair, onEdit }: { pair: Pair; onEdit: (edit: Edit) => void }) {
  const { column, target } = pair;
  const what = labelOf(target);
  const sentence =
    target.kind === "name"
      ? `The column ${column}, mapped to Name, is no longer in Dynamics 365. Nothing is synced until another column is mapped to Name: choose one below.`
      : `The column ${column}, mapped to ${what}, is no longer in Dynamics 365. Map another column to ${what}, or remove this mapping; the accounts keep the last values.`;
  return (
    <div className={styles.lost}>
      <Problem error={new Refused(400, "field-not-found", sentence)}>
        {target.kind !== "name" && (
          <Button variant="default" onClick={() => onEdit({ do: "unmap", pair })}>
            Remove the mapping of {column}
          </Button>
        )}
      </Problem>
    </div>
  );
}

// Creates a custom field for a column. Only company admins may; others see whom to ask.
import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { accountRoutes, type CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { useTeammates } from "../../client/use-teammates.ts";
import { useHasAccess } from "../../session/session.ts";
import { FIELD_TYPE_NAMES } from "../../format/fields.ts";
import { newFieldTypes } from "./mapping.ts";
import styles from "./mapping.module.css";

type Props = {
  column: ColumnView;
  onCreated: (field: CustomFieldView) => void;
  onCancel: () => void;
};

export function NewField({ column, onCreated, onCancel }: Props) {
  const isAllowed = useHasAccess("company-admin");
  return isAllowed ? (
    <NewFieldForm column={column} onCreated={onCreated} onCancel={onCancel} />
  ) : (
    <AskAdmin onCancel={onCancel} />
  );
}

function NewFieldForm({ column, onCreated, onCancel }: Props) {
  const types = newFieldTypes(column);
  const [name, setName] = useState(column.label);
  const [type, setType] = useState(preferredType(types));
  const create = useRouteMutation(accountRoutes.createField, [accountRoutes.listFields]);
  return (
    <form
      className={styles.newField}
      aria-label={`New field for ${column.label}`}
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ body: { name, type } }, { onSuccess: ({ field }) => onCreated(field) });
      }}
    >
      <TextInput
        label="Name of the new field"
        // Escape closes this form and not the modal around it.
        data-mantine-stop-propagation
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
        }}
        autoFocus
        required
        maxLength={100}
        value={name}
        error={create.error?.message}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label="Type (cannot be changed later)"
        value={type}
        onChange={(event) => setType(types.find((one) => one === event.currentTarget.value) ?? type)}
        data={types.map((value) => ({ value, label: FIELD_TYPE_NAMES[value] }))}
      />
      <Group gap="xs">
        <Button type="submit" loading={create.isPending}>
          Create and map field
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}

/** The column's own type; text, which takes any column, only if it has no other. */
function preferredType(types: readonly CustomFieldView["type"][]): CustomFieldView["type"] {
  return types.find((type) => type !== "text") ?? "text";
}

function AskAdmin({ onCancel }: { onCancel: () => void }) {
  const admins = useTeammates()
    .filter(({ role, state }) => role === "company-admin" && state === "active")
    .map(({ name, email }) => (name === "" ? email : `${name} (${email})`));
  return (
    <div className={styles.newField} role="status">
      <p>
        Only a company admin can create custom fields
        {admins.length > 0
          ? `: ask ${new Intl.ListFormat("en", { type: "disjunction" }).format(admins)}.`
          : "."}
      </p>
      <Button variant="default" onClick={onCancel}>
        Close
      </Button>
    </div>
  );
}

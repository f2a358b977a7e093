// Creates or renames a custom field. The type of a field never changes.
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { accountRoutes, fieldTypes, type CustomFieldView } from "../../../src/api/contract/accounts.ts";
import type { Route } from "../../../src/api/contract/route.ts";
import { useRouteMutation } from "../client/queries.ts";
import { ErrorAlert } from "../components/error-alert.tsx";
import { FIELD_TYPE_NAMES } from "../format/fields.ts";

type Props = {
  /** "new" creates a field; null closes the dialog. */
  field: CustomFieldView | "new" | null;
  invalidates: readonly Route[];
  onClose: () => void;
};

const TYPES = fieldTypes.map((value) => ({ value, label: FIELD_TYPE_NAMES[value] }));

type FormProps = Omit<Props, "field"> & { existing: CustomFieldView | undefined };

function Form({ existing, invalidates, onClose }: FormProps) {
  const create = useRouteMutation(accountRoutes.createField, invalidates);
  const edit = useRouteMutation(accountRoutes.editField, invalidates);
  const error = create.error ?? edit.error;
  const [name, setName] = useState(existing?.name ?? "");
  const [type, setType] = useState(existing?.type ?? "text");
  const [description, setDescription] = useState(existing?.description ?? "");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const onSuccess = { onSuccess: onClose };
    if (existing) edit.mutate({ params: { id: existing.id }, body: { name, description } }, onSuccess);
    else create.mutate({ body: { name, type, description } }, onSuccess);
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {error && <ErrorAlert error={error} />}
        <TextInput
          label="Name"
          required
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Type"
          description="The type cannot be changed later."
          data={TYPES}
          value={type}
          disabled={existing !== undefined}
          onChange={(chosen) => setType(chosen ?? "text")}
        />
        <TextInput
          label="Description"
          description="Explains the field to your teammates."
          maxLength={500}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending || edit.isPending}>
            {existing ? "Save field" : "Create field"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function FieldForm({ field, ...rest }: Props) {
  const existing = field === "new" || field === null ? undefined : field;
  return (
    <Modal
      opened={field !== null}
      onClose={rest.onClose}
      title={existing ? `Edit ${existing.name}` : "New field"}
    >
      <Form existing={existing} {...rest} />
    </Modal>
  );
}

// Making a custom field, or renaming one. Its type never changes.
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { accountRoutes, fieldTypes, type CustomFieldView } from "../../../src/api/contract/accounts.ts";
import type { Route } from "../../../src/api/contract/route.ts";
import { useCall } from "../client/queries.ts";
import { Problem } from "../components/error-alert.tsx";
import { TYPE_NAMES } from "../format/fields.ts";

type Properties = {
  /** "new" for one to make; null while there is none to change. */
  field: CustomFieldView | "new" | null;
  stale: readonly Route[];
  onClose: () => void;
};

const TYPES = fieldTypes.map((value) => ({ value, label: TYPE_NAMES[value] }));

type FormProperties = Omit<Properties, "field"> & { present: CustomFieldView | undefined };

function Form({ present, stale, onClose }: FormProperties) {
  const create = useCall(accountRoutes.createField, stale);
  const edit = useCall(accountRoutes.editField, stale);
  const error = create.error ?? edit.error;
  const [name, setName] = useState(present?.name ?? "");
  const [type, setType] = useState(present?.type ?? "text");
  const [description, setDescription] = useState(present?.description ?? "");

  const send = (event: FormEvent) => {
    event.preventDefault();
    const done = { onSuccess: onClose };
    if (present) edit.mutate({ params: { id: present.id }, body: { name, description } }, done);
    else create.mutate({ body: { name, type, description } }, done);
  };

  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        {error && <Problem error={error} />}
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
          description="A field keeps its type for good."
          data={TYPES}
          value={type}
          disabled={present !== undefined}
          onChange={(chosen) => setType(chosen ?? "text")}
        />
        <TextInput
          label="Description"
          description="What belongs in it, for your teammates."
          maxLength={500}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending || edit.isPending}>
            {present ? "Save field" : "Create field"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function FieldForm({ field, ...rest }: Properties) {
  const present = field === "new" || field === null ? undefined : field;
  return (
    <Modal
      opened={field !== null}
      onClose={rest.onClose}
      title={present ? `Change ${present.name}` : "New field"}
    >
      <Form present={present} {...rest} />
    </Modal>
  );
}

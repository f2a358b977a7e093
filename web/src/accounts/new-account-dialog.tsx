// Creates an account by hand.
import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { accountRoutes, type CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { useRouteMutation } from "../client/queries.ts";
import { FieldInput } from "../components/field-input.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import type { FieldValue } from "../format/fields.ts";

type Props = { opened: boolean; onClose: () => void; fields: readonly CustomFieldView[] };

function Form({ onClose, fields }: Omit<Props, "opened">) {
  const navigate = useNavigate();
  const create = useRouteMutation(accountRoutes.createAccount, [
    accountRoutes.listAccounts,
    accountRoutes.countAccounts,
  ]);
  const [name, setName] = useState("");
  const [domains, setDomains] = useState<string[]>([]);
  const [description, setDescription] = useState("");
  const [values, setValues] = useState<Record<string, Exclude<FieldValue, undefined>>>({});

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { body: { name, domains, description: description || null, fields: values } },
      {
        onSuccess: ({ account }) =>
          void navigate({ to: "/contacts/accounts/$id", params: { id: String(account.id) } }),
      },
    );
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {create.error && <ErrorAlert error={create.error} />}
        <TextInput
          label="Name"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TagsInput
          label="Domains"
          description="Domains, e-mail addresses or websites; Enter adds one. A domain belongs to one account."
          value={domains}
          acceptValueOnBlur
          onChange={setDomains}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={6}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {fields.map((field) => (
          <FieldInput
            key={field.id}
            field={field}
            value={values[field.id]}
            onChange={(value) => setValues((before) => ({ ...before, [field.id]: value }))}
          />
        ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create account
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function NewAccountDialog({ opened, onClose, fields }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New account">
      <Form onClose={onClose} fields={fields} />
    </Modal>
  );
}

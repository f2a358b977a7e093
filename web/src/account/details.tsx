// Shows the fields of an account in two columns. Synced fields link to Dynamics 365; the others are
// edited in place.
import { TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import {
  accountRoutes,
  type AccountDetails,
  type CustomFieldView,
} from "../../../src/api/contract/accounts.ts";
import type { RouteRequest } from "../../../src/api/contract/route.ts";
import { useRouteMutation } from "../client/queries.ts";
import { useFormatField } from "../client/use-format-field.ts";
import { FieldInput } from "../components/field-input.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import type { FieldValue } from "../format/fields.ts";
import { FieldRow } from "./field-row.tsx";
import { ORIGIN_LABELS } from "./labels.ts";
import styles from "./account.module.css";

type EditBody = RouteRequest<typeof accountRoutes.editAccount>["body"];
type Props = { account: AccountDetails; fields: readonly CustomFieldView[] };

/** Holds the value being edited, by the field's key. One field is edited at a time. */
function useDraft(account: AccountDetails) {
  const [draft, setDraft] = useState<EditBody>({});
  const edit = useRouteMutation(accountRoutes.editAccount, [
    accountRoutes.getAccount,
    accountRoutes.getHistory,
    accountRoutes.listAccounts,
  ]);
  const save = () => edit.mutateAsync({ params: { id: account.id }, body: draft });
  const startEdit = (body: EditBody) => () => {
    edit.reset();
    setDraft(body);
  };
  return { draft, setDraft, save, startEdit, error: edit.error };
}

function syncSource({ link }: AccountDetails, key: string) {
  if (!link?.synced.includes(key)) return undefined;
  return { url: link.url, columns: link.columns[key] ?? [] };
}

type Row = {
  readonly key: string;
  readonly name: string;
  readonly value: ReactNode;
  readonly isEmpty: boolean;
  readonly multiline?: boolean;
  /** The request that would save the present value. */
  readonly body: EditBody;
  readonly input: ReactNode;
};

function standardRows(account: AccountDetails, draft: EditBody, setDraft: (draft: EditBody) => void): Row[] {
  return [
    {
      key: "name",
      name: "Name",
      value: account.name,
      isEmpty: false,
      body: { name: account.name },
      input: (
        <TextInput
          aria-label="Name"
          autoFocus
          value={draft.name ?? ""}
          onChange={(event) => setDraft({ name: event.currentTarget.value })}
        />
      ),
    },
    {
      key: "domains",
      name: "Domains",
      value: account.domains.join(", "),
      isEmpty: account.domains.length === 0,
      multiline: true,
      body: { domains: account.domains },
      input: (
        <TagsInput
          aria-label="Domains"
          description="Domains, e-mail addresses or websites; Enter adds one."
          autoFocus
          acceptValueOnBlur
          value={draft.domains ?? []}
          onChange={(domains) => setDraft({ domains })}
        />
      ),
    },
    {
      key: "description",
      name: "Description",
      value: <span className={styles.multiline}>{account.description}</span>,
      isEmpty: !account.description,
      multiline: true,
      body: { description: account.description },
      input: (
        <Textarea
          aria-label="Description"
          autoFocus
          autosize
          maxRows={12}
          value={draft.description ?? ""}
          onChange={(event) => setDraft({ description: event.currentTarget.value || null })}
        />
      ),
    },
  ];
}

export function Details({ account, fields }: Props) {
  const { draft, setDraft, save, startEdit, error } = useDraft(account);
  const formatField = useFormatField();
  const customRows = fields.map((field): Row => {
    const value: FieldValue = account.fields[field.id];
    const text = formatField(field, value);
    return {
      key: String(field.id),
      name: field.name,
      value: text,
      isEmpty: text === "",
      body: { fields: { [field.id]: value ?? null } },
      input: (
        <FieldInput
          hideLabel
          field={field}
          value={draft.fields?.[field.id]}
          onChange={(changed) => setDraft({ fields: { [field.id]: changed } })}
        />
      ),
    };
  });
  const rows = [...standardRows(account, draft, setDraft), ...customRows];
  return (
    <div>
      {error && <ErrorAlert error={error} />}
      <dl className={styles.fields}>
        {rows.map(({ key, name, value, isEmpty, multiline = false, body, input }) => (
          <FieldRow
            key={key}
            name={name}
            isEmpty={isEmpty}
            synced={syncSource(account, key)}
            multiline={multiline}
            edit={{ startEdit: startEdit(body), save, input }}
          >
            {value}
          </FieldRow>
        ))}
      </dl>
      <p className={styles.footnote}>
        Created by {ORIGIN_LABELS[account.origin]} <RelativeTime at={account.createdAt} />, changed{" "}
        <RelativeTime at={account.updatedAt} />.
        {account.externalId !== null && (
          <>
            {" "}
            External ID <code>{account.externalId}</code>.
          </>
        )}
      </p>
    </div>
  );
}

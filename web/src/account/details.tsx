// Shows the fields of an account in two columns. Synced fields link to Dynamics 365; the others are
// edited in place.
import { TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import {
  accountRoutes,
  type AccountDetails,
  type CustomFieldView,
} from "../../../src/api/contract/accounts.ts";
import type { RouteRequest } from "../../../src/api/contract/route.ts";
import { useRouteMutation } from "../client/queries.ts";
import { useTeammateName } from "../client/use-teammates.ts";
import { FieldInput } from "../components/field-input.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { formatField, type FieldValue } from "../format/fields.ts";
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

export function Details({ account, fields }: Props) {
  const { draft, setDraft, save, startEdit, error } = useDraft(account);
  const teammateName = useTeammateName();
  const valueOf = (field: CustomFieldView): FieldValue => account.fields[field.id];
  return (
    <div>
      {error && <ErrorAlert error={error} />}
      <dl className={styles.fields}>
        <FieldRow
          name="Name"
          isEmpty={false}
          synced={syncSource(account, "name")}
          edit={{
            startEdit: startEdit({ name: account.name }),
            save,
            input: (
              <TextInput
                aria-label="Name"
                autoFocus
                value={draft.name ?? ""}
                onChange={(event) => setDraft({ name: event.currentTarget.value })}
              />
            ),
          }}
        >
          {account.name}
        </FieldRow>
        <FieldRow
          name="Domains"
          isEmpty={account.domains.length === 0}
          synced={syncSource(account, "domains")}
          multiline
          edit={{
            startEdit: startEdit({ domains: account.domains }),
            save,
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
          }}
        >
          {account.domains.join(", ")}
        </FieldRow>
        <FieldRow
          name="Description"
          isEmpty={!account.description}
          synced={syncSource(account, "description")}
          multiline
          edit={{
            startEdit: startEdit({ description: account.description }),
            save,
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
          }}
        >
          <span className={styles.multiline}>{account.description}</span>
        </FieldRow>
        {fields.map((field) => {
          const text = formatField(field.type, valueOf(field), teammateName);
          return (
            <FieldRow
              key={field.id}
              name={field.name}
              isEmpty={text === ""}
              synced={syncSource(account, String(field.id))}
              edit={{
                startEdit: startEdit({ fields: { [field.id]: valueOf(field) ?? null } }),
                save,
                input: (
                  <FieldInput
                    hideLabel
                    field={field}
                    value={draft.fields?.[field.id]}
                    onChange={(value) => setDraft({ fields: { [field.id]: value } })}
                  />
                ),
              }}
            >
              {text}
            </FieldRow>
          );
        })}
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

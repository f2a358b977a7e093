// The fields of an account in two columns. What Dynamics 365 decides is marked and changed there; the rest is changed here.
import { TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import {
  accountRoutes,
  type AccountDetails,
  type CustomFieldView,
} from "../../../src/api/contract/accounts.ts";
import type { RouteRequest } from "../../../src/api/contract/route.ts";
import { useCall } from "../client/queries.ts";
import { useTeammateName } from "../client/use-teammates.ts";
import { FieldInput } from "../components/field-input.tsx";
import { Moment } from "../components/relative-time.tsx";
import { Problem } from "../components/error-alert.tsx";
import { fieldInWords, type FieldValue } from "../format/fields.ts";
import { FieldRow } from "./field-row.tsx";
import { ORIGINS } from "./labels.ts";
import styles from "./account.module.css";

type Body = RouteRequest<typeof accountRoutes.editAccount>["body"];
type Properties = { account: AccountDetails; fields: readonly CustomFieldView[] };

/** What is being typed into one field, by the field's key; one at a time is enough. */
function useDraft(account: AccountDetails) {
  const [draft, setDraft] = useState<Body>({});
  const edit = useCall(accountRoutes.editAccount, [
    accountRoutes.getAccount,
    accountRoutes.getHistory,
    accountRoutes.listAccounts,
  ]);
  const save = () => edit.mutateAsync({ params: { id: account.id }, body: draft });
  const begin = (body: Body) => () => {
    edit.reset();
    setDraft(body);
  };
  return { draft, setDraft, save, begin, error: edit.error };
}

function syncedPart({ link }: AccountDetails, key: string) {
  if (!link?.synced.includes(key)) return undefined;
  return { url: link.url, columns: link.columns[key] ?? [] };
}

export function Details({ account, fields }: Properties) {
  const { draft, setDraft, save, begin, error } = useDraft(account);
  const nameOf = useTeammateName();
  const valueOf = (field: CustomFieldView): FieldValue => account.fields[field.id];
  return (
    <div>
      {error && <Problem error={error} />}
      <dl className={styles.fields}>
        <FieldRow
          name="Name"
          isEmpty={false}
          synced={syncedPart(account, "name")}
          edit={{
            begin: begin({ name: account.name }),
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
          synced={syncedPart(account, "domains")}
          manyLines
          edit={{
            begin: begin({ domains: account.domains }),
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
          synced={syncedPart(account, "description")}
          manyLines
          edit={{
            begin: begin({ description: account.description }),
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
          <span className={styles.prose}>{account.description}</span>
        </FieldRow>
        {fields.map((field) => {
          const words = fieldInWords(field.type, valueOf(field), nameOf);
          return (
            <FieldRow
              key={field.id}
              name={field.name}
              isEmpty={words === ""}
              synced={syncedPart(account, String(field.id))}
              edit={{
                begin: begin({ fields: { [field.id]: valueOf(field) ?? null } }),
                save,
                input: (
                  <FieldInput
                    unlabelled
                    field={field}
                    value={draft.fields?.[field.id]}
                    onChange={(value) => setDraft({ fields: { [field.id]: value } })}
                  />
                ),
              }}
            >
              {words}
            </FieldRow>
          );
        })}
      </dl>
      <p className={styles.small}>
        Made by {ORIGINS[account.origin]} <Moment at={account.createdAt} />, changed{" "}
        <Moment at={account.updatedAt} />.
        {account.externalId !== null && (
          <>
            {" "}
            External id <code>{account.externalId}</code>.
          </>
        )}
      </p>
    </div>
  );
}

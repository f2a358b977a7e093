// Suggested entries of the mapping. Nothing is mapped until the user accepts them, all at once.
import { Button } from "@mantine/core";
import { accountRoutes, type CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { useHasAccess } from "../../session/session.ts";
import { targetLabel, suggestionsFor, type Mapping, type MappingEntry } from "./mapping.ts";
import styles from "./mapping.module.css";

type Props = {
  columns: readonly ColumnView[];
  mapping: Mapping;
  fields: readonly CustomFieldView[];
  onAccept: (entries: readonly MappingEntry[]) => void;
};

export function Suggestions({ columns, mapping, fields, onAccept }: Props) {
  const canCreateFields = useHasAccess("company-admin");
  const create = useRouteMutation(accountRoutes.createField, [accountRoutes.listFields]);
  const suggestions = suggestionsFor(columns, mapping, fields, canCreateFields);
  const acceptAll = async () => {
    for (const { newField } of suggestions) if (newField) await create.mutateAsync({ body: newField });
    onAccept(suggestions.map(({ column, target }) => ({ column, target })));
  };
  if (suggestions.length === 0 && !create.error) return null;
  return (
    <section className={styles.suggestions} aria-label="Suggestions">
      <div>
        <strong>Suggested</strong>
        <ul>
          {suggestions.map(({ column, target, label, newField }) => (
            <li key={`${column} ${target.kind}`}>
              {label} → {targetLabel(target)}
              {newField && <small> new field</small>}
            </li>
          ))}
        </ul>
      </div>
      <Button
        variant="light"
        loading={create.isPending}
        // The error is shown below, and nothing is mapped.
        onClick={() => void acceptAll().catch(() => {})}
      >
        {suggestions.length === 1 ? "Accept suggestion" : `Accept all ${suggestions.length}`}
      </Button>
      {create.error && <ErrorAlert error={create.error} />}
    </section>
  );
}

// Obvious pairs, as suggestions: nothing is mapped until somebody takes them, one click for all.
import { Button } from "@mantine/core";
import { accountRoutes, type CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView } from "../../../../src/api/contract/connection.ts";
import { useCall } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { useMay } from "../../session/session.ts";
import { labelOf, suggestionsFor, type Mapping, type Pair } from "./mapping.ts";
import styles from "./mapping.module.css";

type Properties = {
  columns: readonly ColumnView[];
  mapping: Mapping;
  fields: readonly CustomFieldView[];
  onTake: (pairs: readonly Pair[]) => void;
};

export function Suggestions({ columns, mapping, fields, onTake }: Properties) {
  const mayMakeFields = useMay("company-admin");
  const create = useCall(accountRoutes.createField, [accountRoutes.listFields]);
  const suggestions = suggestionsFor(columns, mapping, fields, mayMakeFields);
  const take = async () => {
    for (const { newField } of suggestions) if (newField) await create.mutateAsync({ body: newField });
    onTake(suggestions.map(({ column, target }) => ({ column, target })));
  };
  if (suggestions.length === 0 && !create.error) return null;
  return (
    <section className={styles.suggestions} aria-label="Suggestions">
      <div>
        <strong>Suggested</strong>
        <ul>
          {suggestions.map(({ column, target, label, newField }) => (
            <li key={`${column} ${target.kind}`}>
              {label} → {labelOf(target)}
              {newField && <small> new field</small>}
            </li>
          ))}
        </ul>
      </div>
      <Button
        variant="light"
        loading={create.isPending}
        // What went wrong stands beside it; nothing is mapped then.
        onClick={() => void take().catch(() => {})}
      >
        {suggestions.length === 1 ? "Take the suggestion" : `Take all ${suggestions.length}`}
      </Button>
      {create.error && <Problem error={create.error} />}
    </section>
  );
}

// Edits the mapping: the columns of Dynamics 365, the fields that each may be mapped to, and the
// options for accounts that conflict.
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { Button, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { routeQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { ColumnRow, MissingColumnAlert } from "./column-row.tsx";
import { applyEdit, searchColumns, missingColumns, type MappingEdit } from "./mapping.ts";
import styles from "./mapping.module.css";
import { LabelLanguageSelect } from "./label-language-select.tsx";
import { OptionsEditor } from "./options-editor.tsx";
import { Suggestions } from "./suggestions.tsx";

/** The others are found by searching, or shown on demand. */
const INITIAL_COLUMNS = 40;

type Props = { settings: ChosenSettings; onChange: (settings: ChosenSettings) => void };

export function FieldsEditor({ settings, onChange }: Props) {
  const { selection, mapping, labelLanguage } = settings;
  const columns = useQuery({
    ...routeQuery(connectionRoutes.listColumns, { body: { selection, labelLanguage } }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  const fields = useQuery(routeQuery(accountRoutes.listFields, {}));
  const [query, setQuery] = useState("");
  const [showAll, setShowAll] = useState(false);
  const edit = (change: MappingEdit) => onChange({ ...settings, mapping: applyEdit(mapping, change) });
  const error = columns.error ?? fields.error;
  if (error) return <ErrorAlert error={error} />;
  if (!columns.data || !fields.data) return <Skeleton height={420} />;
  const found = searchColumns(columns.data.columns, mapping, query);
  const shown = showAll ? found : found.slice(0, INITIAL_COLUMNS);
  const missing = missingColumns(mapping, columns.data.columns);
  return (
    <div>
      <Suggestions
        columns={columns.data.columns}
        mapping={mapping}
        fields={fields.data.fields}
        onAccept={(entries) => edit({ kind: "map", entries })}
      />
      {missing.map((entry) => (
        <MissingColumnAlert key={`${entry.column} ${entry.target.kind}`} entry={entry} onEdit={edit} />
      ))}
      <TextInput
        aria-label="Search Dynamics 365 columns"
        placeholder="Search columns by name or type"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        mb={8}
      />
      <ul className={styles.columns} aria-label="Dynamics 365 columns">
        {shown.map((column) => (
          <ColumnRow
            key={column.logicalName}
            column={column}
            mapping={mapping}
            fields={fields.data.fields}
            labelOfColumn={(name) =>
              columns.data.columns.find(({ logicalName }) => logicalName === name)?.label ?? name
            }
            onEdit={edit}
          />
        ))}
      </ul>
      {found.length === 0 && <p role="status">No column matches “{query}”.</p>}
      {found.length > shown.length && (
        <Button variant="subtle" onClick={() => setShowAll(true)}>
          Show all {found.length} columns
        </Button>
      )}
      <OptionsEditor
        options={settings.options}
        domainsMapped={mapping.domains.length > 0}
        onChange={(options) => onChange({ ...settings, options })}
      />
      <LabelLanguageSelect
        language={labelLanguage}
        onChange={(chosen) => onChange({ ...settings, labelLanguage: chosen })}
      />
    </div>
  );
}

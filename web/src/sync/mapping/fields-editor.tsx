// What goes where: the columns of Dynamics 365 with a sample of each, the fields here that each may feed, and the two
// questions that decide about accounts that meet another one.
import { Button, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { queryOf } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { ColumnRow, LostRow } from "./column-row.tsx";
import { edited, foundColumns, lostColumns, type Edit } from "./mapping.ts";
import styles from "./mapping.module.css";
import { OptionsEditor } from "./options-editor.tsx";
import { Suggestions } from "./suggestions.tsx";

/** More than anybody reads; the rest is a search or a click away. */
const SHOWN_AT_FIRST = 40;

type Properties = { settings: SyncSettings; onChange: (settings: SyncSettings) => void };

export function FieldsEditor({ settings, onChange }: Properties) {
  const { selection, mapping } = settings;
  const columns = useQuery({
    ...queryOf(connectionRoutes.listColumns, { body: { selection } }),
    staleTime: 60_000,
  });
  const fields = useQuery(queryOf(accountRoutes.listFields, {}));
  const [searched, setSearched] = useState("");
  const [all, setAll] = useState(false);
  const edit = (one: Edit) => onChange({ ...settings, mapping: edited(mapping, one) });
  const error = columns.error ?? fields.error;
  if (error) return <Problem error={error} />;
  if (!columns.data || !fields.data) return <Skeleton height={420} />;
  const found = foundColumns(columns.data.columns, mapping, searched);
  const shown = all ? found : found.slice(0, SHOWN_AT_FIRST);
  const lost = lostColumns(mapping, columns.data.columns);
  return (
    <div>
      <Suggestions
        columns={columns.data.columns}
        mapping={mapping}
        fields={fields.data.fields}
        onTake={(pairs) => edit({ do: "map", pairs })}
      />
      {lost.map((pair) => (
        <LostRow key={`${pair.column} ${pair.target.kind}`} pair={pair} onEdit={edit} />
      ))}
      <TextInput
        aria-label="Search Dynamics 365 columns"
        placeholder="Search columns by name or type"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={searched}
        onChange={(event) => setSearched(event.currentTarget.value)}
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
      {found.length === 0 && <p role="status">No column matches “{searched}”.</p>}
      {found.length > shown.length && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          Show all {found.length} columns
        </Button>
      )}
      <OptionsEditor
        options={settings.options}
        domainsMapped={mapping.domains.length > 0}
        onChange={(options) => onChange({ ...settings, options })}
      />
    </div>
  );
}

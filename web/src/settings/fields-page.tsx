// The custom fields of accounts: made, renamed, deleted.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountRoutes, type CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { queryOf, useCall } from "../client/queries.ts";
import { Confirm } from "../components/confirm-dialog.tsx";
import { Empty } from "../components/empty-state.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { Row, Rows } from "../components/rows.tsx";
import { useMay } from "../session/session.ts";
import { TYPE_NAMES } from "../format/fields.ts";
import { number } from "../format/numbers.ts";
import { FieldForm } from "./field-form.tsx";

const STALE = [accountRoutes.listFields, accountRoutes.listAccounts, accountRoutes.getAccount];

/** A field to change, "new" for one to make, null for neither. */
type Editing = CustomFieldView | "new" | null;

export function FieldsPage() {
  const mayChange = useMay("company-admin");
  const fields = useQuery(queryOf(accountRoutes.listFields, {}));
  const remove = useCall(accountRoutes.deleteField, STALE);
  const [editing, setEditing] = useState<Editing>(null);
  const [doomed, setDoomed] = useState<CustomFieldView | null>(null);
  const isFull = fields.data !== undefined && fields.data.fields.length >= fields.data.max;
  const add = (
    <Button
      leftSection={<IconPlus size={15} aria-hidden />}
      disabled={isFull}
      onClick={() => setEditing("new")}
    >
      New field
    </Button>
  );

  return (
    <Page
      column
      title="Custom fields"
      line={
        fields.data
          ? `${number(fields.data.fields.length)} of at most ${number(fields.data.max)} fields of accounts`
          : "Fields of accounts"
      }
      actions={mayChange && add}
    >
      {fields.error && <Problem error={fields.error} />}
      {fields.isPending && <LoadingRows />}
      {fields.data?.fields.length === 0 && (
        <Empty title="No custom fields yet" action={mayChange && add}>
          Fields hold what you know about an account besides its name and domains. The mapping of the sync can
          make them, too.
        </Empty>
      )}
      {fields.data && fields.data.fields.length > 0 && (
        <Rows label="Custom fields">
          {fields.data.fields.map((field) => (
            <Row
              key={field.id}
              title={field.name}
              line={[
                TYPE_NAMES[field.type],
                field.synced ? "filled by the sync with Dynamics 365" : "",
                field.description,
              ]
                .filter(Boolean)
                .join(" · ")}
            >
              {mayChange && (
                <>
                  <ActionIcon aria-label={`Rename ${field.name}`} onClick={() => setEditing(field)}>
                    <IconPencil size={16} aria-hidden />
                  </ActionIcon>
                  <Tooltip
                    label="The sync fills this field. Take it out of the mapping first."
                    disabled={!field.synced}
                  >
                    <ActionIcon
                      aria-label={`Delete ${field.name}`}
                      aria-disabled={field.synced}
                      opacity={field.synced ? 0.4 : 1}
                      onClick={() => !field.synced && setDoomed(field)}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </>
              )}
            </Row>
          ))}
        </Rows>
      )}
      <FieldForm field={editing} stale={STALE} onClose={() => setEditing(null)} />
      <Confirm
        title={doomed && `Delete the field ${doomed.name}?`}
        action="Delete field and values"
        pending={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset();
          setDoomed(null);
        }}
        onConfirm={() =>
          doomed && remove.mutate({ params: { id: doomed.id } }, { onSuccess: () => setDoomed(null) })
        }
      >
        Its value goes from every account, and cannot be brought back.
      </Confirm>
    </Page>
  );
}

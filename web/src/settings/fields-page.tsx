// Lists, creates, renames and deletes the custom fields of accounts.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountRoutes, type CustomFieldView } from "../../../src/api/contract/accounts.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { Row, Rows } from "../components/rows.tsx";
import { useHasAccess } from "../session/session.ts";
import { FIELD_TYPE_NAMES } from "../format/fields.ts";
import { formatNumber } from "../format/numbers.ts";
import { FieldForm } from "./field-form.tsx";

const INVALIDATED_ROUTES = [accountRoutes.listFields, accountRoutes.listAccounts, accountRoutes.getAccount];

/** The field being renamed, or "new" for one being created. */
type Editing = CustomFieldView | "new" | null;

export function FieldsPage() {
  const canEdit = useHasAccess("company-admin");
  const fields = useQuery(routeQuery(accountRoutes.listFields, {}));
  const remove = useRouteMutation(accountRoutes.deleteField, INVALIDATED_ROUTES);
  const [editing, setEditing] = useState<Editing>(null);
  const [deleting, setDeleting] = useState<CustomFieldView | null>(null);
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
      readingWidth
      title="Custom fields"
      subtitle={
        fields.data
          ? `${formatNumber(fields.data.fields.length)} of at most ${formatNumber(fields.data.max)} fields of accounts`
          : "Fields of accounts"
      }
      actions={canEdit && add}
    >
      {fields.error && <ErrorAlert error={fields.error} />}
      {fields.isPending && <LoadingRows />}
      {fields.data?.fields.length === 0 && (
        <EmptyState title="No custom fields yet" action={canEdit && add}>
          Custom fields hold facts about an account besides its name and domains. You can also create them
          while mapping the sync.
        </EmptyState>
      )}
      {fields.data && fields.data.fields.length > 0 && (
        <Rows label="Custom fields">
          {fields.data.fields.map((field) => (
            <Row
              key={field.id}
              title={field.name}
              subtitle={[
                FIELD_TYPE_NAMES[field.type],
                field.synced ? "synced from Dynamics 365" : "",
                field.description,
              ]
                .filter(Boolean)
                .join(" · ")}
            >
              {canEdit && (
                <>
                  <ActionIcon aria-label={`Rename ${field.name}`} onClick={() => setEditing(field)}>
                    <IconPencil size={16} aria-hidden />
                  </ActionIcon>
                  <Tooltip
                    label="This field is synced. Remove it from the mapping first."
                    disabled={!field.synced}
                  >
                    <ActionIcon
                      aria-label={`Delete ${field.name}`}
                      aria-disabled={field.synced}
                      opacity={field.synced ? 0.4 : 1}
                      onClick={() => !field.synced && setDeleting(field)}
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
      <FieldForm field={editing} invalidates={INVALIDATED_ROUTES} onClose={() => setEditing(null)} />
      <ConfirmDialog
        title={deleting && `Delete the field ${deleting.name}?`}
        confirmLabel="Delete field and values"
        isPending={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset();
          setDeleting(null);
        }}
        onConfirm={() =>
          deleting && remove.mutate({ params: { id: deleting.id } }, { onSuccess: () => setDeleting(null) })
        }
      >
        Its value is deleted from every account. This cannot be undone.
      </ConfirmDialog>
    </Page>
  );
}

// Shows one field of an account with its value, and edits it in place or links to Dynamics 365.
import { ActionIcon, Anchor, Button, Group, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconCloud, IconExternalLink, IconPencil } from "@tabler/icons-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import styles from "./account.module.css";

type Props = {
  name: string;
  /** The formatted value. */
  children: ReactNode;
  isEmpty: boolean;
  /** Set if the field is synced from Dynamics 365. */
  synced: { readonly url: string | null; readonly columns: readonly string[] } | undefined;
  /** `save` resolves once the value of `input` is saved. */
  edit: { readonly input: ReactNode; readonly save: () => Promise<unknown>; readonly startEdit: () => void };
  /** Enter adds a line or a tag in the input and does not save. */
  multiline?: boolean;
};

function SyncedMarker({ synced, name }: { synced: NonNullable<Props["synced"]>; name: string }) {
  const from = synced.columns.length > 0 ? ` (${synced.columns.join(", ")})` : "";
  return (
    <>
      <Tooltip label={`Synced from Dynamics 365${from}. Edit it there.`}>
        <IconCloud size={14} className={styles.icon ?? ""} role="img" aria-label="Synced from Dynamics 365" />
      </Tooltip>
      {synced.url !== null && (
        <Anchor href={synced.url} target="_blank" rel="noreferrer" className={styles.editLink ?? ""} inherit>
          <span className={styles.editLinkText}>Edit in Dynamics 365</span>
          <VisuallyHidden>: {name} (opens a new tab)</VisuallyHidden>
          <IconExternalLink size={13} aria-hidden />
        </Anchor>
      )}
    </>
  );
}

export function FieldRow({ name, children, isEmpty, synced, edit, multiline = false }: Props) {
  const [isEditing, setIsEditing] = useState(false);
  const [isSaving, setIsSaving] = useState(false);

  const startEdit = () => {
    edit.startEdit();
    setIsEditing(true);
  };
  const save = async () => {
    setIsSaving(true);
    const saved = await edit.save().then(
      () => true,
      () => false,
    );
    setIsSaving(false);
    if (saved) setIsEditing(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setIsEditing(false);
    // Enter on a button presses the button and must not save.
    const onButton = event.target instanceof Element && event.target.closest("button") !== null;
    if (event.key === "Enter" && !multiline && !onButton && !event.defaultPrevented) void save();
  };

  return (
    <div className={styles.field}>
      <dt>{name}</dt>
      <dd>
        {isEditing ? (
          // The wrapper handles keys that bubble from the input and the buttons in it.
          // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
          <div onKeyDown={onKeyDown} className={styles.editor}>
            {edit.input}
            <Group gap={6} mt={6}>
              <Button size="compact-xs" loading={isSaving} onClick={() => void save()}>
                Save
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => setIsEditing(false)}>
                Cancel
              </Button>
            </Group>
          </div>
        ) : synced ? (
          <div className={styles.value}>
            <span className={styles.text}>
              {isEmpty ? <span className={styles.emptyValue}>–</span> : children}
            </span>
            <SyncedMarker synced={synced} name={name} />
          </div>
        ) : (
          <div className={styles.value}>
            {isEmpty ? (
              <UnstyledButton className={styles.addButton} onClick={startEdit} aria-label={`Add ${name}`}>
                Add
              </UnstyledButton>
            ) : (
              <>
                <span className={styles.text}>{children}</span>
                <ActionIcon
                  size="sm"
                  className={styles.editButton ?? ""}
                  aria-label={`Edit ${name}`}
                  onClick={startEdit}
                >
                  <IconPencil size={14} aria-hidden />
                </ActionIcon>
              </>
            )}
          </div>
        )}
      </dd>
    </div>
  );
}

// One field of an account: its name, its value, and how to change it: here, or in Dynamics 365 where that decides.
import { ActionIcon, Anchor, Button, Group, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconCloud, IconExternalLink, IconPencil } from "@tabler/icons-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import styles from "./account.module.css";

type Properties = {
  name: string;
  /** What one sees; empty for no value. */
  children: ReactNode;
  isEmpty: boolean;
  /** Set where Dynamics 365 decides. */
  synced: { readonly url: string | null; readonly columns: readonly string[] } | undefined;
  /** The input, and what saves its value; resolves when it is saved. */
  edit: { readonly input: ReactNode; readonly save: () => Promise<unknown>; readonly begin: () => void };
  /** Enter belongs to the input itself, as in text of several lines. */
  manyLines?: boolean;
};

function Synced({ synced, name }: { synced: NonNullable<Properties["synced"]>; name: string }) {
  const from = synced.columns.length > 0 ? ` (${synced.columns.join(", ")})` : "";
  return (
    <>
      <Tooltip label={`Synced from Dynamics 365${from}. Changes are made there.`}>
        <IconCloud
          size={14}
          className={styles.glyph ?? ""}
          role="img"
          aria-label="Synced from Dynamics 365"
        />
      </Tooltip>
      {synced.url !== null && (
        <Anchor href={synced.url} target="_blank" rel="noreferrer" className={styles.elsewhere ?? ""} inherit>
          <span className={styles.elsewhereWords}>Edit in Dynamics 365</span>
          <VisuallyHidden>: {name} (opens a new tab)</VisuallyHidden>
          <IconExternalLink size={13} aria-hidden />
        </Anchor>
      )}
    </>
  );
}

export function FieldRow({ name, children, isEmpty, synced, edit, manyLines = false }: Properties) {
  const [editing, setEditing] = useState(false);
  const [saving, setSaving] = useState(false);

  const begin = () => {
    edit.begin();
    setEditing(true);
  };
  const save = async () => {
    setSaving(true);
    const saved = await edit.save().then(
      () => true,
      () => false,
    );
    setSaving(false);
    if (saved) setEditing(false);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") setEditing(false);
    // On a button Enter means the button.
    const onButton = event.target instanceof Element && event.target.closest("button") !== null;
    if (event.key === "Enter" && !manyLines && !onButton && !event.defaultPrevented) void save();
  };

  return (
    <div className={styles.field}>
      <dt>{name}</dt>
      <dd>
        {editing ? (
          // The keys of the input inside, caught where it and its buttons are.
          // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
          <div onKeyDown={onKey} className={styles.editor}>
            {edit.input}
            <Group gap={6} mt={6}>
              <Button size="compact-xs" loading={saving} onClick={() => void save()}>
                Save
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => setEditing(false)}>
                Cancel
              </Button>
            </Group>
          </div>
        ) : synced ? (
          <div className={styles.value}>
            <span className={styles.text}>{isEmpty ? <span className={styles.none}>–</span> : children}</span>
            <Synced synced={synced} name={name} />
          </div>
        ) : (
          <div className={styles.value}>
            {isEmpty ? (
              <UnstyledButton className={styles.add} onClick={begin} aria-label={`Add ${name}`}>
                Add
              </UnstyledButton>
            ) : (
              <>
                <span className={styles.text}>{children}</span>
                <ActionIcon
                  size="sm"
                  className={styles.pencil ?? ""}
                  aria-label={`Edit ${name}`}
                  onClick={begin}
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

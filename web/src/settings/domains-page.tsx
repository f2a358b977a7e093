// Settings of the domains that no account gets: the company's own, and common ones such as those of
// mail providers.
import { Button, Group, Skeleton, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { accountRoutes, type DomainSettings } from "../../../src/api/contract/accounts.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { useHasAccess } from "../session/session.ts";
import styles from "./settings.module.css";

const LISTS = [
  {
    key: "own",
    label: "Your own domains",
    description: "Mail from these comes from your company. The sync leaves them out of every account.",
  },
  {
    key: "commonAdded",
    label: "Also common",
    description:
      "Shared by people of many companies, such as a regional mail provider. Known ones, such as gmail.com, are left out already.",
  },
  {
    key: "commonRemoved",
    label: "Not common after all",
    description: "Known as a mail provider's, but for you a company's own: accounts may have these.",
  },
] as const;

function Form({ saved, canEdit }: { saved: DomainSettings; canEdit: boolean }) {
  const [lists, setLists] = useState(saved);
  const save = useRouteMutation(accountRoutes.saveDomainSettings, [accountRoutes.getDomainSettings]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ body: lists }, { onSuccess: setLists });
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      {save.error && save.error.field === undefined && <ErrorAlert error={save.error} />}
      {LISTS.map(({ key, label, description }) => (
        <TagsInput
          key={key}
          label={label}
          description={description}
          value={lists[key]}
          readOnly={!canEdit}
          acceptValueOnBlur
          splitChars={[",", " ", ";", "\n"]}
          error={save.error?.field === key && save.error.message}
          onChange={(domains) => {
            save.reset();
            setLists({ ...lists, [key]: domains });
          }}
        />
      ))}
      {canEdit ? (
        <Group gap="sm">
          <Button type="submit" loading={save.isPending}>
            Save domains
          </Button>
          {save.isSuccess && (
            <span className={styles.savedNote} role="status">
              Saved. The next run of the sync looks at every account again.
            </span>
          )}
        </Group>
      ) : (
        <p className={styles.intro}>Only an admin of the workspace can change these. Ask one.</p>
      )}
    </form>
  );
}

export function DomainsPage() {
  const canEdit = useHasAccess("workspace-admin");
  const domains = useQuery(routeQuery(accountRoutes.getDomainSettings, {}));
  return (
    <Page readingWidth title="Domains">
      <p className={styles.intro}>
        A domain says which account somebody who writes belongs to. These domains say nothing of that, so no
        account gets them.
      </p>
      {domains.error && <ErrorAlert error={domains.error} />}
      {domains.isPending && <Skeleton height={260} maw={640} aria-label="Loading" />}
      {domains.data && <Form saved={domains.data} canEdit={canEdit} />}
    </Page>
  );
}

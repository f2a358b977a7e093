// Settings of the domains that no account gets: the company's own, and common ones such as those of
// mail providers, placeholders and sites with other people's pages.
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
    description: "The domains of your own company. The sync adds them to no account.",
  },
  {
    key: "commonAdded",
    label: "Additional common domains",
    description:
      "Domains that many companies share, such as a regional mail provider's. Well-known ones, such as " +
      "gmail.com, placeholders (example.com) and pages on other people's sites (facebook.com/acme) are built in.",
  },
  {
    key: "commonRemoved",
    label: "Exceptions from common domains",
    description: "Built-in common domains that accounts may have nevertheless, also by a page there.",
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
              Saved. The next run checks every account again.
            </span>
          )}
        </Group>
      ) : (
        <p className={styles.intro}>Only workspace admins can change these.</p>
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
        Domains link contacts to accounts by e-mail address. The domains below identify no single company, so
        no account gets them.
      </p>
      {domains.error && <ErrorAlert error={domains.error} />}
      {domains.isPending && <Skeleton height={260} maw={640} aria-label="Loading" />}
      {domains.data && <Form saved={domains.data} canEdit={canEdit} />}
    </Page>
  );
}

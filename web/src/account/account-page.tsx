// Shows one account: its domains and owner, the state of its sync, its fields and its history.
import { Button, Skeleton, Tabs } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import {
  accountRoutes,
  type AccountDetails,
  type CustomFieldView,
} from "../../../src/api/contract/accounts.ts";
import { routeQuery } from "../client/queries.ts";
import { useFormatField } from "../client/use-format-field.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { AnchorLink, ButtonLink } from "../components/links.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { DeleteAccountDialog } from "./delete-account-dialog.tsx";
import { Details } from "./details.tsx";
import { History } from "./history.tsx";
import { ownerField } from "./labels.ts";
import { accountSearch } from "./search-params.ts";
import { SyncBanner, UnlinkedBanner } from "./sync-banner.tsx";
import styles from "./account.module.css";

const route = getRouteApi("/shell/contacts/accounts/$id");

type AccountProps = { account: AccountDetails; fields: readonly CustomFieldView[] };

function AccountSubtitle({ account, fields }: AccountProps) {
  const formatField = useFormatField();
  const owner = ownerField(fields);
  const ownerName = owner && formatField(owner, account.fields[owner.id]);
  return (
    <div className={styles.subtitle}>
      {account.domains.map((domain) => (
        <span key={domain} className={styles.domain}>
          {domain}
        </span>
      ))}
      {account.domains.length === 0 && <span>No domain</span>}
      {owner && ownerName && (
        <span>
          {owner.name}: {ownerName}
        </span>
      )}
    </div>
  );
}

function Contacts({ account }: { account: AccountDetails }) {
  const [domain] = account.domains;
  return (
    <EmptyState title="No contacts">
      The sync imports accounts, not contacts.{" "}
      {domain === undefined
        ? "Add a domain to this account to link the contacts who write from it."
        : `Contacts who write from ${domain} belong to this account.`}
    </EmptyState>
  );
}

function Loading() {
  return (
    <Page readingWidth title="Account" subtitle={<Skeleton height={14} width={220} mt={4} />}>
      <Skeleton height={34} mb={16} />
      <Skeleton height={36} width={260} mb={12} />
      <Skeleton height={420} aria-label="Loading the account" />
    </Page>
  );
}

export function AccountPage() {
  const { id } = route.useParams();
  const { tab = "details" } = route.useSearch();
  const navigate = route.useNavigate();
  const [deleting, setDeleting] = useState(false);
  const [unlinkedId, setUnlinkedId] = useState<number>();
  const accountQuery = useQuery(routeQuery(accountRoutes.getAccount, { params: { id } }));
  const fieldsQuery = useQuery(routeQuery(accountRoutes.listFields, {}));
  const error = accountQuery.error ?? fieldsQuery.error;
  if (error)
    return (
      <Page readingWidth title="Account">
        <ErrorAlert error={error}>
          <ButtonLink to="/contacts/accounts" variant="default">
            Go to Accounts
          </ButtonLink>
        </ErrorAlert>
      </Page>
    );
  if (!accountQuery.data || !fieldsQuery.data) return <Loading />;
  const { account } = accountQuery.data;
  const { fields } = fieldsQuery.data;
  return (
    <Page
      readingWidth
      title={account.name}
      breadcrumb={
        <AnchorLink to="/contacts/accounts" underline="hover">
          Accounts
        </AnchorLink>
      }
      subtitle={<AccountSubtitle account={account} fields={fields} />}
      actions={
        <Button
          variant="default"
          leftSection={<IconTrash size={15} aria-hidden />}
          onClick={() => setDeleting(true)}
        >
          Delete
        </Button>
      }
    >
      {account.link && (
        <SyncBanner account={account} link={account.link} onUnlinked={() => setUnlinkedId(account.id)} />
      )}
      {account.link === null && unlinkedId === account.id && <UnlinkedBanner />}
      <Tabs
        value={tab}
        onChange={(value) =>
          void navigate({ search: accountSearch.parse({ tab: value === "details" ? undefined : value }) })
        }
      >
        <Tabs.List>
          <Tabs.Tab value="details">Details</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="contacts">Contacts</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="details" pt={12}>
          <Details account={account} fields={fields} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt={12}>
          <History id={account.id} fields={fields} />
        </Tabs.Panel>
        <Tabs.Panel value="contacts" pt={12}>
          <Contacts account={account} />
        </Tabs.Panel>
      </Tabs>
      <DeleteAccountDialog account={account} opened={deleting} onClose={() => setDeleting(false)} />
    </Page>
  );
}

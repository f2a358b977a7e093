// One account: who it is, whether Dynamics 365 keeps it fresh, its fields, and what has changed them.
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
import { queryOf } from "../client/queries.ts";
import { useTeammateName } from "../client/use-teammates.ts";
import { Empty } from "../components/empty-state.tsx";
import { AnchorLink, ButtonLink } from "../components/links.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { fieldInWords } from "../format/fields.ts";
import { DeleteAccount } from "./delete-account.tsx";
import { Details } from "./details.tsx";
import { History } from "./history.tsx";
import { ownerField } from "./labels.ts";
import { accountSearch } from "./search-params.ts";
import { SyncBanner } from "./sync-banner.tsx";
import styles from "./account.module.css";

const route = getRouteApi("/shell/contacts/accounts/$id");

type Loaded = { account: AccountDetails; fields: readonly CustomFieldView[] };

function Line({ account, fields }: Loaded) {
  const nameOf = useTeammateName();
  const owner = ownerField(fields);
  const name = owner && fieldInWords(owner.type, account.fields[owner.id], nameOf);
  return (
    <div className={styles.line}>
      {account.domains.map((domain) => (
        <span key={domain} className={styles.domain}>
          {domain}
        </span>
      ))}
      {account.domains.length === 0 && <span>No domain</span>}
      {owner && name && (
        <span>
          {owner.name}: {name}
        </span>
      )}
    </div>
  );
}

function Contacts({ account }: { account: AccountDetails }) {
  const [domain] = account.domains;
  return (
    <Empty title="No contacts">
      The sync brings accounts, not contacts.{" "}
      {domain === undefined
        ? "Give this account a domain, and whoever writes from it belongs here."
        : `Whoever writes from ${domain} belongs here.`}
    </Empty>
  );
}

function Loading() {
  return (
    <Page column title="Account" line={<Skeleton height={14} width={220} mt={4} />}>
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
  const loaded = useQuery(queryOf(accountRoutes.getAccount, { params: { id } }));
  const known = useQuery(queryOf(accountRoutes.listFields, {}));
  const problem = loaded.error ?? known.error;
  if (problem)
    return (
      <Page column title="Account">
        <Problem error={problem}>
          <ButtonLink to="/contacts/accounts" variant="default">
            Go to Accounts
          </ButtonLink>
        </Problem>
      </Page>
    );
  if (!loaded.data || !known.data) return <Loading />;
  const { account } = loaded.data;
  const { fields } = known.data;
  return (
    <Page
      column
      title={account.name}
      above={
        <AnchorLink to="/contacts/accounts" underline="hover">
          Accounts
        </AnchorLink>
      }
      line={<Line account={account} fields={fields} />}
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
      {account.link && <SyncBanner link={account.link} sync={account.sync} />}
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
      <DeleteAccount account={account} opened={deleting} onClose={() => setDeleting(false)} />
    </Page>
  );
}

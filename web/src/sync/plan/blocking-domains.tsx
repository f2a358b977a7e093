// Domains that block many records, each with what the next run would do if it were a common one,
// and a button that makes it one.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { runRoutes } from "../../../../src/api/contract/runs.ts";
import { routeQuery, useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { formatCount } from "../../format/numbers.ts";
import styles from "./plan.module.css";

type Props = {
  /** The run of a plan; absent for the open issues. */
  run?: number | undefined;
  kind: string;
  /** Called when a domain has become a common one: a plan from before can no longer be applied. */
  onAdded?: (() => void) | undefined;
};

/** Counting takes a moment, so it is asked for apart from the issues. */
export function BlockingDomains({ run, kind, onAdded }: Props) {
  const { data, error } = useQuery({
    ...routeQuery(runRoutes.listBlockingDomains, { query: { run } }),
    staleTime: 300_000,
  });
  const add = useRouteMutation(accountRoutes.addCommonDomain, [accountRoutes.getDomainSettings]);
  if (error) return <ErrorAlert error={error} />;
  const domains = data?.domains.filter((one) => one.kind === kind) ?? [];
  if (domains.length === 0) return null;
  return (
    <div className={styles.blockingDomains}>
      {add.error && <ErrorAlert error={add.error} />}
      <ul aria-label="Domains that block many accounts">
        {domains.map(({ domain, records, effect, consequence }) => (
          <li key={domain}>
            <p>
              <strong>{domain}</strong> blocks {formatCount(records, "account")}. If it belongs to no single
              customer, make it a common domain: {effect} {consequence}
            </p>
            {add.isSuccess && add.data.commonAdded.includes(domain) ? (
              <span role="status">Saved. The next run decides so; Settings, Domains takes it back.</span>
            ) : (
              <Button
                variant="default"
                size="compact-xs"
                loading={add.isPending}
                onClick={() => add.mutate({ body: { domain } }, { onSuccess: () => onAdded?.() })}
              >
                Make {domain} a common domain
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The kinds of issues that a domain may cause in many records. */
export function isDomainConflict(kind: string): boolean {
  return kind === "domain-linked-elsewhere" || kind === "domain-taken";
}

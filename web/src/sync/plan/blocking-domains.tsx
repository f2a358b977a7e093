// Domains that block many records: a button makes one a common domain, after a dialog that says
// what the next run then does.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountRoutes } from "../../../../src/api/contract/accounts.ts";
import { runRoutes, type BlockingDomain } from "../../../../src/api/contract/runs.ts";
import { routeQuery, useRouteMutation } from "../../client/queries.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
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
  const [chosen, setChosen] = useState<BlockingDomain | null>(null);
  const add = useRouteMutation(accountRoutes.addCommonDomain, [
    accountRoutes.getDomainSettings,
    runRoutes.listBlockingDomains,
  ]);
  if (error) return <ErrorAlert error={error} />;
  const domains = data?.domains.filter((one) => one.kind === kind) ?? [];
  if (domains.length === 0) return null;
  const close = () => {
    setChosen(null);
    add.reset();
  };
  return (
    <ul className={styles.blockingDomains} aria-label="Domains that block many accounts">
      {domains.map((one) => (
        <li key={one.domain}>
          <span>
            <strong>{one.domain}</strong> blocks {formatCount(one.records, "account")}. If it belongs to no
            single customer, make it a common domain: {one.effect}
          </span>
          <Button variant="default" size="compact-xs" onClick={() => setChosen(one)}>
            Make {one.domain} a common domain
          </Button>
        </li>
      ))}
      <ConfirmDialog
        title={chosen && `Make ${chosen.domain} a common domain?`}
        confirmLabel="Make it common"
        isPending={add.isPending}
        error={add.error}
        onClose={close}
        onConfirm={() =>
          chosen &&
          add.mutate(
            { body: { domain: chosen.domain } },
            {
              onSuccess: () => {
                close();
                onAdded?.();
              },
            },
          )
        }
      >
        {chosen?.effect} {chosen?.consequence} The next run decides so, and a preview shows it. In the
        settings, under Domains, it can be taken back.
      </ConfirmDialog>
    </ul>
  );
}

/** The kinds of issues that a domain may cause in many records. */
export function isDomainConflict(kind: string): boolean {
  return kind === "domain-linked-elsewhere" || kind === "domain-taken";
}

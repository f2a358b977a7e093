// Prometheus metrics: counters of the runs that this process executed, and gauges that are read
// from the database at each scrape. Documented in docs/metrics.md. Labels have few values and never
// identify an account.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { RunUsage } from "../sync/tables.ts";
import type { Log } from "../lib/log.ts";
import type { RunStore } from "../sync/record/run-record.ts";
import { NO_USAGE, usageBetween } from "../sync/record/run-summary.ts";
import { issueKindNames } from "../sync/rules/issue-kinds.ts";
import { severityOf } from "../sync/rules/severity.ts";
import type { RunCounters } from "./run-telemetry.ts";
import { loadInstallationMetrics, type InstallationMetrics } from "./installation-metrics.ts";

export type Metrics = {
  readonly registry: Registry;
  readonly counters: RunCounters;
  /** Current values in Prometheus's text format. */
  text(): Promise<string>;
};

export function createMetrics(deps: RunStore & { readonly log: Log }): Metrics {
  const { database, clock, log } = deps;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = createRunCounters(registry);
  const updateGauges = installationGauges(registry);
  return {
    registry,
    counters,
    async text() {
      counters.collect();
      const metrics = await loadInstallationMetrics(database, clock.now()).catch((error: unknown) => {
        log.error("The database could not be read for a scrape of the metrics.", { err: error });
        return undefined;
      });
      updateGauges(metrics);
      return registry.metrics();
    },
  };
}

const RESULTS = ["done", "planned", "failed", "stopped"] as const;
const MODES = ["sync", "changes", "plan", "retry"] as const;
const OUTCOMES = [
  "created",
  "linked",
  "updated",
  "unchanged",
  "skipped",
  "failed",
  "stopped",
  "merged",
] as const;

function createRunCounters(registry: Registry): RunCounters & { collect(): void } {
  const registers = [registry];
  const runs = new Counter({
    name: "sluice_runs_total",
    help: "Runs that this process carried out, by how they ended.",
    labelNames: ["mode", "result"],
    registers,
  });
  const rows = new Counter({
    name: "sluice_rows_total",
    help: "Accounts of Dynamics 365 in runs that were done, by what became of them.",
    labelNames: ["outcome"],
    registers,
  });
  const requests = new Counter({
    name: "sluice_dataverse_requests_total",
    help: "API calls to Dataverse by runs, repeated ones included.",
    registers,
  });
  const throttled = new Counter({
    name: "sluice_dataverse_throttled_total",
    help: "Responses of Dataverse to runs that asked to retry later (429 and 503).",
    registers,
  });
  const throttledSeconds = new Counter({
    name: "sluice_dataverse_throttled_seconds_total",
    help: "Seconds that requests of runs waited because of them; several may wait at once.",
    registers,
  });
  const bytes = new Counter({
    name: "sluice_dataverse_received_bytes_total",
    help: "Bytes of answers to runs, as they came over the wire.",
    registers,
  });
  // Initialised to 0, because an alert on an increase needs a series that exists from the start.
  for (const mode of MODES) for (const result of RESULTS) runs.inc({ mode, result }, 0);
  for (const outcome of OUTCOMES) rows.inc({ outcome }, 0);

  const counted = new Map<Readonly<RunUsage>, RunUsage>();
  const countUsage = (usage: Readonly<RunUsage>): void => {
    const now = { ...usage };
    const increase = usageBetween(counted.get(usage) ?? now, now);
    requests.inc(increase.requests);
    throttled.inc(increase.throttled);
    throttledSeconds.inc(increase.throttledMs / 1000);
    bytes.inc(increase.bytes);
    counted.set(usage, now);
  };
  return {
    collect: () => [...counted.keys()].forEach(countUsage),
    trackUsage(usage) {
      counted.set(usage, NO_USAGE);
      return () => {
        countUsage(usage);
        counted.delete(usage);
      };
    },
    recordRun({ mode, result, counts }) {
      runs.inc({ mode, result });
      if (result === "done") for (const outcome of OUTCOMES) rows.inc({ outcome }, counts[outcome]);
    },
  };
}

const STAGES = ["connect", "read", "plan", "apply", "finish"] as const;

function installationGauges(registry: Registry): (metrics: InstallationMetrics | undefined) => void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const up = gauge(
    "sluice_database_up",
    "Whether the database answered this scrape; if not, what it knows is left out.",
  );
  const issues = gauge(
    "sluice_issues_open",
    "Open issues, as the last run that was done left them.",
    "kind",
    "severity",
  );
  const activeRuns = gauge("sluice_runs_under_way", "Runs under way in any process.", "stage");
  const age = gauge(
    "sluice_queue_age_seconds",
    "How long the oldest run has waited that is due or was cut off (for a worker), or that needs a person to continue.",
    "waits_for",
  );
  const rate = gauge(
    "sluice_last_run_rows_per_second",
    "Accounts a second that the last run read and compared, from its start to its plan.",
  );
  const finished = gauge(
    "sluice_last_finished_run_timestamp_seconds",
    "When the last run that was done ended, in seconds since 1970.",
  );
  const mails = gauge("sluice_mails_waiting", "Mails that wait for the mail server.");
  return (metrics) => {
    up.set(metrics ? 1 : 0);
    for (const one of [issues, activeRuns, age]) one.reset();
    // A reset gauge without labels would read 0; a removed one is absent.
    for (const one of [rate, finished, mails]) one.remove();
    if (!metrics) return;
    for (const kind of issueKindNames)
      issues.set({ kind, severity: severityOf(kind) }, metrics.issues[kind] ?? 0);
    for (const stage of STAGES) activeRuns.set({ stage }, metrics.activeRuns[stage] ?? 0);
    age.set({ waits_for: "worker" }, metrics.queueAge.worker);
    age.set({ waits_for: "person" }, metrics.queueAge.person);
    if (metrics.rowsPerSecond !== null) rate.set(metrics.rowsPerSecond);
    if (metrics.lastFinishedAt !== null) finished.set(metrics.lastFinishedAt.getTime() / 1000);
    mails.set(metrics.queuedMails);
  };
}

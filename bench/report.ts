// Formats the figures as a short table.
import type { SyncFigures } from "./figures.ts";
import type { Results } from "./results.ts";

export function report({ accounts, machine, rounds, figures, peer, memorySlope }: Results): string {
  const { rows } = figures;
  const lines = [
    `${rows.toLocaleString("en")} accounts read of ${accounts.toLocaleString("en")}; medians of ${rounds.length}`,
    `${machine.cpu}, ${machine.cores} cores, ${formatMegabytes(machine.memoryBytes)}; Node ${machine.node}, PostgreSQL ${machine.postgresql}`,
    "",
    formatRow("download alone", figures.downloadMs, rows),
    formatRow("download + parse", figures.readMs, rows),
    formatRow("COPY", figures.copyMs, rows),
    formatRow("floor", figures.floorMs, rows),
    "",
    ...syncRows("first sync", figures.firstSync, rows, "of the floor"),
    ...syncRows("unchanged sync", figures.unchanged, rows, "of download + parse"),
    "",
    formatRow("sweep + rows + COPY", figures.changes.floorMs, rows),
    ...syncRows("changes only", figures.changes, rows, "of these"),
    `    ${figures.changes.written.toLocaleString("en")} accounts written, ${figures.changes.requests} requests, ` +
      `${(figures.changes.shareOfFirstSync * 100).toFixed(1)} % of the first sync`,
  ];
  if (memorySlope) {
    const { firstSync, unchanged } = memorySlope;
    lines.push(
      `memory beyond 500,000: ${firstSync.toFixed(1)} bytes an account in a first sync, ${unchanged.toFixed(1)} in an unchanged one`,
    );
  }
  if (peer) {
    lines.push(
      formatRow("peer", peer.ms, peer.rows),
      `    dynamics-web-api and an upsert a row; ${peer.rows.toLocaleString("en")} accounts measured, ` +
        `extrapolated to ${rows.toLocaleString("en")}: ${formatSeconds(peer.perAccountMs * rows).trim()}, ` +
        `${((peer.perAccountMs * rows) / figures.firstSync.ms).toFixed(1)} × the first sync`,
    );
  }
  return lines.join("\n");
}

function syncRows(name: string, figures: SyncFigures, rows: number, base: string): string[] {
  const stages = Object.entries(figures.stages).map(([stage, ms]) => `${stage} ${formatSeconds(ms).trim()}`);
  return [
    `${formatRow(name, figures.ms, rows)}   ${figures.ratio.toFixed(2)} × ${base}   peak ${formatMegabytes(figures.peakBytes)}`,
    `    ${stages.join(", ")}`,
  ];
}

function formatRow(name: string, ms: number, rows: number): string {
  const rate = `${Math.round((rows / ms) * 1000).toLocaleString("en")} a second`;
  return `${name.padEnd(19)}${formatSeconds(ms)}${rate.padStart(22)}`;
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`.padStart(10);
}

function formatMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString("en")} MB`;
}

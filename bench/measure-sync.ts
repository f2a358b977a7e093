// Measures a whole run, as `sluice sync` makes it, with the time of each stage.
import { openApp, runContext } from "../src/open-app.ts";
import { readConfig } from "../src/config.ts";
import { openFileConnection } from "../src/connections/sign-in/open-client.ts";
import { createLog } from "../src/lib/log.ts";
import { runSync } from "../src/sync/run.ts";
import type { Progress } from "../src/sync/record/run-context.ts";
import { measureWork, type Measurement } from "./measurement.ts";
import { connectionTo, type Source } from "./workload.ts";

export async function measureSync(
  source: Source,
  databaseUrl: string,
  mode: "sync" | "changes",
): Promise<Measurement> {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    SLUICE_SIMULATOR: source.origin,
    MAX_ACCOUNTS: "99999999",
  });
  const log = createLog({ level: "error" });
  const connection = connectionTo(source);
  const app = await openApp(config, log);
  try {
    const open = await openFileConnection({ ...app, simulator: source.origin }, connection);
    try {
      const stageStarts = new Map<Progress["stage"], number>();
      const onProgress = ({ stage }: Progress): void => {
        if (!stageStarts.has(stage)) stageStarts.set(stage, Date.now());
      };
      const context = runContext(app, open, connection, { onProgress });
      return await measureWork(async () => {
        const run = await runSync(context, mode);
        // Apply first reports progress when its first chunk is done, but it starts when the plan is stored.
        stageStarts.set("apply", run.plannedAt!.getTime());
        const { created, linked, updated, unchanged, skipped, failed, requests } = run;
        const facts = { created, linked, updated, unchanged, skipped, failed, requests };
        return { rows: run.read, stages: stageDurations(stageStarts), facts };
      });
    } finally {
      await open.close();
    }
  } finally {
    await app.close();
  }
}

function stageDurations(stageStarts: ReadonlyMap<string, number>): Record<string, number> {
  const inOrder = [...stageStarts].toSorted(([, a], [, b]) => a - b);
  return Object.fromEntries(
    inOrder.map(([stage, at], index) => [stage, (inOrder[index + 1]?.[1] ?? Date.now()) - at]),
  );
}

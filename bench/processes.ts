// Manages the processes of a benchmark: each measurement gets a new child process. All are killed
// by process id, also when something fails or on Ctrl-C.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TaskResult, Task } from "./measure.ts";
import type { Measurement } from "./measurement.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** A measurement that takes longer is taken for hung. */
const TIMEOUT_MS = 60 * 60_000;

export interface Processes {
  measure(task: Task): Promise<Measurement>;
  stopAll(): Promise<void>;
}

/** @param profile a directory for CPU profiles, one per measurement */
export function openProcesses(profile: string | undefined): Processes {
  const running = new Set<ChildProcess>();
  const onSignal = (): void => {
    for (const child of running) child.kill("SIGKILL");
    process.exitCode = 130;
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);

  async function measure(task: Task): Promise<Measurement> {
    const flags =
      profile === undefined
        ? []
        : [
            "--cpu-prof",
            `--cpu-prof-dir=${profile}`,
            `--cpu-prof-name=${task.kind}-${Date.now()}.cpuprofile`,
          ];
    const child = fork(MAIN, ["measure"], {
      execArgv: ["--import", "tsx", ...flags],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    running.add(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    try {
      let result: TaskResult | undefined;
      child.on("message", (message: TaskResult) => (result = message));
      const ended = once(child, "exit");
      child.send(task);
      const [code, signal] = await ended;
      if (result === undefined)
        throw new Error(
          `The process that measured "${task.kind}" ended (${String(signal ?? code)}) without an answer.`,
        );
      if ("failed" in result) throw new Error(`"${task.kind}" could not be measured: ${result.failed}`);
      return result.measured;
    } finally {
      clearTimeout(timer);
      running.delete(child);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
  }

  return {
    measure,
    stopAll: async () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      for (const child of running) {
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    },
  };
}

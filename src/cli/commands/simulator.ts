// `sluice simulator`: runs a simulated Dynamics 365 with its sign-in on this machine until it is
// stopped, and prints how to connect.
import { readCsv } from "../../csv/read-csv.ts";
import { printNote, printResult, untilStopped, type CommandContext } from "../context.ts";
import { demoRedirectUris } from "./demo/scenario.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { formatCount } from "../output/format.ts";
import { UsageError } from "../error-message.ts";

export interface SimulatorOptions {
  readonly port: number;
  readonly accounts?: number;
  readonly csv?: readonly string[];
  readonly customised?: boolean;
  readonly columns?: readonly string[];
  readonly demo?: boolean;
  readonly seed?: string;
}

export async function simulator(context: CommandContext, options: SimulatorOptions): Promise<ExitCode> {
  for (const file of options.csv ?? []) await checkCsv(file);
  // It is loaded here, because no other command needs it.
  const { runSimulator } = await import("../../../simulator/main.ts");
  const { accounts, csv, columns, customised, seed, port } = options;
  const running = await runSimulator({
    port,
    redirectUris: demoRedirectUris,
    demo: options.demo ?? (accounts === undefined && csv === undefined),
    ...(accounts === undefined ? {} : { accounts }),
    ...(csv === undefined ? {} : { csv }),
    ...(columns === undefined ? {} : { columns }),
    ...(customised === undefined ? {} : { customised }),
    ...(seed === undefined ? {} : { seed }),
  }).catch((cause: unknown) => {
    throw startError(cause, port);
  });
  try {
    const { origin, clientId, clientSecret, refreshToken, users } = running;
    const accountCount = running.org.accounts.size;
    const lines = simulatorLines({ origin, clientId, clientSecret, accountCount });
    printResult(context, lines, {
      origin,
      clientId,
      clientSecret,
      refreshToken,
      users,
      accounts: accountCount,
    });
    await untilStopped(context);
    printNote(context, "The simulator has stopped.");
    return exitCodes.done;
  } finally {
    await running.close();
  }
}

/** Checks, before anything is loaded, that the file exists, with named columns and a row. */
async function checkCsv(file: string): Promise<void> {
  const rows = readCsv(file, ["name"]);
  const first = await rows.next();
  await rows.return(undefined);
  if (first.done === true)
    throw new UsageError(`The file ${file} has no rows below its header. Choose a file with accounts.`);
}

function startError(cause: unknown, port: number): unknown {
  if (!(cause instanceof Error)) return cause;
  // The class would have to be loaded with the simulator, so its name is compared.
  if (cause.name === "LoadError") return new UsageError(cause.message, { cause });
  const isTaken = "code" in cause && cause.code === "EADDRINUSE";
  return isTaken
    ? new UsageError(`Port ${port} of 127.0.0.1 is taken. Choose another one with --port.`)
    : cause;
}

interface SimulatorDetails {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accountCount: number;
}

function simulatorLines({ origin, clientId, clientSecret, accountCount }: SimulatorDetails): string[] {
  return [
    `A simulated Dynamics 365 with ${formatCount(accountCount)} accounts answers at ${origin}. Ctrl-C stops it.`,
    "",
    "To sync from it, put this into sluice.yaml:",
    "",
    ...simulatedConnection(origin, clientId).map((line) => `  ${line}`),
    "",
    "and in another terminal:",
    "",
    `  export SLUICE_SIMULATOR=${origin}`,
    `  export DYNAMICS_CLIENT_SECRET='${clientSecret}'`,
    "  sluice sync",
    "",
    "To log in to it from the web application instead:",
    "",
    `  export SLUICE_SIMULATOR=${origin}`,
    `  export SLUICE_DYNAMICS_CLIENT_ID=${clientId}`,
    `  export SLUICE_DYNAMICS_CLIENT_SECRET='${clientSecret}'`,
    "  sluice serve",
  ];
}

function simulatedConnection(origin: string, clientId: string): string[] {
  return [
    `address: ${origin}`,
    "signIn:",
    "  kind: client-credentials",
    `  clientId: ${clientId}`,
    "  clientSecret: { env: DYNAMICS_CLIENT_SECRET }",
    "selection: all",
    "mapping:",
    "  domains: [websiteurl, emailaddress1]",
    "  fields:",
    "    Owner: { column: ownerid, type: teammate }",
    "    Employees: { column: numberofemployees, type: number }",
    "teammates:",
    "  - { email: maya.lindqvist@contoso.example, name: Maya Lindqvist }",
  ];
}

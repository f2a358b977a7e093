// The commands of `sluice` with their options, help texts and functions. A command's file is loaded
// when the command is called, so that the help starts fast.
import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import type { CommandContext } from "./context.ts";
import { exitCodeHelp, type ExitCode } from "./exit-codes.ts";
import { DEFAULT_CONNECTION_FILE, type GlobalOptions } from "./global-options.ts";

/** Calls the command's function with the context that the options give, and prints its errors. */
export type RunCommand = (
  global: GlobalOptions,
  work: (context: CommandContext) => Promise<ExitCode>,
) => Promise<void>;

function parseWholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("Write a whole number.");
  return Number(value);
}

function limitOption(thing: string, defaultLimit: number): Option {
  return new Option("--limit <n>", `show at most this many ${thing}`)
    .argParser(parseWholeNumber)
    .default(defaultLimit);
}

type Load<Options> = () => Promise<(context: CommandContext, options: Options) => Promise<ExitCode>>;

type Actions = {
  /** Loads the command's function and runs it. */
  readonly execute: <Options>(load: Load<Options>, options: Options, command: Command) => Promise<void>;
  /** Returns the action of a command without arguments. */
  readonly action: <Options>(load: Load<Options>) => (options: Options, command: Command) => Promise<void>;
};

function createActions(runCommand: RunCommand): Actions {
  // Only the command that commander passes knows the global options.
  const execute: Actions["execute"] = (load, options, command) =>
    runCommand(command.optsWithGlobals<GlobalOptions>(), async (context) => {
      const work = await load();
      return work(context, options);
    });
  return { execute, action: (load) => (options, command) => execute(load, options, command) };
}

export function buildProgram(runCommand: RunCommand): Command {
  const program = new Command("sluice")
    .description("Keeps the accounts of a support workspace in step with Microsoft Dynamics 365, one way.")
    .version(manifest.version, "--version", "print the version of this program")
    .option("--json", "print one JSON document on standard output, and nothing else there")
    .option("--connection <file>", "the connection file, YAML or JSON", DEFAULT_CONNECTION_FILE)
    .option("--home <directory>", "where the embedded database lives; overrides SLUICE_HOME")
    .helpCommand(false)
    .showHelpAfterError('("sluice --help" tells more)')
    .addHelpText("after", `\n${exitCodeHelp}`);
  const actions = createActions(runCommand);
  addSyncCommands(program, actions);
  addListCommands(program, actions);
  addDatabaseCommands(program, actions);
  addServerCommands(program, actions);
  return program;
}

function addSyncCommands(program: Command, { action, execute }: Actions): void {
  program
    .command("sync")
    .description("read, plan and apply: bring the accounts into step")
    .action(action(async () => (await import("./commands/sync.ts")).sync));
  program
    .command("plan")
    .description("read and plan, then stop: show what a sync would do")
    .addOption(limitOption("accounts", 20))
    .action(action(async () => (await import("./commands/plan.ts")).plan));
  program
    .command("apply")
    .description("apply a plan exactly as it was shown")
    .argument("<run>", "number of the planned run", parseWholeNumber)
    .action((run: number, _: object, command: Command) =>
      execute(async () => (await import("./commands/apply.ts")).apply, { run }, command),
    );
}

function addListCommands(program: Command, { action, execute }: Actions): void {
  const accounts = program.command("accounts").description("the accounts here").helpCommand(false);
  accounts
    .command("export")
    .description("write all accounts to standard output, in a stable order")
    .addOption(new Option("--format <format>", "of the lines").choices(["ndjson", "csv"]).default("ndjson"))
    .option(
      "--guard-formulas",
      "csv: for spreadsheets, with a byte order mark, and an apostrophe before what they would run as a formula",
    )
    .action(action(async () => (await import("./commands/accounts-export.ts")).accountsExport));
  accounts
    .command("unlink")
    .description("unlink accounts that stopped syncing, so that other records may be linked to them")
    .argument("[account]", "number of an account", parseWholeNumber)
    .option("--all-left-view", "all accounts whose records left the view")
    .option("--yes", "do it; without it, only what it would do is shown")
    .action((account: number | undefined, options: { allLeftView?: true; yes?: true }, command: Command) =>
      execute(
        async () => (await import("./commands/accounts-unlink.ts")).accountsUnlink,
        { ...options, account },
        command,
      ),
    );
  program
    .command("runs")
    .description("list the latest runs")
    .addOption(limitOption("runs", 20))
    .action(action(async () => (await import("./commands/runs.ts")).runs));
  program
    .command("issues")
    .description("tell what went wrong in a run, with which accounts, and what to do")
    .option("--run <id>", "number of the run; default: the latest", parseWholeNumber)
    .addOption(limitOption("accounts of each kind", 10))
    .action(action(async () => (await import("./commands/issues.ts")).issues));
  program
    .command("fields")
    .description("list the columns that Dynamics 365 offers, and what each may be mapped to")
    .action(action(async () => (await import("./commands/fields.ts")).fields));
  program
    .command("views")
    .description("list the views that can select accounts")
    .action(action(async () => (await import("./commands/views.ts")).views));
}

function addDatabaseCommands(program: Command, { action, execute }: Actions): void {
  program
    .command("migrate")
    .description("bring the database to this version's schema")
    .action(action(async () => (await import("./commands/migrate.ts")).migrate));
  program
    .command("backup")
    .description("write everything the database holds to one file")
    .argument("[file]", 'a new file, or "-" for standard output', "-")
    .action((file: string, _: object, command: Command) =>
      execute(async () => (await import("./commands/backup.ts")).backup, { file }, command),
    );
  program
    .command("restore")
    .description("fill an empty database from a backup")
    .argument("<file>", 'what "sluice backup" wrote, or "-" for standard input')
    .action((file: string, _: object, command: Command) =>
      execute(async () => (await import("./commands/restore.ts")).restore, { file }, command),
    );
}

function addServerCommands(program: Command, { action }: Actions): void {
  program
    .command("simulator")
    .description("start a simulated Dynamics 365 on this machine")
    .option("--port <n>", "port on 127.0.0.1", parseWholeNumber, 8365)
    .option("--accounts <n>", "make this many accounts from a seed", parseWholeNumber)
    .option("--csv <file...>", "load the accounts of CSV files")
    .option("--customised", "add columns of every kind a company adds to account")
    .option("--columns <file...>", "add the columns of account that JSON files list")
    .option("--demo", "add a couple of thousand real organisations; the default if nothing else is asked for")
    .option("--seed <text>", "seed of the accounts that are made")
    .action(action(async () => (await import("./commands/simulator.ts")).simulator));
  program
    .command("serve")
    .description("serve the web application, until it is stopped")
    .option("--admin <email>", "print a one-time link for this company admin, made if there is none yet")
    .addOption(
      new Option(
        "--only <part>",
        "the pages without the worker that starts runs by itself, or the worker alone; any number of each on one DATABASE_URL",
      ).choices(["api", "worker"]),
    )
    .action(action(async () => (await import("./commands/serve.ts")).serve));
  program
    .command("demo")
    .description(
      "show the whole line: simulator, plan, first sync, changes at the source, second sync; then serve it",
    )
    .option("--serve", "serve the web application at the end; the default on a terminal")
    .option("--no-serve", "end after the second sync; the default elsewhere")
    .action(action(async () => (await import("./commands/demo/demo.ts")).demo));
}

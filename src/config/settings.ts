// The list of all settings. `.env.example` is generated from it, and a check compares the manual
// with it.

export interface Setting {
  readonly name: string;
  readonly description: string;
  readonly default?: string;
  /** May also be given as NAME_FILE; is never shown. */
  readonly secret?: boolean;
}

export const settings = [
  {
    name: "DATABASE_URL",
    description:
      "PostgreSQL 15 or newer, as postgres://user:password@host:5432/database. " +
      "Without it, a PostgreSQL of our own is started in SLUICE_HOME.",
    secret: true,
  },
  {
    name: "SLUICE_HOME",
    description: "Directory for the embedded database. Relative paths start where the command is run.",
    default: ".sluice",
  },
  {
    name: "SLUICE_LOG_LEVEL",
    description: "How much is logged to standard error: debug, info, warn, error or silent.",
    default: "warn",
  },
  {
    name: "SLUICE_SIMULATOR",
    description:
      "Address of the simulator, the only one besides Dynamics 365 that may be contacted, as http://127.0.0.1:8365. " +
      "Leave it out in production.",
  },
  {
    name: "SLUICE_DATABASE_CONNECTIONS",
    description:
      "Connections to the database that a process opens at most, 12 or more: half for requests, half for runs and maintenance.",
    default: "20",
  },
  {
    name: "SLUICE_QUERY_SECONDS",
    description:
      "Seconds that one query of a request may take. Runs, backups and migrations take as long as they need.",
    default: "30",
  },
  {
    name: "MAX_ACCOUNTS",
    description: "A selection of more accounts than this is refused before anything is written.",
    default: "500000",
  },
  {
    name: "SLUICE_HOST",
    description: 'Address that "sluice serve" listens on. 0.0.0.0 for all, behind a proxy that speaks https.',
    default: "127.0.0.1",
  },
  { name: "SLUICE_PORT", description: 'Port that "sluice serve" listens on.', default: "8377" },
  {
    name: "SLUICE_PUBLIC_URL",
    description:
      "Where people reach Sluice, such as https://sluice.ourcompany.example; links in mails begin with it. " +
      "Without it, the address it listens on.",
  },
  {
    name: "SLUICE_TRUSTED_PROXIES",
    description:
      "Addresses or networks of proxies, separated by commas, that are trusted to name the client's address.",
    default: "127.0.0.1,::1",
  },
  { name: "SLUICE_WORKSPACE", description: "Name of the workspace, as people see it.", default: "Support" },
  {
    name: "SLUICE_KEY",
    description:
      "Encrypts credentials and mails in the database: 32 bytes in base64 or hex. Without it, one is made in SLUICE_HOME.",
    secret: true,
  },
  {
    name: "SLUICE_OLD_KEYS",
    description:
      "Former values of SLUICE_KEY, separated by commas: they decrypt what they encrypted, and encrypt nothing new.",
    secret: true,
  },
  {
    name: "SMTP_URL",
    description:
      "Mail server, as smtps://user:password@mail.example:465 or smtp://…:587. Without it, the app shows what it would mail.",
    secret: true,
  },
  {
    name: "SLUICE_MAIL_FROM",
    description: "Sender of mails, such as Sluice <sluice@ourcompany.example>. Needed with SMTP_URL.",
  },
  {
    name: "HTTPS_PROXY",
    description:
      "Proxy for requests to Dynamics 365 and Microsoft Entra ID, as http://host:port or http://user:password@host:port. " +
      "Mails do not go through it.",
    secret: true,
  },
  {
    name: "NO_PROXY",
    description:
      "Hosts, separated by commas, that are reached without the proxy, with those below them; * for all.",
  },
  {
    name: "SLUICE_ENTRA_TENANT",
    description:
      "Directory (tenant) id in Microsoft Entra ID; with the next two, teammates may sign in with Microsoft.",
  },
  { name: "SLUICE_ENTRA_CLIENT_ID", description: "Application (client) id of that sign-in." },
  { name: "SLUICE_ENTRA_CLIENT_SECRET", description: "Client secret of that sign-in.", secret: true },
  {
    name: "SLUICE_DYNAMICS_CLIENT_ID",
    description: "Application (client) id with which admins log in to Dynamics 365 from the app.",
  },
  {
    name: "SLUICE_DYNAMICS_CLIENT_SECRET",
    description: "Client secret of that application; none if it is a public client.",
    secret: true,
  },
  {
    name: "SLUICE_KEEP_HISTORY_DAYS",
    description:
      "Days that runs, what they changed and edits by hand are kept. The latest of each account stays however old it is.",
    default: "400",
  },
  {
    name: "SLUICE_KEEP_PLANS_DAYS",
    description: "Days that plans are kept that were discarded, interrupted or failed.",
    default: "30",
  },
  {
    name: "METRICS_TOKEN",
    description:
      "Bearer token with which Prometheus reads /metrics, 16 characters or more. Without it there are no metrics.",
    secret: true,
  },
  { name: "NO_COLOR", description: "Set it to anything to have no colours on a terminal." },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]["name"];

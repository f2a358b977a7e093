// Who may sign in at the simulated Entra ID: one tenant, its users and its app registrations.
// All fields of users and apps may be changed while the simulator runs; the next request sees the change.
// The link to the organisation is `userId`, the systemuser an identity acts as there.

/** Someone who signs in with name and password. */
export interface DirectoryUser {
  /** Object id in the tenant. */
  readonly objectId: string;
  /** The systemuser this person is in the organisation; absent: not a member of it. */
  userId?: string;
  userPrincipalName: string;
  displayName: string;
  password: string;
  /** AADSTS50057 while true. */
  disabled?: boolean;
  /** AADSTS50076: multi-factor authentication is demanded where no person can answer (a refresh). */
  mfaRequired?: boolean;
  /** AADSTS53003: a Conditional Access policy says no. */
  blockedByConditionalAccess?: boolean;
}

export interface AppSecret {
  value: string;
  /** Milliseconds since 1970; from then on AADSTS7000222. */
  expiresAt?: number;
}

export interface AppRegistration {
  readonly clientId: string;
  displayName: string;
  /** None makes it a public client. */
  secrets: AppSecret[];
  redirectUris: string[];
  /** The application user (systemuser) that client credentials act as; absent: not a member of the organisation. */
  userId?: string;
  /** Object id of its service principal. */
  readonly objectId: string;
  /** False: AADSTS50194 at /common and /organizations. Default true. */
  multiTenant?: boolean;
  /** Object ids that may use it; absent: everybody. Others get AADSTS50105. */
  assignedUsers?: string[];
  /** True: an admin agreed for everybody, nobody is asked. */
  adminConsent?: boolean;
  /** True: only an admin's consent counts, AADSTS90094 for a user. */
  needsAdminConsent?: boolean;
}

export interface Directory {
  readonly tenantId: string;
  /** Verified domain, accepted in place of the id in every path. */
  readonly tenantDomain: string;
  readonly tenantName: string;
  readonly users: DirectoryUser[];
  readonly apps: AppRegistration[];
}

/** The tenant's own id and domain, and the two names that stand for "whatever tenant the user is in". */
export function isTenant(directory: Directory, segment: string): boolean {
  const name = segment.toLowerCase();
  return name === directory.tenantId || name === directory.tenantDomain || isMultiTenantEndpoint(name);
}

export function isMultiTenantEndpoint(segment: string): boolean {
  return segment === "organizations" || segment === "common";
}

export function findUser(directory: Directory, userPrincipalName: string): DirectoryUser | undefined {
  const wanted = userPrincipalName.trim().toLowerCase();
  return directory.users.find((user) => user.userPrincipalName.toLowerCase() === wanted);
}

export function findApp(directory: Directory, clientId: string): AppRegistration | undefined {
  const wanted = clientId.toLowerCase();
  return directory.apps.find((app) => app.clientId.toLowerCase() === wanted);
}

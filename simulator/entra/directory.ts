// Defines the directory of the simulated Entra ID: one tenant, its users and its app registrations.
// All fields of users and apps may be changed while the simulator runs; the next request sees the
// change. `userId` names the systemuser that an identity acts as in the organisation.

/** A person who signs in with name and password. */
export interface DirectoryUser {
  /** The object id in the tenant. */
  readonly objectId: string;
  /** The systemuser in the organisation; absent for somebody who is not a member of it. */
  userId?: string;
  userPrincipalName: string;
  displayName: string;
  password: string;
  /** While true, sign-in fails with AADSTS50057. */
  disabled?: boolean;
  /** While true, a refresh fails with AADSTS50076, since no person can answer the second factor. */
  mfaRequired?: boolean;
  /** While true, a Conditional Access policy blocks the user with AADSTS53003. */
  blockedByConditionalAccess?: boolean;
}

export interface AppSecret {
  value: string;
  /** Milliseconds since 1970, from which on the secret is refused with AADSTS7000222. */
  expiresAt?: number;
}

export interface AppRegistration {
  readonly clientId: string;
  displayName: string;
  /** An app without secrets is a public client. */
  secrets: AppSecret[];
  redirectUris: string[];
  /**
   * The application user (systemuser) that client credentials act as; absent for an app that is not
   * a member of the organisation.
   */
  userId?: string;
  /** The object id of its service principal. */
  readonly objectId: string;
  /** While false, /common and /organizations refuse it with AADSTS50194. Default: true. */
  multiTenant?: boolean;
  /** Object ids of users that may use it; all others get AADSTS50105. Absent: everybody may. */
  assignedUsers?: string[];
  /** While true, an admin has consented for all users, and nobody is asked. */
  adminConsent?: boolean;
  /** While true, only an admin can consent, and users get AADSTS90094. */
  needsAdminConsent?: boolean;
}

export interface Directory {
  readonly tenantId: string;
  /** The verified domain, accepted in place of the id in every path. */
  readonly tenantDomain: string;
  readonly tenantName: string;
  readonly users: DirectoryUser[];
  readonly apps: AppRegistration[];
}

/** Whether a path segment names the tenant: by id, by domain, or by /common or /organizations. */
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

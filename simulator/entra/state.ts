// Holds the state of the simulated Entra ID: authorization codes, consents, revocations, and forced
// errors. The endpoints read and change it, and so do tests while it runs.
import { createHash, randomUUID } from "node:crypto";
import type { AadstsCode } from "./aadsts.ts";
import type { Directory, DirectoryUser } from "./directory.ts";
import { seal, unseal } from "./sealed-tokens.ts";
import type { CodeGrant, EntraOptions } from "./types.ts";

interface ForcedError {
  readonly code: AadstsCode;
  readonly grant: string | undefined;
  remaining: number;
}

export class EntraState {
  readonly directory: Directory;
  readonly options: EntraOptions;
  /** The key that seals tokens. */
  readonly key: string;
  readonly codes = new Map<string, CodeGrant>();
  /** Ids of the refresh tokens that were used already. */
  readonly usedRefreshTokens = new Set<string>();
  readonly revokedRefreshTokens = new Set<string>();
  /** By object id: tokens issued at or before this time are revoked. */
  readonly tokensValidFrom = new Map<string, number>();
  /** By app and user: true when consent was given, false when it was withdrawn later. */
  private readonly consents = new Map<string, boolean>();
  private readonly forcedErrors: ForcedError[] = [];
  private lastIssueTime = 0;

  constructor(options: EntraOptions) {
    this.options = options;
    this.directory = options.directory;
    this.key = createHash("sha256")
      .update(`entra ${options.seed ?? randomUUID()}`)
      .digest("hex");
  }

  get tenantId(): string {
    return this.directory.tenantId;
  }

  now(): number {
    return this.options.now();
  }

  /**
   * Returns a time later than any before, so that "issued before the revocation" is unambiguous when
   * the clock stands still.
   */
  nextIssueTime(): number {
    this.lastIssueTime = Math.max(this.now(), this.lastIssueTime + 1);
    return this.lastIssueTime;
  }

  /** Issues a refresh token as if this user had just signed in to this app and consented. */
  issueRefreshToken(clientId: string, userPrincipalName: string, scope: string): string {
    const user = this.directory.users.find((one) => one.userPrincipalName === userPrincipalName);
    if (!user) throw new Error(`The simulated tenant has no user ${userPrincipalName}.`);
    this.recordConsent(clientId, user.objectId);
    return this.sealRefreshToken(clientId, user.objectId, scope);
  }

  sealRefreshToken(clientId: string, objectId: string, scope: string): string {
    return seal(this.key, "rt", {
      id: randomUUID(),
      appid: clientId,
      oid: objectId,
      scope,
      iat: this.nextIssueTime(),
    });
  }

  /** Makes this refresh token fail with AADSTS50173. */
  revokeRefreshToken(token: string): void {
    this.revokedRefreshTokens.add(String(unseal(this.key, "rt", token)?.["id"]));
  }

  /**
   * "Revoke sessions" makes all refresh tokens of the user so far fail with AADSTS50173. Access
   * tokens stay valid until they expire.
   */
  revokeSessions(objectId: string): void {
    this.tokensValidFrom.set(objectId, this.nextIssueTime());
  }

  /**
   * Makes the next `times` token requests (of this grant type, if given) fail with this AADSTS
   * number.
   */
  forceError(code: AadstsCode, { times = 1, grant }: { times?: number; grant?: string } = {}): void {
    this.forcedErrors.push({ code, grant, remaining: times });
  }

  takeForcedError(grant: string): AadstsCode | undefined {
    const forced = this.forcedErrors.find((one) => one.remaining > 0 && (one.grant ?? grant) === grant);
    if (forced) forced.remaining -= 1;
    return forced?.code;
  }

  hasConsent(clientId: string, user: DirectoryUser): boolean {
    const app = this.directory.apps.find((one) => one.clientId === clientId);
    return app?.adminConsent === true || this.consents.get(`${clientId} ${user.objectId}`) === true;
  }

  recordConsent(clientId: string, objectId: string): void {
    this.consents.set(`${clientId} ${objectId}`, true);
  }

  /** Makes the next refresh fail with AADSTS65001. */
  withdrawConsent(clientId: string, objectId: string): void {
    this.consents.set(`${clientId} ${objectId}`, false);
  }

  hasWithdrawnConsent(clientId: string, objectId: string): boolean {
    return this.consents.get(`${clientId} ${objectId}`) === false;
  }

  knowsResource(resource: string, origin: string): boolean {
    const known = this.options.resources?.() ?? [origin];
    return known.some((one) => one.toLowerCase() === resource);
  }

  issuer(origin: string): string {
    return `${origin}/${this.directory.tenantId}/v2.0`;
  }
}

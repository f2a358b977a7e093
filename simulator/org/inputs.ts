// Defines the input of an organisation, its users, teams and views, and the ids that are the same
// in every environment.

export interface OrgOptions {
  /** The same seed yields the same ids. Default: "sluice". */
  readonly seed?: string;
  /** Default: the system clock. */
  readonly now?: () => Date;
  readonly name?: string;
  /** An LCID. Default: 1033 (English). */
  readonly baseLanguage?: number;
}

export interface NewUser {
  readonly id?: string;
  readonly fullname: string;
  readonly email?: string | null;
  /** The sign-in name. Default: the e-mail address. */
  readonly domainname?: string | null;
  readonly disabled?: boolean;
  /** 0 read-write … 5 delegated admin. */
  readonly accessMode?: number;
  readonly licensed?: boolean;
  /** Set for an application user. */
  readonly applicationId?: string;
  /** Role ids. */
  readonly roles?: readonly string[];
  readonly utcOffsetMinutes?: number;
  /** Language of the user interface as an LCID. Default: 0, the organisation's base language. */
  readonly uiLanguage?: number;
}

export interface NewView {
  readonly id?: string;
  readonly kind: "personal" | "system";
  readonly name: string;
  readonly fetchxml: string | null;
  /** Owner of a personal view: user or team. Default: the administrator. */
  readonly owner?: string;
  readonly layoutxml?: string | null;
  /** 0 is an ordinary list view. */
  readonly queryType?: number;
  readonly table?: string;
  readonly isDefault?: boolean;
}

export interface NewTeam {
  readonly id?: string;
  readonly name: string;
  /** 0 owner, 1 access, 2 security group, 3 office group. */
  readonly type?: number;
  /** User ids. */
  readonly members?: readonly string[];
  /** Role ids. */
  readonly roles?: readonly string[];
}

export type Depth = "user" | "businessUnit" | "deep" | "organisation";
export const DEPTH_MASKS: Readonly<Record<Depth, number>> = {
  user: 1,
  businessUnit: 2,
  deep: 4,
  organisation: 8,
};

/** The role template of System Administrator, the same in every environment. */
export const ADMIN_ROLE_TEMPLATE = "627090ff-40a3-4053-8790-584edc5be201";
/** The field security profile of System Administrators, the same in every environment. */
export const ADMIN_FIELD_PROFILE = "572329c1-a042-4e22-be47-367c6374ea45";

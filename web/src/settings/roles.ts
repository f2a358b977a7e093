// Names and descriptions of roles.
import type { Role } from "../../../src/api/contract/session.ts";

export const ROLE_NAMES: Record<Role, string> = {
  teammate: "Teammate",
  "workspace-admin": "Workspace admin",
  "company-admin": "Company admin",
};

export const ROLE_DESCRIPTIONS: Record<Role, string> = {
  teammate: "Sees and edits accounts.",
  "workspace-admin": "Also sets up the sync and invites teammates.",
  "company-admin": "Also manages custom fields, sees mails, and appoints company admins.",
};

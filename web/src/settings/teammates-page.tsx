// Lists, invites and removes teammates, and sets their roles.
import { ActionIcon, Button, Menu, Select } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { roles, sessionRoutes, type Role, type TeammateView } from "../../../src/api/contract/session.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { RelativeTime } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { Row, Rows } from "../components/rows.tsx";
import { hasAccess, useSession } from "../session/session.ts";
import { formatCount } from "../format/numbers.ts";
import { InviteDialog, type Invitation } from "./invite-dialog.tsx";
import { ROLE_NAMES } from "./roles.ts";

const INVALIDATED_ROUTES = [sessionRoutes.listTeammates];

function SignInState({ teammate }: { teammate: TeammateView }) {
  if (teammate.state === "invited") return "invited, not signed in yet";
  if (teammate.state === "no-sign-in") return "known from Dynamics 365, cannot sign in";
  if (teammate.lastSeenAt === null) return "not active yet";
  return (
    <>
      last active <RelativeTime at={teammate.lastSeenAt} />
    </>
  );
}

type RowProps = {
  teammate: TeammateView;
  canEdit: boolean;
  roleOptions: { readonly value: Role; readonly label: string }[];
  onRole: (role: Role) => void;
  onInvite: (invitee: Invitation) => void;
  onRemove: () => void;
};

function TeammateRow({ teammate, canEdit, roleOptions, onRole, onInvite, onRemove }: RowProps) {
  const { email, name, role, state } = teammate;
  return (
    <Row
      title={name || email}
      subtitle={
        <>
          {name && `${email} · `}
          <SignInState teammate={teammate} />
        </>
      }
    >
      {state !== "no-sign-in" &&
        (canEdit ? (
          <Select
            aria-label={`Role of ${name || email}`}
            w={150}
            data={roleOptions}
            value={role}
            onChange={(chosen) => chosen && onRole(chosen)}
          />
        ) : (
          ROLE_NAMES[role]
        ))}
      {canEdit && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`Actions for ${name || email}`}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {state !== "active" && (
              <Menu.Item onClick={() => onInvite({ email, name, role })}>
                {state === "invited" ? "Invite again" : "Invite"}
              </Menu.Item>
            )}
            <Menu.Item color="red" onClick={onRemove}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Row>
  );
}

export function TeammatesPage() {
  const session = useSession();
  const canInvite = hasAccess(session, sessionRoutes.invite.access);
  const isCompanyAdmin = hasAccess(session, "company-admin");
  const teammates = useQuery(routeQuery(sessionRoutes.listTeammates, {}));
  const edit = useRouteMutation(sessionRoutes.editTeammate, [
    ...INVALIDATED_ROUTES,
    sessionRoutes.getSession,
  ]);
  const remove = useRouteMutation(sessionRoutes.removeTeammate, INVALIDATED_ROUTES);
  const [inviting, setInviting] = useState<Invitation | null>(null);
  const [removing, setRemoving] = useState<TeammateView | null>(null);

  /** A workspace admin may edit everybody but company admins. */
  const canEdit = ({ role }: TeammateView) => canInvite && (isCompanyAdmin || role !== "company-admin");
  const roleOptions = roles
    .filter((role) => isCompanyAdmin || role !== "company-admin")
    .map((value) => ({ value, label: ROLE_NAMES[value] }));
  const list = teammates.data?.teammates ?? [];
  const personCount = list.filter(({ state }) => state !== "no-sign-in").length;

  return (
    <Page
      readingWidth
      title="Teammates"
      subtitle={teammates.data ? `${formatCount(personCount, "person", "people")} in the workspace` : ""}
      actions={
        canInvite && (
          <Button
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setInviting({ email: "", name: "", role: "teammate" })}
          >
            Invite a teammate
          </Button>
        )
      }
    >
      {(teammates.error ?? edit.error) && <ErrorAlert error={teammates.error ?? edit.error ?? new Error()} />}
      {teammates.isPending && <LoadingRows />}
      {teammates.data && (
        <Rows label="Teammates">
          {list.map((teammate) => (
            <TeammateRow
              key={teammate.id}
              teammate={teammate}
              canEdit={canEdit(teammate)}
              roleOptions={roleOptions}
              onRole={(role) => edit.mutate({ params: { id: teammate.id }, body: { role } })}
              onInvite={setInviting}
              onRemove={() => setRemoving(teammate)}
            />
          ))}
        </Rows>
      )}
      <InviteDialog invitee={inviting} roles={roleOptions} onClose={() => setInviting(null)} />
      <ConfirmDialog
        title={removing && `Remove ${removing.name || removing.email}?`}
        confirmLabel="Remove teammate"
        isPending={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset();
          setRemoving(null);
        }}
        onConfirm={() =>
          removing && remove.mutate({ params: { id: removing.id } }, { onSuccess: () => setRemoving(null) })
        }
      >
        They are signed out on all devices. Fields with this teammate show a former teammate: synced fields
        until the next run, other fields until someone changes them.
      </ConfirmDialog>
    </Page>
  );
}

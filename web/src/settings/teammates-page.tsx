// Who works here: invited, given a role, removed.
import { ActionIcon, Button, Menu, Select } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { roles, sessionRoutes, type TeammateView } from "../../../src/api/contract/session.ts";
import { queryOf, useCall } from "../client/queries.ts";
import { Confirm } from "../components/confirm-dialog.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { Moment } from "../components/relative-time.tsx";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { Row, Rows } from "../components/rows.tsx";
import { mayCall, useSession } from "../session/session.ts";
import { count } from "../format/numbers.ts";
import { Invite, type Invited } from "./invite-dialog.tsx";
import { ROLE_NAMES } from "./roles.ts";

const STALE = [sessionRoutes.listTeammates];

function State({ teammate }: { teammate: TeammateView }) {
  if (teammate.state === "invited") return "invited, not signed in yet";
  if (teammate.state === "no-sign-in") return "known from Dynamics 365, cannot sign in";
  if (teammate.lastSeenAt === null) return "not seen yet";
  return (
    <>
      seen <Moment at={teammate.lastSeenAt} />
    </>
  );
}

export function TeammatesPage() {
  const session = useSession();
  const mayInvite = mayCall(session, sessionRoutes.invite.access);
  const isCompanyAdmin = mayCall(session, "company-admin");
  const teammates = useQuery(queryOf(sessionRoutes.listTeammates, {}));
  const edit = useCall(sessionRoutes.editTeammate, [...STALE, sessionRoutes.getSession]);
  const remove = useCall(sessionRoutes.removeTeammate, STALE);
  const [inviting, setInviting] = useState<Invited | null>(null);
  const [doomed, setDoomed] = useState<TeammateView | null>(null);

  /** A workspace admin changes everybody but company admins. */
  const mayChange = ({ role }: TeammateView) => mayInvite && (isCompanyAdmin || role !== "company-admin");
  const choices = roles
    .filter((role) => isCompanyAdmin || role !== "company-admin")
    .map((value) => ({ value, label: ROLE_NAMES[value] }));
  const list = teammates.data?.teammates ?? [];
  const ones = list.filter(({ state }) => state !== "no-sign-in").length;

  return (
    <Page
      column
      title="Teammates"
      line={teammates.data ? `${count(ones, "person", "people")} in the workspace` : ""}
      actions={
        mayInvite && (
          <Button
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setInviting({ email: "", name: "", role: "teammate" })}
          >
            Invite a teammate
          </Button>
        )
      }
    >
      {(teammates.error ?? edit.error) && <Problem error={teammates.error ?? edit.error ?? new Error()} />}
      {teammates.isPending && <LoadingRows />}
      {teammates.data && (
        <Rows label="Teammates">
          {list.map((teammate) => {
            const { id, email, name, role, state } = teammate;
            return (
              <Row
                key={id}
                title={name || email}
                line={
                  <>
                    {name && `${email} · `}
                    <State teammate={teammate} />
                  </>
                }
              >
                {state !== "no-sign-in" &&
                  (mayChange(teammate) ? (
                    <Select
                      aria-label={`Role of ${name || email}`}
                      w={150}
                      data={choices}
                      value={role}
                      onChange={(chosen) => chosen && edit.mutate({ params: { id }, body: { role: chosen } })}
                    />
                  ) : (
                    ROLE_NAMES[role]
                  ))}
                {mayChange(teammate) && (
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <ActionIcon aria-label={`More about ${name || email}`}>
                        <IconDots size={16} aria-hidden />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {state !== "active" && (
                        <Menu.Item onClick={() => setInviting({ email, name, role })}>
                          {state === "invited" ? "Invite again" : "Invite"}
                        </Menu.Item>
                      )}
                      <Menu.Item color="red" onClick={() => setDoomed(teammate)}>
                        Remove
                      </Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                )}
              </Row>
            );
          })}
        </Rows>
      )}
      <Invite whom={inviting} roles={choices} onClose={() => setInviting(null)} />
      <Confirm
        title={doomed && `Remove ${doomed.name || doomed.email}?`}
        action="Remove teammate"
        pending={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset();
          setDoomed(null);
        }}
        onConfirm={() =>
          doomed && remove.mutate({ params: { id: doomed.id } }, { onSuccess: () => setDoomed(null) })
        }
      >
        They are signed out everywhere at once. Accounts that name them show a former teammate: in a field
        that is synced until the next run, in any other until somebody chooses anew.
      </Confirm>
    </Page>
  );
}

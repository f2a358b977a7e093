// Invites a teammate. If no mail can be sent, it shows the link to copy.
import { Button, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { sessionRoutes, type Role } from "../../../src/api/contract/session.ts";
import { useRouteMutation } from "../client/queries.ts";
import { ErrorAlert } from "../components/error-alert.tsx";
import { ROLE_DESCRIPTIONS } from "./roles.ts";
import styles from "./settings.module.css";

export type Invitation = { readonly email: string; readonly name: string; readonly role: Role };

type Props = {
  /** Null closes the dialog, which then returns the focus. */
  invitee: Invitation | null;
  roles: { readonly value: Role; readonly label: string }[];
  onClose: () => void;
};

function InvitationSent({
  email,
  link,
  onClose,
}: {
  email: string;
  link: string | null;
  onClose: () => void;
}) {
  return (
    <Stack gap="sm">
      <Text role="status">
        {link === null
          ? `An invitation is being sent to ${email}.`
          : `This installation sends no mail. Send this link to ${email} yourself; it works once.`}
      </Text>
      {link !== null && <div className={styles.link}>{link}</div>}
      <Group justify="flex-end" gap="xs">
        {link !== null && (
          <CopyButton value={link}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy link"}
              </Button>
            )}
          </CopyButton>
        )}
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

function Form({ invitee, roles, onClose }: Props & { invitee: Invitation }) {
  const invite = useRouteMutation(sessionRoutes.invite, [sessionRoutes.listTeammates]);
  const [invitation, setInvitation] = useState(invitee);
  const change = (part: Partial<Invitation>) => setInvitation({ ...invitation, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ body: invitation });
  };
  if (invite.data)
    return <InvitationSent email={invite.data.teammate.email} link={invite.data.link} onClose={onClose} />;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {invite.error && <ErrorAlert error={invite.error} />}
        <TextInput
          label="E-mail"
          type="email"
          required
          data-autofocus
          readOnly={invitee.email !== ""}
          value={invitation.email}
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        <TextInput
          label="Name"
          description="If empty, the teammate enters it."
          value={invitation.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Role"
          description={ROLE_DESCRIPTIONS[invitation.role]}
          data={roles}
          value={invitation.role}
          onChange={(role) => change({ role: role ?? "teammate" })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function InviteDialog(props: Props) {
  const { invitee, onClose } = props;
  return (
    <Modal opened={invitee !== null} onClose={onClose} title="Invite a teammate">
      {invitee && <Form {...props} invitee={invitee} />}
    </Modal>
  );
}

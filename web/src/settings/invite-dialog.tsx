// Inviting somebody; where no mail can be sent, the link is shown to be passed on.
import { Button, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { sessionRoutes, type Role } from "../../../src/api/contract/session.ts";
import { useCall } from "../client/queries.ts";
import { Problem } from "../components/error-alert.tsx";
import { ROLE_MEANINGS } from "./roles.ts";
import styles from "./settings.module.css";

export type Invited = { readonly email: string; readonly name: string; readonly role: Role };

type Properties = {
  /** Null while nobody is being invited; the modal then closes, and gives the focus back. */
  whom: Invited | null;
  roles: { readonly value: Role; readonly label: string }[];
  onClose: () => void;
};

function Done({ email, link, onClose }: { email: string; link: string | null; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Text role="status">
        {link === null
          ? `An invitation is on its way to ${email}.`
          : `No mail leaves this installation. Pass this link on to ${email}; it works once.`}
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

function Form({ whom, roles, onClose }: Properties & { whom: Invited }) {
  const invite = useCall(sessionRoutes.invite, [sessionRoutes.listTeammates]);
  const [invited, setInvited] = useState(whom);
  const change = (part: Partial<Invited>) => setInvited({ ...invited, ...part });
  const send = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ body: invited });
  };
  if (invite.data)
    return <Done email={invite.data.teammate.email} link={invite.data.link} onClose={onClose} />;
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        {invite.error && <Problem error={invite.error} />}
        <TextInput
          label="E-mail"
          type="email"
          required
          data-autofocus
          readOnly={whom.email !== ""}
          value={invited.email}
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        <TextInput
          label="Name"
          description="Leave it empty and they say it themselves."
          value={invited.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Role"
          description={ROLE_MEANINGS[invited.role]}
          data={roles}
          value={invited.role}
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

export function Invite(properties: Properties) {
  const { whom, onClose } = properties;
  return (
    <Modal opened={whom !== null} onClose={onClose} title="Invite a teammate">
      {whom && <Form {...properties} whom={whom} />}
    </Modal>
  );
}

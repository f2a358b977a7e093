// Recipients of e-mails about the sync, besides who set it up.
import { Checkbox, MultiSelect, Skeleton, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { notificationRoutes, type RecipientsView } from "../../../../src/api/contract/notifications.ts";
import { routeQuery, useRouteMutation } from "../../client/queries.ts";
import { useTeammates } from "../../client/use-teammates.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { SettingsForm } from "./settings-form.tsx";

export function RecipientsForm() {
  const { data, error } = useQuery(routeQuery(notificationRoutes.getRecipients, {}));
  if (error) return <ErrorAlert error={error} />;
  if (!data) return <Skeleton height={260} />;
  return <Form saved={data} />;
}

const formatTeammate = ({ name, email }: { name: string; email: string }) =>
  name === "" ? email : `${name} (${email})`;

function Form({ saved }: { saved: RecipientsView }) {
  const teammates = useTeammates();
  const save = useRouteMutation(notificationRoutes.putRecipients, [notificationRoutes.getRecipients]);
  const [chosen, setChosen] = useState({ ...saved, teammates: saved.teammates.map(({ id }) => String(id)) });
  const change = (changed: Partial<typeof chosen>) => {
    save.reset();
    setChosen({ ...chosen, ...changed });
  };
  const { scheduled, starter, addresses, setUpBy } = chosen;
  // Names the chosen teammates before the list of all has loaded.
  const people = new Map(
    [...saved.teammates, ...teammates].map((one) => [String(one.id), formatTeammate(one)]),
  );
  const connectedBy = setUpBy === null ? "" : `${formatTeammate(setUpBy)}, who connected Dynamics 365, and `;
  const isEmpty = setUpBy === null && chosen.teammates.length === 0 && addresses.length === 0;
  const submit = () =>
    save.mutate(
      { body: { scheduled, starter, addresses, teammates: chosen.teammates.map(Number) } },
      {
        // The server replaces the address of a teammate by that teammate.
        onSuccess: (updated) =>
          setChosen({ ...updated, teammates: updated.teammates.map(({ id }) => String(id)) }),
      },
    );
  return (
    <SettingsForm
      title="E-mail notifications"
      intro={
        isEmpty
          ? "No recipients are selected, so e-mails about the sync go to the company admins."
          : `E-mails about the sync go to ${connectedBy}these recipients.`
      }
      saveLabel="Save recipients"
      mutation={save}
      onSave={submit}
    >
      <Checkbox
        label="Notify about scheduled runs"
        description="When one fails, finds new errors or needs approval, and when the sync works again."
        checked={scheduled}
        onChange={(event) => change({ scheduled: event.currentTarget.checked })}
      />
      <Checkbox
        label="Notify who starts a run about its new issues"
        checked={starter}
        onChange={(event) => change({ starter: event.currentTarget.checked })}
      />
      <MultiSelect
        label="Teammates"
        placeholder={chosen.teammates.length === 0 ? "No teammates" : ""}
        data={[...people].map(([value, label]) => ({ value, label }))}
        searchable
        nothingFoundMessage="No teammate matches."
        value={chosen.teammates}
        error={save.error?.field === "teammates" && save.error.message}
        onChange={(ids) => change({ teammates: ids })}
      />
      <TagsInput
        label="Other addresses"
        description="Such as a shared mailbox. A teammate's address is replaced by the teammate."
        splitChars={[",", " ", ";"]}
        acceptValueOnBlur
        value={addresses}
        error={save.error?.field?.startsWith("addresses") && save.error.message}
        onChange={(entered) => change({ addresses: entered })}
      />
    </SettingsForm>
  );
}

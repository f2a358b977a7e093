// The language of labels. Where nobody chose it, the organisation's base language is offered.
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { usePreview } from "../plan/use-preview.ts";

export function LabelLanguage({ connection }: { connection: ConnectionView }) {
  const navigate = useNavigate();
  const preview = usePreview(
    (run) => void navigate({ to: "/contacts/accounts/sync", search: { tab: "runs", run } }),
  );
  const { labels, settings, environment } = connection;
  const { language, base, isChosen } = labels;
  if (language === null) return "That of whoever is signed in";
  if (isChosen || settings === null || base === null || base.code === language.code) return language.name;
  return (
    <>
      {language.name}, that of whoever was signed in at first. The organisation’s base language is {base.name}
      .{" "}
      {environment?.fromFile === true ? (
        <>
          To choose it, set <code>labelLanguage: {base.code}</code> in the connection file.
        </>
      ) : (
        <Button
          variant="subtle"
          size="compact-xs"
          loading={preview.isPending}
          disabled={preview.isBlocked}
          onClick={() => preview.start({ ...settings, labelLanguage: base.code })}
        >
          Preview labels in {base.name}
        </Button>
      )}
      {preview.error && <ErrorAlert error={preview.error} />}
    </>
  );
}

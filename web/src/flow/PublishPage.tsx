import { Alert, Button, FileButton, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { flowQuery, publishFlow } from "../api/flow";
import { ApiError, isCode } from "../api/problem";
import { UploadIcon } from "../app/icons";
import { errorSentence } from "../layout/errorSentence";
import { NotFoundPage } from "../layout/NotFoundPage";
import { Page } from "../layout/Page";
import { may } from "../session/access";
import { useUser } from "../session/useSession";
import classes from "./Flow.module.css";
import { Issues } from "./Issues";
import { parseFlow } from "./parseFlow";

const maxBytes = 256 * 1024; // the engine's limit of a definition

/** Publishing a definition from a file or the clipboard, with everything the server found in it. */
export function PublishPage({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayPublish = may(useUser(), "publish", shopId);
  const { data: current } = useSuspenseQuery(flowQuery(shopId));
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [dropping, setDropping] = useState(false);
  // The version that the author saw: what somebody else publishes meanwhile is not overwritten.
  const [seen, setSeen] = useState(current?.version ?? 0);

  const publishing = useMutation({
    mutationFn: (definition: object) => publishFlow(shopId, definition, seen),
    onSuccess: async (flow) => {
      await queries.invalidateQueries({ queryKey: flowQuery(shopId).queryKey });
      notifications.show({ color: "teal", message: t("publish.done", { version: flow.version }) });
      if (flow.issues.length === 0) await navigate({ to: "/shops/$shopId/flow", params: { shopId } });
    },
    onError: async (error) => {
      if (isCode(error, "version_conflict")) {
        const fresh = await queries.fetchQuery({ ...flowQuery(shopId), staleTime: 0 });
        setSeen(fresh?.version ?? 0);
      }
    },
  });
  if (!mayPublish) return <NotFoundPage />;

  const change = (next: string) => {
    setText(next);
    setMistake(null);
    if (!publishing.isPending) publishing.reset();
  };
  const read = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > maxBytes) setMistake(t("publish.tooLarge"));
    else change(await file.text());
  };
  const submit = () => {
    const parsed = parseFlow(text);
    if (parsed.ok) return publishing.mutate(parsed.definition);
    setMistake(
      parsed.notObject
        ? t("publish.notObject")
        : parsed.line
          ? t("publish.badJSONLine", { line: parsed.line })
          : t("publish.badJSON"),
    );
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    void read(event.dataTransfer.files[0]);
  };

  const { error } = publishing;
  const issues =
    publishing.data?.issues ?? (error instanceof ApiError ? (error.problem.issues ?? undefined) : undefined);
  return (
    <Page title={t("publish.title")} lead={t("publish.lead")}>
      <div className={classes.tools}>
        <FileButton accept="application/json,.json" onChange={(file) => void read(file)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<UploadIcon size={18} />}>
              {t("publish.file")}
            </Button>
          )}
        </FileButton>
        <Button variant="subtle" onClick={() => void import("./starter").then((m) => change(m.starter(t)))}>
          {t("publish.example")}
        </Button>
      </div>
      <Textarea
        className={classes.editor ?? ""}
        data-dropping={dropping || undefined}
        label={t("publish.json")}
        description={t("publish.jsonHint")}
        error={mistake}
        autosize
        minRows={14}
        maxRows={32}
        spellCheck={false}
        autoCapitalize="off"
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        onDragOver={(event: DragEvent) => {
          event.preventDefault();
          setDropping(true);
        }}
        onDragLeave={() => setDropping(false)}
        onDrop={drop}
      />
      <div className={classes.tools} style={{ marginTop: 16 }}>
        <Button onClick={submit} loading={publishing.isPending} disabled={text.trim() === ""}>
          {t("publish.publish")}
        </Button>
        <Button variant="default" component={Link} to={`/shops/${encodeURIComponent(shopId)}/flow`}>
          {publishing.isSuccess ? t("publish.see") : t("app.cancel")}
        </Button>
      </div>
      {error && !issues?.length ? (
        <Alert color="red" role="alert">
          {errorSentence(t, error)}
        </Alert>
      ) : null}
      {issues?.length ? <Issues issues={issues} published={publishing.isSuccess} /> : null}
    </Page>
  );
}

import { Alert, Button, FileButton, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { flowQuery, type PublishedFlow, publishFlow, reviewFlow } from "../api/flow";
import { ApiError, isCode } from "../api/problem";
import { UploadIcon } from "../app/icons";
import { errorSentence } from "../layout/errorSentence";
import { NotFoundPage } from "../layout/NotFoundPage";
import { Page } from "../layout/Page";
import { may } from "../session/access";
import { useUser } from "../session/useSession";
import type { FlowDocument } from "./document";
import classes from "./Flow.module.css";
import { Issues } from "./Issues";
import { parseFlow } from "./parseFlow";
import { ReviewResult, type Step } from "./ReviewResult";

const maxBytes = 256 * 1024; // the engine's limit of a definition

/** A definition from a file or the clipboard: first what the server says of it, then publishing it. */
export function PublishPage({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayPublish = may(useUser(), "publish", shopId);
  const { data: current } = useSuspenseQuery(flowQuery(shopId));
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const [dropping, setDropping] = useState(false);
  // The version that the author saw: a version published meanwhile is not overwritten.
  const [seen, setSeen] = useState(current?.version ?? 0);

  const reviewing = useMutation({ mutationFn: (definition: object) => reviewFlow(shopId, definition) });
  const publishing = useMutation({
    mutationFn: (definition: object) => publishFlow(shopId, definition, seen),
    onSuccess: async (flow) => {
      await queries.invalidateQueries({ queryKey: flowQuery(shopId).queryKey });
      notifications.show({ color: "teal", message: t("publish.done", { version: flow.version }) });
      await navigate({ to: "/shops/$shopId/flow", params: { shopId } });
    },
    onError: async (error) => {
      if (isCode(error, "version_conflict")) {
        const fresh = await queries.fetchQuery({ ...flowQuery(shopId), staleTime: 0 });
        setSeen(fresh?.version ?? 0);
        reviewing.reset(); // it was held against what is no longer published
      }
    },
  });
  if (!mayPublish) return <NotFoundPage />;

  const change = (next: string) => {
    setText(next);
    setMistake(null);
    reviewing.reset();
    if (!publishing.isPending) publishing.reset();
  };
  const read = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > maxBytes) setMistake(t("publish.tooLarge"));
    else change(await file.text());
  };
  const submit = () => {
    const parsed = parseFlow(text);
    publishing.reset();
    if (parsed.ok) return reviewing.mutate(parsed.definition);
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

  const review = reviewing.data;
  const error = publishing.error ?? reviewing.error;
  const refused = error instanceof ApiError ? (error.problem.issues ?? undefined) : undefined;
  const issues = refused ?? (review && !review.valid ? review.issues : undefined);
  const reviewed = review?.valid && !refused ? reviewing.variables : undefined;
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
      {issues?.length ? <Issues issues={issues} /> : null}
      {review && reviewed ? <ReviewResult review={review} step={stepTo(reviewed, current)} /> : null}
      <div className={classes.tools} style={{ marginTop: 16 }}>
        {reviewed ? (
          <Button onClick={() => publishing.mutate(reviewed)} loading={publishing.isPending}>
            {t("publish.publish")}
          </Button>
        ) : (
          <Button onClick={submit} loading={reviewing.isPending} disabled={text.trim() === ""}>
            {t("publish.review")}
          </Button>
        )}
        <Button variant="default" component={Link} to={`/shops/${encodeURIComponent(shopId)}/flow`}>
          {t("app.cancel")}
        </Button>
      </div>
      {error && !issues?.length ? (
        <Alert color="red" role="alert">
          {errorSentence(t, error)}
        </Alert>
      ) : null}
    </Page>
  );
}

/** What a draft is to what is published now. */
function stepTo(draft: object, current: PublishedFlow | null): Step {
  const { id, name } = draft as Partial<FlowDocument>;
  if (current === null) return "first";
  return id === current.flowId ? "next" : { old: current.definition.name, next: name ?? "" };
}

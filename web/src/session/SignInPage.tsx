import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { setUpQuery, signIn } from "../api/auth";
import { demoQuery } from "../api/demo";
import { isCode } from "../api/problem";
import { BoltIcon } from "../app/icons";
import { Card } from "../layout/Page";
import { Door } from "./Door";
import classes from "./Door.module.css";
import { SignInError } from "./SignInError";
import { useSession } from "./useSession";

const route = getRouteApi("/login");

export function SignInPage() {
  const { t } = useTranslation();
  const { next } = route.useSearch();
  const navigate = useNavigate();
  const session = useSession();
  const password = useRef<HTMLInputElement>(null);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : t("signIn.emailMissing")),
      password: (value) => (value ? null : t("signIn.passwordMissing")),
    },
  });
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: () => navigate({ to: next ?? "/" }),
    onError: (error) => {
      if (isCode(error, "invalid_credentials")) password.current?.select();
    },
  });
  const submit = (values: { email: string; password: string }) =>
    entering.mutate({ email: values.email.trim(), password: values.password });

  const nobodyYet = useQuery(setUpQuery).data === true;
  const demo = useQuery(demoQuery).data;
  const enterDemo = () => {
    if (!demo) return;
    const credentials = { email: demo.email, password: demo.password };
    form.setValues(credentials);
    submit(credentials);
  };

  return (
    <Door title={t("signIn.title")} lead={t("signIn.lead")}>
      <Card className={classes.form}>
        <form onSubmit={form.onSubmit(submit)} noValidate>
          <Stack gap="md">
            {session.state === "anonymous" && session.ended && !entering.isPending && !entering.isError ? (
              <Alert color="yellow" role="status">
                {t("signIn.ended")}
              </Alert>
            ) : null}
            {nobodyYet ? <Alert color="blue">{t("signIn.setUpFirst")}</Alert> : null}
            <SignInError error={entering.error} at={entering.submittedAt} />
            <TextInput
              label={t("signIn.email")}
              type="email"
              autoComplete="username"
              inputMode="email"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              key={form.key("email")}
              {...form.getInputProps("email")}
            />
            <PasswordInput
              ref={password}
              label={t("signIn.password")}
              autoComplete="current-password"
              visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Button type="submit" fullWidth mt="xs" loading={entering.isPending}>
              {t("signIn.enter")}
            </Button>
          </Stack>
        </form>
      </Card>
      {demo ? (
        <Card className={classes.demo}>
          <p>{t("signIn.demoText", { shop: demo.shopName })}</p>
          <Button
            variant="default"
            fullWidth
            leftSection={<BoltIcon size={18} />}
            onClick={enterDemo}
            disabled={entering.isPending}
          >
            {t("signIn.demo")}
          </Button>
        </Card>
      ) : null}
    </Door>
  );
}

import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { setUp } from "../api/auth";
import { errorSentence } from "../layout/errorSentence";
import { Card } from "../layout/Page";
import { Door } from "./Door";
import classes from "./Door.module.css";
import { minPassword } from "./password";

/** The first visit: whoever holds the console's one-time link becomes the administrator. */
export function SetupPage({ token }: { token: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: (value) => (value.trim() ? null : t("setup.nameMissing")),
      email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : t("signIn.emailMissing")),
      password: (value) => (value.length >= minPassword ? null : t("password.short", { min: minPassword })),
    },
  });
  const creating = useMutation({
    mutationFn: setUp,
    onSuccess: () => navigate({ to: "/", replace: true }),
  });
  const submit = (values: { name: string; email: string; password: string }) =>
    creating.mutate({
      token,
      name: values.name.trim(),
      email: values.email.trim(),
      password: values.password,
    });

  if (token === "") {
    return (
      <Door title={t("setup.title")} lead={t("setup.lead")}>
        <Alert color="yellow">{t("setup.noToken")}</Alert>
      </Door>
    );
  }
  return (
    <Door title={t("setup.title")} lead={t("setup.lead")}>
      <Card className={classes.form}>
        <form onSubmit={form.onSubmit(submit)} noValidate>
          <Stack gap="md">
            {creating.error ? (
              <Alert color="red" role="alert">
                {errorSentence(t, creating.error)}
              </Alert>
            ) : null}
            <TextInput
              label={t("setup.name")}
              autoComplete="name"
              autoFocus
              key={form.key("name")}
              {...form.getInputProps("name")}
            />
            <TextInput
              label={t("signIn.email")}
              type="email"
              autoComplete="username"
              inputMode="email"
              key={form.key("email")}
              {...form.getInputProps("email")}
            />
            <PasswordInput
              label={t("signIn.password")}
              description={t("password.hint", { min: minPassword })}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Button type="submit" fullWidth mt="xs" loading={creating.isPending}>
              {t("setup.create")}
            </Button>
          </Stack>
        </form>
      </Card>
    </Door>
  );
}

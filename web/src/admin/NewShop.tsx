import { Alert, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { updateUser } from "../api/session";
import { addUser, allShopsQuery, createShop, me } from "../api/shops";
import type { Shop } from "../api/types";
import { errorSentence } from "../layout/errorSentence";
import { minPassword } from "../session/password";

interface Values {
  name: string;
  shopId: string;
  ownerName: string;
  email: string;
  password: string;
}

const empty: Values = { name: "", shopId: "", ownerName: "", email: "", password: "" };

/**
 * Creates a shop and its first owner. They are two calls: when the second one
 * fails the shop exists already, so trying again creates the owner alone.
 */
export function NewShop({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Values>({
    mode: "uncontrolled",
    initialValues: empty,
    validate: {
      name: (value) => (value.trim() ? null : t("admin.nameMissing")),
      shopId: (value) => (/^[A-Za-z0-9_-]{0,64}$/.test(value) ? null : t("admin.idInvalid")),
      ownerName: (value) => (value.trim() ? null : t("setup.nameMissing")),
      email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : t("signIn.emailMissing")),
      password: (value) => (value.length >= minPassword ? null : t("password.short", { min: minPassword })),
    },
  });

  const shop = useMutation({ mutationFn: createShop });
  const owner = useMutation({
    mutationFn: ({ made, values }: { made: Shop; values: Values }) =>
      addUser(made.shopId, {
        name: values.ownerName.trim(),
        email: values.email.trim(),
        password: values.password,
        role: "owner",
      }),
  });
  const made = shop.data;

  const close = () => {
    onClose();
    form.reset();
    shop.reset();
    owner.reset();
  };
  const submit = async (values: Values) => {
    try {
      const created =
        made ??
        (await shop.mutateAsync({
          name: values.name.trim(),
          ...(values.shopId ? { shopId: values.shopId } : {}),
        }));
      await owner.mutateAsync({ made: created, values });
      notifications.show({ color: "teal", message: t("admin.created", { name: created.name }) });
      close();
      // Membership changed: the switcher knows it from the user.
      await me()
        .then(updateUser)
        .catch(() => undefined);
      await navigate({ to: "/shops/$shopId", params: { shopId: created.shopId } });
    } catch {
      // Shown from the mutation's state.
    } finally {
      await queries.invalidateQueries({ queryKey: allShopsQuery.queryKey });
    }
  };
  const error = shop.error ?? owner.error;

  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("admin.newTitle")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="md">
          {error ? (
            <Alert color="red" role="alert">
              {made ? `${t("admin.shopOnly", { name: made.name })} ` : ""}
              {errorSentence(t, error)}
            </Alert>
          ) : null}
          <TextInput
            label={t("admin.name")}
            data-autofocus
            disabled={made !== undefined}
            key={form.key("name")}
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("admin.id")}
            description={t("admin.idHint")}
            disabled={made !== undefined}
            autoCapitalize="none"
            spellCheck={false}
            key={form.key("shopId")}
            {...form.getInputProps("shopId")}
          />
          <Text fw={650} mt="xs">
            {t("admin.owner")}
          </Text>
          <TextInput
            label={t("setup.name")}
            autoComplete="off"
            key={form.key("ownerName")}
            {...form.getInputProps("ownerName")}
          />
          <TextInput
            label={t("signIn.email")}
            type="email"
            autoComplete="off"
            key={form.key("email")}
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("admin.password")}
            description={t("password.hint", { min: minPassword })}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={shop.isPending || owner.isPending}>
              {t("admin.create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

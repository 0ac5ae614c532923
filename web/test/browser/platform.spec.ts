import { expect, password, test } from "./panel";

test("an administrator creates a shop and its owner; a taken e-mail is mended without a second shop", async ({
  page,
  signIn,
}) => {
  await signIn("admin@example.com");
  await expect(page).toHaveURL(/\/admin\/shops$/);
  await page.getByRole("button", { name: "Nueva tienda" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nombre de la tienda").fill("Panadería Sol");
  await dialog.getByLabel("Identificador").fill("sol");
  await dialog.getByLabel("Nombre", { exact: true }).fill("Sol");
  await dialog.getByLabel("Correo electrónico").fill("lupita@example.com");
  await dialog.getByLabel("Contraseña inicial").fill(password);
  await dialog.getByRole("button", { name: "Crear tienda" }).click();
  await expect(dialog.getByRole("alert")).toContainText("se creó, pero falta su dueño");
  await dialog.getByLabel("Correo electrónico").fill("sol@example.com");
  await dialog.getByRole("button", { name: "Crear tienda" }).click();
  await expect(page).toHaveURL(/\/shops\/sol$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Panadería Sol");
  await page.goto("/admin/shops");
  await expect(page.getByRole("link", { name: /Panadería Sol/ })).toHaveCount(1);
});

test("somebody with several shops switches between them; a foreign one does not exist", async ({
  page,
  signIn,
}) => {
  await signIn();
  await page.getByRole("button", { name: /Tienda: Tacos Lupita/ }).click();
  await page.getByRole("menuitem", { name: "Tacos Lupita Sucursal Norte" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tacos Lupita Sucursal Norte");
  await page.goto("/");
  await expect(page).toHaveURL(/\/shops\/norte$/);
  for (const address of ["/shops/ajena", "/admin/shops", "/nada/de/nada"]) {
    await page.goto(address);
    await expect(page.getByText("404")).toBeVisible();
  }
});

test("a server in trouble is told from being signed out, and asked again", async ({
  page,
  signIn,
  world,
}) => {
  await signIn();
  await expect(page.getByText("Ana Beltrán")).toBeVisible();
  await world({ set: { broken: true } });
  await page.getByRole("link", { name: "Conversaciones", exact: true }).first().click();
  await page.getByRole("link", { name: /Luis/ }).click();
  await expect(page.getByText("Algo salió mal")).toBeVisible({ timeout: 20_000 });
  await world({ set: { broken: false } });
  await page.getByRole("button", { name: "Reintentar" }).click();
  await expect(page.getByText("te atiendo yo")).toBeVisible();
});

test("language and theme are chosen and kept", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("Idioma").selectOption("Português");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Entre");
  await page.getByRole("button", { name: "Usar tema escuro" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "pt");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("the demo: scan with one click, write as a customer, see the answer", async ({
  page,
  signIn,
  context,
}) => {
  await signIn();
  await page.getByRole("button", { name: "Activar WhatsApp" }).click();
  await page.getByRole("button", { name: "Continuar" }).click();
  const [phone] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("link", { name: /Teléfono virtual/ }).click(),
  ]);
  await phone.getByRole("button", { name: "Escanear QR" }).click();
  await expect(phone.getByText("Dispositivo vinculado", { exact: true })).toBeVisible();
  await expect(page.getByText("Conectado como +52 55 8765 4321")).toBeVisible();
  await phone.getByRole("textbox", { name: "Mensaje de Ana" }).fill("hola");
  await phone.getByRole("textbox", { name: "Mensaje de Ana" }).press("Enter");
  const chat = phone.getByRole("log");
  await expect(chat.getByText("hola", { exact: true })).toBeVisible();
  await expect(chat.getByText(/Qué se te antoja/)).toBeVisible();
  await expect(chat.getByRole("img", { name: "Leído" })).toHaveCount(1);
});

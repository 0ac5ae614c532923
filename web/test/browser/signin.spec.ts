import { expect, password, test } from "./panel";

test("a wrong password says so and the right one enters where the link led", async ({ page }) => {
  await page.goto("/shops/lupita/flow");
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel("Correo electrónico").fill("lupita@example.com");
  await page.getByLabel("Contraseña", { exact: true }).fill("no");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("El correo o la contraseña no son correctos.");
  await page.getByLabel("Contraseña", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/shops\/lupita\/flow$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pedidos Tacos Lupita");
});

test("too many attempts count down", async ({ page, world }) => {
  await world({ set: { failures: 9 } });
  await page.goto("/login");
  await page.getByLabel("Correo electrónico").fill("a@b.mx");
  await page.getByLabel("Contraseña", { exact: true }).fill("x");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Podrás intentarlo en 1:1");
});

test("the demo is entered with one click", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Entrar a la demo" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tacos Lupita");
});

test("a server that is no demo offers none", async ({ page, world }) => {
  await world({ set: { demo: false } });
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Entrar", exact: true })).toBeVisible();
  await expect(page.getByText("Entrar a la demo")).toHaveCount(0);
  await page.goto("/demo");
  await expect(page.getByText("404")).toBeVisible();
});

test("a reload stays signed in by the cookie; no token is in any storage", async ({ page, signIn }) => {
  await signIn();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tacos Lupita");
  const stored = await page.evaluate(
    () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
  );
  expect(stored).not.toMatch(/[0-9a-f]{24}/);
});

test("an access token that ended is renewed once, by however many calls", async ({ page, signIn, world }) => {
  await signIn();
  await expect(page.getByText("Ana Beltrán")).toBeVisible();
  const before = (await world({ expireTokens: true })).refreshes;
  await page.getByRole("link", { name: "Conversaciones" }).first().click();
  await page.getByRole("link", { name: /Luis/ }).click();
  await expect(page.getByText("te atiendo yo")).toBeVisible();
  expect((await world({})).refreshes).toBe(before + 1);
});

// Both tabs are new: to leave a page that is renewing would cut the reply off, and the cookie in it.
test("two tabs renew one after the other", async ({ signIn, context, world }) => {
  await world({ set: { tokenLife: 5 } }); // shorter than the margin: each call renews
  await signIn();
  const [inbox, flow] = [await context.newPage(), await context.newPage()];
  await Promise.all([flow.goto("/shops/lupita/flow"), inbox.goto("/shops/lupita/conversations")]);
  await expect(inbox.getByText("Ana Beltrán").first()).toBeVisible();
  await expect(flow.getByText("Guion")).toBeVisible();
});

test("signing out in one tab signs out the other", async ({ page, signIn, context }) => {
  await signIn();
  const second = await context.newPage();
  await second.goto("/");
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("Tacos Lupita");
  await page.getByRole("button", { name: "Tu cuenta" }).click();
  await page.getByRole("menuitem", { name: "Cerrar sesión" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(second).toHaveURL(/\/login/);
});

test("a session that the server ended says so", async ({ page, signIn, world }) => {
  await signIn();
  await world({ reset: true }); // also drops the socket, whose return finds out
  await expect(page.getByText("Tu sesión terminó")).toBeVisible();
});

test("the first administrator is created from the console's link", async ({ page }) => {
  await page.goto("/setup#token=token-de-un-uso");
  await page.getByLabel("Nombre").fill("Rosa");
  await page.getByLabel("Correo electrónico").fill("rosa@example.com");
  await page.getByLabel("Contraseña", { exact: true }).fill("corta");
  await page.getByRole("button", { name: "Crear administrador" }).click();
  await expect(page.getByText("Usa al menos 8 caracteres")).toBeVisible();
  await page.getByLabel("Contraseña", { exact: true }).fill("una frase bien larga");
  await page.getByRole("button", { name: "Crear administrador" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tiendas");
  await page.goto("/setup?token=token-de-un-uso");
  await page.getByLabel("Nombre").fill("Otra");
  await page.getByLabel("Correo electrónico").fill("otra@example.com");
  await page.getByLabel("Contraseña", { exact: true }).fill("una frase bien larga");
  await page.getByRole("button", { name: "Crear administrador" }).click();
  await expect(page.getByRole("alert")).toContainText("ya se usó");
});

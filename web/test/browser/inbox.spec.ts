import { expect, test } from "./panel";

test.beforeEach(async ({ signIn }) => signIn());

test("a message that arrives is shown in the list and in the open thread, and read", async ({
  page,
  world,
}) => {
  await page.goto("/shops/lupita/conversations");
  await expect(page.getByRole("link", { name: /Ana Beltrán.*2 sin leer/ })).toBeVisible();
  await page.getByRole("link", { name: /Ana Beltrán/ }).click();
  await expect(page.getByText("¿Llegan a la colonia Roma?").last()).toBeInViewport();
  await world({ write: "¿Hola?" });
  await expect(page.getByRole("log").getByText("¿Hola?")).toBeInViewport();
  await page.getByRole("link", { name: "Volver a las conversaciones" }).click();
  await expect(page.getByRole("link", { name: /Ana Beltrán.*¿Hola\?/ })).toBeVisible();
  await expect(page.getByText("sin leer")).toHaveCount(0);
});

test("answers arrive in order, and a failed one sent again is one message", async ({ page, world }) => {
  await page.goto("/shops/lupita/conversations/c-ana");
  const write = page.getByRole("textbox", { name: "Escribe un mensaje" });
  for (const text of ["uno", "dos", "tres"]) {
    await write.fill(text);
    await write.press("Enter");
  }
  const log = page.getByRole("log");
  await expect(log.getByRole("img", { name: "Entregado" })).toHaveCount(4);
  await world({ set: { refuseSend: true } });
  await write.fill("cuatro");
  await write.press("Enter");
  await expect(log.getByRole("alert")).toContainText("no tiene WhatsApp conectado");
  await world({ set: { refuseSend: false } });
  await log.getByRole("button", { name: "Reintentar" }).click();
  await expect(log.getByRole("alert")).toHaveCount(0);
  await expect(log.getByRole("img", { name: "Entregado" })).toHaveCount(5);
  const said = await log.locator("div[data-side=out]").allInnerTexts();
  expect(said.map((text) => /uno|dos|tres|cuatro/.exec(text)?.[0]).filter(Boolean)).toEqual([
    "uno",
    "dos",
    "tres",
    "cuatro",
  ]);
});

test("a person takes over and hands back", async ({ page }) => {
  await page.goto("/shops/lupita/conversations/c-ana");
  await page.getByRole("button", { name: "Pausar bot" }).click();
  await expect(page.getByText("El bot está en pausa en esta conversación")).toBeVisible();
  await page.getByRole("button", { name: "Reanudar bot" }).click();
  await expect(page.getByText("El bot está en pausa en esta conversación")).toHaveCount(0);
});

test("why the bot said something, and why it said nothing", async ({ page }) => {
  await page.goto("/shops/lupita/conversations/c-ana");
  const carta = page.locator("div[data-side=out]", { hasText: "Nuestra carta de hoy" });
  await carta.getByRole("button", { name: "¿Por qué respondió esto el bot?" }).click();
  await expect(carta.getByRole("listitem")).toHaveText([
    "«2» → opción carta, por su número",
    "Paso carta",
    "Fin del flujo",
  ]);
  await carta.getByRole("button", { name: "¿Por qué respondió esto el bot?" }).click();
  await expect(carta.getByRole("listitem")).toHaveCount(0);
  const asked = page.locator("div[data-side=in]", { hasText: "¿Siguen abiertos?" });
  await asked.getByRole("button", { name: "¿Por qué no respondió el bot?" }).click();
  await expect(asked).toContainText("Sin respuesta: ningún flujo espera esto");
  const hello = page.locator("div[data-side=out]", { hasText: "¿Qué se te antoja?" });
  await hello.getByRole("button", { name: /Por qué/ }).click();
  await expect(hello).toContainText("No queda registro de este momento");
});

test("nothing yet, and nothing there", async ({ page, world }) => {
  await world({ noChats: "lupita" });
  await page.goto("/shops/lupita/conversations");
  await expect(page.getByText("Todavía no hay conversaciones")).toBeVisible();
  await page.goto("/shops/lupita/conversations/nope");
  await expect(page.getByText("No encontramos esta página")).toBeVisible();
});

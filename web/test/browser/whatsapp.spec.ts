import { expect, picture, test } from "./panel";

const status = "section:has(#whatsapp-title) p[role=status]";

test.beforeEach(async ({ signIn }) => signIn());

test("activate, see the QR renew itself, and become connected", async ({ page, world }) => {
  await world({ set: { qrLife: 2 } });
  await page.getByRole("button", { name: "Activar WhatsApp" }).click();
  await expect(page.getByRole("radio", { name: /API oficial de Meta/ })).toBeDisabled();
  await page.getByRole("button", { name: "Continuar" }).click();
  const first = await picture(page);
  await expect(page.getByText(/Se renueva solo en 0:0/)).toBeVisible();
  await expect.poll(() => picture(page)).not.toBe(first);
  await world({ scan: "lupita" });
  await expect(page.locator(status)).toHaveText("Conectado como +52 55 8765 4321");
  await expect(page.getByText(/Última conexión ahora \(.+2026|Última conexión ahora \(/)).toBeVisible();
});

test("a page that comes late, and a socket that comes back, see the current code", async ({
  page,
  world,
}) => {
  await page.getByRole("button", { name: "Activar WhatsApp" }).click();
  await page.getByRole("button", { name: "Continuar" }).click();
  const code = await picture(page);
  await page.reload();
  expect(await picture(page)).toBe(code);
  await world({ dropSockets: true, expireTokens: true });
  await world({ become: { shopId: "lupita", status: "connecting", reason: "passkey_required" } });
  await expect(page.locator(status)).toContainText("llave de acceso");
});

test("link by code: the number as people write it, the code to copy", async ({ page, context, world }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Activar WhatsApp" }).click();
  await page.getByRole("button", { name: "Continuar" }).click();
  await page.getByText("Sin cámara").click();
  await page.getByLabel("Número de WhatsApp de la tienda").fill("555");
  await page.getByRole("button", { name: "Obtener código" }).click();
  await expect(page.getByText("Escribe el número completo")).toBeVisible();
  await page.getByLabel("Número de WhatsApp de la tienda").fill("+52 55 8765 4321");
  await world({ set: { refusePair: true } });
  await page.getByRole("button", { name: "Obtener código" }).click();
  await expect(page.getByRole("alert")).toContainText("Activa WhatsApp antes");
  await world({ set: { refusePair: false } });
  await page.getByRole("button", { name: "Obtener código" }).click();
  await expect(page.getByText("K7QM-4XPD")).toBeVisible();
  await page.getByRole("button", { name: "Copiar código" }).click();
  await expect(page.getByRole("button", { name: "Copiado" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("K7QM-4XPD");
});

test("retries say which one and when", async ({ page, world }) => {
  await world({ scan: "lupita" });
  const retryAt = new Date(Date.now() + 30_000).toISOString();
  await world({
    become: {
      shopId: "lupita",
      status: "connecting",
      reason: "unreachable",
      attempt: 3,
      maxAttempts: 10,
      retryAt,
    },
  });
  await expect(page.getByText(/Reintentando: intento 3 de 10, en (30|29|28) s/)).toBeVisible();
  await world({ become: { shopId: "lupita", status: "error", reason: "unreachable" } });
  await expect(page.locator(status)).toHaveText(
    "No pudimos llegar a WhatsApp. Revisa la conexión a internet y vuelve a activar.",
  );
  await expect(page.getByRole("button", { name: "Volver a activar" })).toBeVisible();
});

test("deactivating and unlinking each ask first, and say different things", async ({ page, world }) => {
  await world({ scan: "lupita" });
  await page.getByRole("button", { name: "Desactivar" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("no hace falta otro código");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(status)).toContainText("Conectado como");
  await page.getByRole("button", { name: "Desactivar" }).click();
  await dialog.getByRole("button", { name: "Desactivar" }).click();
  await expect(page.locator(status)).toContainText("WhatsApp está desactivado");

  // The device is still linked: no type to choose, no code to scan.
  await page.getByRole("button", { name: "Volver a activar" }).click();
  await expect(page.locator(status)).toContainText("Recuperando la sesión");
  await expect(page.locator(status)).toContainText("Conectado como");

  await page.getByRole("button", { name: "Desvincular" }).click();
  await expect(dialog).toContainText("No se puede deshacer");
  await dialog.getByRole("button", { name: "Desvincular" }).click();
  await expect(page.getByRole("button", { name: "Activar WhatsApp" })).toBeVisible();
});

test("impatient clicks send one activation", async ({ page }) => {
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/activate")) sent++;
  });
  await page.getByRole("button", { name: "Activar WhatsApp" }).click();
  await page.getByRole("button", { name: "Continuar" }).dblclick();
  await picture(page);
  expect(sent).toBe(1);
});

test("without a network the page says so, and catches up after", async ({ page, context, world }) => {
  await expect(page.getByRole("button", { name: "Activar WhatsApp" })).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText("Sin conexión a internet")).toBeVisible();
  await world({ scan: "lupita" });
  await context.setOffline(false);
  await expect(page.getByText("Sin conexión a internet")).toHaveCount(0);
  await expect(page.locator(status)).toContainText("Conectado como", { timeout: 15_000 });
});

test.describe("a viewer", () => {
  test("sees the state and no button", async ({ page, world, signIn }) => {
    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.getByRole("menuitem", { name: "Cerrar sesión" }).click();
    await signIn("ver@example.com");
    await expect(page.getByText("Pide a un dueño o agente")).toBeVisible();
    await world({ scan: "lupita" });
    await expect(page.locator(status)).toContainText("Conectado como");
    await expect(page.getByRole("button", { name: /Activar|Desactivar|Desvincular/ })).toHaveCount(0);
    await page.getByRole("link", { name: "Flujo", exact: true }).click();
    await expect(page.getByText("Publicar otra versión")).toHaveCount(0);
    await page.goto("/shops/lupita/conversations/c-luis");
    await expect(page.getByText("Tu rol permite leer")).toBeVisible();
  });
});

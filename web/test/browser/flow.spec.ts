import type { Page } from "@playwright/test";
import { expect, test } from "./panel";

async function publish(page: Page) {
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  await page.getByRole("button", { name: "Publicar", exact: true }).click();
}

test.beforeEach(async ({ signIn }) => signIn());

test("the script is read from top to bottom and jumps where its links lead", async ({ page }) => {
  await page.goto("/shops/lupita/flow");
  await expect(page.getByText("Versión 7 · publicada anteayer")).toBeVisible();
  await page.getByRole("list", { name: "Opciones" }).getByRole("link", { name: "8 Carta" }).click();
  await expect(page.locator("#paso-carta")).toBeInViewport();
  await expect(page).toHaveURL(/#paso-carta$/);
});

test("publish: mistakes are shown where they are, then the corrected flow answers", async ({
  page,
  world,
}) => {
  await world({ noFlow: "lupita" });
  await page.goto("/shops/lupita/flow");
  await page.getByRole("link", { name: "Publicar un flujo" }).click();
  const editor = page.getByLabel("Definición del flujo");
  await editor.fill('{"format":\n oops');
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  await expect(page.getByText(/JSON válido: revisa la línea 2/)).toBeVisible();
  const flow = {
    format: "recado-flow/1",
    id: "f",
    name: "Nuevo",
    locale: "es",
    start: "a",
    nodes: { a: { type: "message", say: "hola", next: "bb" }, b: { type: "end" } },
  };
  await page.locator("input[type=file]").setInputFiles({
    name: "flow.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(flow)),
  });
  await expect(editor).toHaveValue(/"Nuevo"/);
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No se publicó" })).toBeFocused();
  await expect(page.getByText("/nodes/a/next")).toBeVisible();
  await expect(page.getByText("Cómo arreglarlo: Crea el nodo «bb»")).toBeVisible();
  flow.nodes.a.next = "b";
  await editor.fill(JSON.stringify(flow));
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Se puede publicar" })).toBeFocused();
  await expect(page.getByText("Es el primer flujo de la tienda.")).toBeVisible();
  await page.getByRole("button", { name: "Publicar", exact: true }).click();
  await expect(page.getByText("la versión 1 ya responde")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nuevo");
});

test("what somebody else published meanwhile is not overwritten unseen", async ({ page, context }) => {
  await page.goto("/shops/lupita/flow/publish");
  await page.getByRole("button", { name: "Empezar con un ejemplo" }).click();
  const other = await context.newPage();
  await other.goto("/shops/lupita/flow/publish");
  await other.getByRole("button", { name: "Empezar con un ejemplo" }).click();
  await publish(other);
  await expect(other.getByText(/^Versión 8/)).toBeVisible();
  await publish(page);
  await expect(page.getByRole("alert")).toContainText("Alguien publicó otra versión");
  await publish(page);
  await expect(page.getByText(/^Versión 9/)).toBeVisible();
});

test("the review says what changes and what becomes of customers in the middle of it", async ({
  page,
  world,
}) => {
  await world({ set: { impact: { open: 12, move: 8, finish: 1, restart: 2, person: 1, looked: 340 } } });
  await page.goto("/shops/lupita/flow/publish");
  const editor = page.getByLabel("Definición del flujo");
  const draft = { format: "recado-flow/1", id: "pedidos", name: "Pedidos de noche", start: "a", nodes: {} };
  await editor.fill(JSON.stringify(draft));
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  const review = page.getByRole("region", { name: "Se puede publicar" });
  await expect(review.getByText("«Pedidos de noche»")).toBeVisible();
  for (const sentence of [
    "12 clientes están a mitad de este flujo",
    "8 siguen donde están",
    "1 termina con la versión",
    "2 empiezan de nuevo",
    "1 pasa a una persona de tu equipo",
  ]) {
    await expect(review.getByText(sentence)).toBeVisible();
  }
  await editor.fill(JSON.stringify({ ...draft, id: "otro" }));
  await expect(review).toHaveCount(0); // what was reviewed is not what would be published
  await page.getByRole("button", { name: "Revisar", exact: true }).click();
  await expect(
    review.getByText("Reemplaza el flujo «Pedidos Tacos Lupita» por «Pedidos de noche»"),
  ).toBeVisible();
});

test("the definition can be downloaded as it was published", async ({ page }) => {
  await page.goto("/shops/lupita/flow");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Descargar" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("pedidos-v7.json");
});

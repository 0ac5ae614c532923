import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./panel";

const pages = [
  ["/login", null],
  ["/setup?token=x", null],
  ["/demo", null],
  ["/shops/lupita", "lupita@example.com"],
  ["/shops/lupita/flow", "lupita@example.com"],
  ["/shops/lupita/flow/publish", "lupita@example.com"],
  ["/shops/lupita/conversations", "lupita@example.com"],
  ["/shops/lupita/conversations/c-ana", "lupita@example.com"],
  ["/shops/lupita/conversations/c-luis", "lupita@example.com"],
  ["/shops/lupita/conversations/c-kinds", "lupita@example.com"],
  ["/admin/shops", "admin@example.com"],
  ["/nada", "lupita@example.com"],
] as const;

for (const [scheme, width] of [
  ["light", 320],
  ["light", 1280],
  ["dark", 390],
] as const) {
  test.describe(`${scheme}, ${width} wide`, () => {
    test.use({ colorScheme: scheme, viewport: { width, height: 800 }, reducedMotion: "reduce" } as object);
    test("no page breaks WCAG 2.2 AA or scrolls sideways", async ({ page, signIn }) => {
      test.setTimeout(120_000);
      let user: string | null = null;
      for (const [address, email] of pages) {
        if (email && email !== user) {
          await page.context().clearCookies();
          await page.evaluate(() => localStorage.removeItem("recado.session"));
          await signIn(email);
          user = email;
        }
        await page.goto(address);
        await expect(page.getByRole("heading").first()).toBeVisible();
        await expect(page.getByRole("status", { name: "Cargando…" })).toHaveCount(0);
        await expectFit(page, address);
      }
    });

    test("nor do a review and a reason", async ({ page, signIn, world }) => {
      await signIn();
      const impact = { open: 12, move: 8, finish: 1, restart: 2, person: 1, looked: 340 };
      const warnings = [{ severity: "warning", path: "/nodes/a", code: "x", message: "Nada llega aquí." }];
      await world({ set: { impact, warnings } });
      await page.goto("/shops/lupita/flow/publish");
      await page.getByRole("button", { name: "Empezar con un ejemplo" }).click();
      await page.getByRole("button", { name: "Revisar", exact: true }).click();
      await expect(page.getByText("2 empiezan de nuevo")).toBeVisible();
      await expectFit(page, "review");
      await page.goto("/shops/lupita/conversations/c-ana");
      await page.getByRole("button", { name: "¿Por qué respondió esto el bot?" }).last().click();
      await expect(page.getByText("Paso carta")).toBeVisible();
      await expectFit(page, "reason");
    });

    test("nor do the dialogs and the states of WhatsApp", async ({ page, signIn, world }) => {
      test.setTimeout(60_000);
      await signIn();
      await page.getByRole("button", { name: "Activar WhatsApp" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectFit(page, "choose");
      await page.getByRole("button", { name: "Continuar" }).click();
      await expect(page.getByRole("img", { name: /Código QR/ })).toBeVisible();
      await expectFit(page, "qr");
      await page.getByText("Sin cámara").click();
      await page.getByLabel("Número de WhatsApp de la tienda").fill("+52 55 8765 4321");
      await page.getByRole("button", { name: "Obtener código" }).click();
      await expect(page.getByText("K7QM-4XPD")).toBeVisible();
      await expectFit(page, "code");
      await world({ scan: "lupita" });
      await page.getByRole("button", { name: "Desvincular" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectFit(page, "unlink");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Desvincular" }).hover();
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expectFit(page, "under the mouse");
      for (const state of [
        { status: "connecting", reason: "unreachable", attempt: 3, maxAttempts: 10 },
        { status: "error", reason: "banned" },
      ]) {
        await world({ become: { shopId: "lupita", ...state } });
        await expectFit(page, state.reason);
      }
    });
  });
}

async function expectFit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    // A dialog of the component library has a <header>; beside the page's own, axe takes it for a second banner.
    .disableRules(["landmark-no-duplicate-banner", "landmark-unique"])
    .analyze();
  const found = violations.map(
    (v) =>
      `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ""}`).join("\n  ")}`,
  );
  expect.soft(found, where).toEqual([]);
  const sideways = await page.evaluate(() => {
    const panes = [document.documentElement, ...document.querySelectorAll("main")];
    return Math.max(...panes.map((pane) => pane.scrollWidth - pane.clientWidth));
  });
  expect.soft(sideways, `${where} scrolls sideways`).toBeLessThanOrEqual(0);
}

import { test as base, expect, type Page } from "@playwright/test";

export const password = "correcto-caballo";

interface Fixtures {
  /** Tells the mock server's world to change; every test begins in a fresh one. */
  world: (order: Record<string, unknown>) => Promise<{ refreshes: number }>;
  signIn: (email?: string) => Promise<void>;
}

/** Pages of this suite may not log an error, throw one, or break the content security policy. */
export const test = base.extend<Fixtures>({
  world: [
    async ({ request }, use) => {
      const world = async (order: Record<string, unknown>) =>
        (await request.post("/mock", { data: order })).json();
      await world({ reset: true });
      await use(world);
    },
    { auto: true },
  ],
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // The browser itself reports each 4xx and 5xx; those are the server's to give.
      if (message.type() === "error" && !/Failed to load resource|WebSocket|ERR_/.test(message.text())) {
        faults.push(message.text());
      }
    });
    await use(page);
    expect(faults).toEqual([]);
  },
  signIn: async ({ page }, use) => {
    await use(async (email = "lupita@example.com") => {
      await page.goto("/login");
      await page.getByLabel("Correo electrónico").fill(email);
      await page.getByLabel("Contraseña", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Entrar", exact: true }).click();
      await page.waitForURL((url) => url.pathname !== "/login");
    });
  },
});

/** The text in the QR on screen is not readable; its picture tells one code from another. */
export async function picture(page: Page): Promise<string> {
  const qr = page.getByRole("img", { name: "Código QR para vincular WhatsApp" });
  await expect(qr).toBeVisible();
  return qr.innerHTML();
}

export { expect };

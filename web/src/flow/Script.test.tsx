import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import exits from "../../test/mock/exits.json";
import example from "../../test/mock/flow.json";
import { renderInSpanish } from "../app/render";
import type { FlowDocument } from "./document";
import { Issues } from "./Issues";
import { Script } from "./Script";

afterEach(cleanup);

describe("the script view", () => {
  it("is a list of steps that link to each other", async () => {
    const { container } = await renderInSpanish(
      <Script flow={example as unknown as FlowDocument} exits={exits} />,
    );
    const steps = screen.getByRole("region", { name: "Guion" }).querySelectorAll(":scope > ol > li");
    expect(steps).toHaveLength(11);
    for (const link of container.querySelectorAll('a[href^="#"]')) {
      expect(container.querySelector(link.getAttribute("href") ?? ""), link.outerHTML).not.toBeNull();
    }
    const options = screen.getByRole("list", { name: "Opciones" });
    expect(
      within(options)
        .getAllByRole("listitem")
        .map((row) => row.textContent),
    ).toEqual([
      "1Hacer pedidoTambién entiende «pedido» o «comprar»3Nombre",
      "2Ver la carta8Carta",
      "3¿Dónde va mi pedido?9Estado",
      "4Hablar con alguienAtiende una persona",
    ]);
  });

  it("shows markup in a flow as text", async () => {
    const flow = {
      ...(example as unknown as FlowDocument),
      start: "a",
      triggers: [],
      commands: [],
      nodes: { a: { type: "message", say: '<img src=x onerror="alert(1)"> javascript:alert(1)' } },
    } as FlowDocument;
    const { container } = await renderInSpanish(<Script flow={flow} exits={{}} />);
    expect(container.querySelector("img, a[href^='javascript']")).toBeNull();
    expect(container.textContent).toContain("<img src=x");
  });
});

describe("the issues of a refused flow", () => {
  it("come errors first, each with where, what and how to mend it, and take the focus", async () => {
    await renderInSpanish(
      <Issues
        issues={[
          { severity: "warning", path: "/nodes/carta", code: "unreachable", message: "Nada llega aquí." },
          {
            severity: "error",
            path: "/nodes/a/next",
            code: "dangling_ref",
            message: "«b» no existe.",
            fix: "Crea «b».",
          },
        ]}
      />,
    );
    const rows = screen.getAllByRole("listitem").map((row) => row.textContent);
    expect(rows).toEqual([
      "/nodes/a/nextError: «b» no existe.Cómo arreglarlo: Crea «b».",
      "/nodes/cartaAdvertencia: Nada llega aquí.",
    ]);
    expect(document.activeElement?.textContent).toContain("2 cosas");
  });
});

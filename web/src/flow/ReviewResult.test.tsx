import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import schema from "../../openapi.json";
import type { Impact, Review } from "../api/types";
import { renderInSpanish } from "../app/render";
import { ReviewResult, type Step } from "./ReviewResult";

afterEach(cleanup);

const nobody: Impact = { open: 0, move: 0, finish: 0, restart: 0, person: 0, looked: 0 };
const review = (more: Partial<Review> = {}): Review => ({
  valid: true,
  issues: [],
  changes: [],
  impact: nobody,
  ...more,
});
const shown = async (of: Review, step: Step = "next") =>
  (await renderInSpanish(<ReviewResult review={of} step={step} />)).container.textContent ?? "";

describe("what publishing would do", () => {
  it("says what becomes of each conversation, in a sentence for each fate there is", async () => {
    const impact = { open: 10, move: 6, finish: 1, restart: 2, person: 1, looked: 40 };
    const text = await shown(review({ impact }));
    expect(text).toContain("10 clientes están a mitad de este flujo");
    expect(text).toContain("6 siguen donde están");
    expect(text).toContain("1 termina con la versión con la que empezó");
    expect(text).toContain("2 empiezan de nuevo desde el principio, y el bot se lo avisa");
    expect(text).toContain("1 pasa a una persona de tu equipo");
    expect(text).toContain("las 40 conversaciones más recientes");
  });

  it("has a sentence for every number that the API gives", async () => {
    const fields = Object.keys(schema.components.schemas.Impact.properties) as (keyof Impact)[];
    for (const [i, field] of fields.entries()) {
      const number = 700 + i;
      const text = await shown(review({ impact: { ...nobody, open: 1, [field]: number } }));
      expect(text, field).toContain(String(number));
      cleanup();
    }
  });

  it("keeps quiet about fates that nobody meets", async () => {
    const text = await shown(review({ impact: { ...nobody, open: 1, move: 1, looked: 1 } }));
    expect(text).not.toContain("persona");
    expect(text).not.toContain("de nuevo");
  });

  it("says that nobody is in the flow, unless it is the first", async () => {
    expect(await shown(review())).toContain("Nadie está a mitad de este flujo");
    cleanup();
    const text = await shown(review(), "first");
    expect(text).toContain("Es el primer flujo");
    expect(text).not.toContain("Nadie");
  });

  it("says when another flow comes in the published one's place", async () => {
    const text = await shown(review(), { old: "Pedidos", next: "Citas" });
    expect(text).toContain("Reemplaza el flujo «Pedidos» por «Citas»");
    expect(text).not.toContain("No cambia nada");
  });

  it("lists warnings and changes, many of these on demand, and takes the focus", async () => {
    const changes = Array.from({ length: 11 }, (_, i) => ({
      kind: "text",
      path: "p",
      message: `Cambio ${i}.`,
    }));
    const issues = [
      { severity: "warning" as const, path: "/nodes/a", code: "x", message: "Nada llega aquí." },
    ];
    const text = await shown(review({ changes, issues }));
    expect(text).toContain("Nada llega aquí.");
    expect(text).toContain("Cambio 7.");
    expect(text).not.toContain("Cambio 8.");
    fireEvent.click(screen.getByRole("button", { name: "Ver más (3)" }));
    expect(screen.getByText("Cambio 10.")).toBeTruthy();
    expect(document.activeElement?.textContent).toBe("Se puede publicar");
  });
});

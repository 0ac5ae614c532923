import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "../api/problem";
import { renderInSpanish } from "../app/render";
import { SignInError } from "./SignInError";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("counts the wait down and says when it is over", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  const error = new ApiError(429, { code: "too_many_attempts" }, 75);
  await renderInSpanish(<SignInError error={error} at={Date.now()} />);
  expect(screen.getByRole("alert").textContent).toContain("1:15");
  act(() => vi.advanceTimersByTime(10_000));
  expect(screen.getByRole("alert").textContent).toContain("1:05");
  act(() => vi.advanceTimersByTime(66_000));
  expect(screen.getByRole("alert").textContent).toContain("Ya puedes");
});

it.each([
  [
    "the server's words",
    new ApiError(401, { code: "invalid_credentials", detail: "No son correctos." }),
    "No son correctos.",
  ],
  [
    "the fields that were refused",
    new ApiError(422, {
      code: "invalid_body",
      detail: "Revisa.",
      errors: [{ path: "body.email", message: "too long" }],
    }),
    "Revisa. email: too long",
  ],
  [
    "our own where nobody answered",
    ApiError.network(new TypeError("x")),
    "No pudimos hablar con el servidor.",
  ],
  ["our own for a proxy's page", new ApiError(502, {}), "El servidor tuvo un problema."],
])("says %s", async (_, error, text) => {
  await renderInSpanish(<SignInError error={error} at={0} />);
  expect(screen.getByRole("alert").textContent).toContain(text);
});

import type { PublishedFlow } from "../api/flow";

/** Saves the definition as a file that can be edited, compared and published again. */
export function downloadFlow({ definition, version }: PublishedFlow): void {
  const url = URL.createObjectURL(
    new Blob([`${JSON.stringify(definition, null, 2)}\n`], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `${definition.id}-v${version}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

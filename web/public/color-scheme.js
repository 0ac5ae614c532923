// Runs before the first paint so that a dark page never flashes white. A file,
// not an inline script: the content security policy allows none.
(() => {
  let scheme = "auto";
  try {
    scheme = localStorage.getItem("recado.color-scheme") || "auto";
  } catch {
    // Storage may be refused; the system's preference is a good answer.
  }
  if (scheme !== "light" && scheme !== "dark") {
    scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();

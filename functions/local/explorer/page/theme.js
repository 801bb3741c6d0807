// Before the first paint, so that a chosen theme never flashes. Not a module: modules wait.
const CHOSEN_THEME = "nutri-explorer-theme";
try {
  const chosen = localStorage.getItem(CHOSEN_THEME);
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // storage may be forbidden: the system's theme it is
}

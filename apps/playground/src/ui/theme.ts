/** Light, dark, or as the system says; kept for the next visit. */
import { effect, signal, type Signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const key = "tokenmill-theme";

export const theme: Signal<Theme> = signal(stored());

effect(() => {
  const { value } = theme;
  if (value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = value;
  try {
    localStorage.setItem(key, value);
  } catch {
    // without storage the choice lasts for this visit
  }
});

function stored(): Theme {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

// Conveniences only: every page works without this file.
"use strict";

const root = document.documentElement;
const isDark = () =>
  root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  const label = () => (button.textContent = isDark() ? button.dataset.light : button.dataset.dark);
  label();
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* kept for this page */ }
    label();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// One click sends one form.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const box of document.querySelectorAll("[data-check-all]")) {
  box.hidden = false;
  box.addEventListener("change", () => {
    for (const each of box.closest("form, table").querySelectorAll("input[type=checkbox]")) {
      // What looks wrong is chosen by itself, so that nobody approves it unseen.
      if (!box.checked || !("byItself" in each.dataset)) each.checked = box.checked;
    }
  });
}

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
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    for (const each of document.querySelectorAll("input[type=checkbox][name=records]:enabled")) {
      // What looks wrong is chosen by itself, so that nobody approves it unseen.
      if (!box.checked || !("byItself" in each.dataset)) each.checked = box.checked;
    }
  });
}

// A form that asks by its address answers while it is filled in; the button does the same.
for (const form of document.querySelectorAll("form[data-live]")) {
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.action}?${new URLSearchParams(filled)}`;
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const answer = page.getElementById(form.dataset.live);
      if (mine !== asked || !answer) return;
      document.getElementById(form.dataset.live).replaceChildren(...answer.childNodes);
      history.replaceState(null, "", address);
      for (const field of form.elements) {
        const told = field.id && page.getElementById(field.id);
        if (told?.getAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      }
    } catch { /* the button still works */ }
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 250);
  });
}

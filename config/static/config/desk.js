// The admin theme leaves some things without a role or a name: they get one, before anybody meets them.
"use strict";
(() => {
  const WORDS = {
    en: { start: "Overview", search: "Search", menu: "Pages", scrolls: "Table", toggle: "Show or hide the pages", from: "from", to: "to before", row: "Row" },
    ko: { start: "개요", search: "검색", menu: "페이지 목록", scrolls: "표", toggle: "페이지 목록 열기 또는 닫기", from: "시작", to: "이 날 전까지", row: "행" },
  };

  function inWords() {
    return WORDS[document.documentElement.lang] ?? WORDS.en;
  }

  // Before the theme's own scripts, which run on the same event, after this one.
  function mend() {
    const words = inWords();
    document.getElementById("main")?.setAttribute("role", "main");
    document.querySelectorAll("[data-simplebar]").forEach((box, number) => {
      box.dataset.simplebarAriaLabel = box.id === "nav-sidebar-apps" ? words.menu : `${words.scrolls} ${number}`;
    });
    for (const box of document.querySelectorAll(".desk-scroll:not([tabindex])")) box.tabIndex = 0;
    for (const icon of document.querySelectorAll("span.material-symbols-outlined")) {
      if ([...icon.attributes].some((one) => one.name.startsWith("x-on:click"))) asButton(icon, words.toggle);
      else nameAround(icon, words);
    }
    for (const head of document.querySelectorAll("thead th")) {
      if (!head.textContent.trim() && !head.querySelector("input")) head.append(unseen(words.row));
    }
    for (const head of document.querySelectorAll("#result_list thead th")) {
      const below = `#result_list .data-row > :nth-child(${head.cellIndex + 1}) .desk-amount`;
      if (document.querySelector(below)) head.classList.add("desk-figures");
    }
    for (const cell of document.querySelectorAll("#result_list [data-label]")) {
      const label = cell.dataset.label; // a unit keeps its letters
      if (!/^(kg|t)CO2e/.test(label)) cell.dataset.label = label.charAt(0).toUpperCase() + label.slice(1);
    }
    for (const image of document.querySelectorAll("img.help-tooltip")) image.alt ||= image.title;
    nameFields(words);
  }

  function asButton(icon, text) {
    icon.setAttribute("role", "button");
    icon.setAttribute("aria-label", text);
    icon.tabIndex = 0;
    icon.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      icon.click();
    });
  }

  // An icon says nothing by itself; where it is all that a link or button has, that gets a name.
  function nameAround(icon, words) {
    icon.setAttribute("aria-hidden", "true");
    const around = icon.closest("a, button");
    if (!around || around.getAttribute("aria-label")) return;
    const said = [...around.querySelectorAll(":not(.material-symbols-outlined)"), around]
      .flatMap((one) => [...one.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE))
      .some((part) => part.textContent.trim());
    if (said) return;
    const search = around.id === "searchbar-submit" ? words.search : "";
    around.setAttribute("aria-label", around.title || search || words.start);
  }

  function unseen(text) {
    const span = document.createElement("span");
    span.className = "desk-unseen";
    span.textContent = text;
    return span;
  }

  // Fields in rows, and both ends of a range: their column, or the field, is what they are called.
  function nameFields(words) {
    for (const field of document.querySelectorAll("#content :is(input, select, textarea)")) {
      if (field.type === "hidden" || field.labels?.length || field.getAttribute("aria-label")) continue;
      const cell = field.closest("td[data-label]");
      const label = cell ? cell.dataset.label : field.closest(".form-row, .field-line, [class*='field-']")?.querySelector("label")?.textContent.trim();
      if (!label) continue;
      const end = /_0$/.test(field.name) ? ` ${words.from}` : /_1$/.test(field.name) ? ` ${words.to}` : "";
      field.setAttribute("aria-label", label + end);
    }
  }

  // The boxes that Select2 draws in place of a list
  function nameBoxes() {
    for (const box of document.querySelectorAll(".select2-selection")) {
      const list = box.closest(".select2")?.previousElementSibling;
      const text = list?.labels?.[0]?.textContent.trim() || list?.getAttribute("aria-label");
      if (!text) continue;
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", text);
      for (const part of box.querySelectorAll("[role=textbox]")) {
        part.removeAttribute("role");
        part.removeAttribute("aria-readonly");
      }
    }
    for (const field of document.querySelectorAll(".select2-search__field")) {
      field.setAttribute("aria-label", field.closest(".select2")?.previousElementSibling?.labels?.[0]?.textContent.trim() || inWords().row);
    }
  }

  // A second click while the answer is on its way asks for nothing more; who comes back may ask again.
  function askOnce() {
    const sent = new Set();
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form.desk-form[method=post]")) return;
      if (sent.has(event.target)) event.preventDefault();
      sent.add(event.target);
    });
    addEventListener("pageshow", () => sent.clear());
  }

  askOnce();
  document.addEventListener("DOMContentLoaded", () => {
    mend();
    new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  });
  addEventListener("load", nameBoxes);
  // The theme moves the page about while it loads, which takes the focus from what is to be mended.
  addEventListener("load", () => document.querySelector(".desk-mend")?.focus());
})();

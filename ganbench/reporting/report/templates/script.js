"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Sorting: a click on a column's name; what is no number comes last, whatever the order.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const number = parseFloat(cell.dataset.key ?? cell.textContent.replace(/,/g, ""));
    return { number, text: cell.textContent.trim() };
  };
  const compare = (a, b, sign) => {
    const [first, second] = [isNaN(a.number), isNaN(b.number)];
    if (first && second) return sign * a.text.localeCompare(b.text);
    if (first || second) return first ? 1 : -1;
    return sign * (a.number - b.number);
  };
  const sort = (head) => {
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) {
      if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    }
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row, head.cellIndex) }));
    keyed.sort((a, b) => compare(a.key, b.key, ascending ? 1 : -1));
    body.append(...keyed.map(({ row }) => row));
  };
  for (const button of all("thead button")) {
    button.addEventListener("click", () => sort(button.closest("th")));
  }

  // Filters: a rule of style for each value that is not chosen.
  const form = document.getElementById("filters");
  const rules = document.head.appendChild(document.createElement("style"));
  const isChosen = (element, off) =>
    Object.entries(off).every(([name, values]) => !values.includes(element.dataset[name]));
  const filter = () => {
    const off = {};
    for (const box of all("input", form)) {
      if (!box.checked) (off[box.name] ??= []).push(box.value);
    }
    const hidden = ([name, values]) =>
      values.flatMap((value) => [`[data-${name}=${CSS.escape(value)}]`, `[data-other-${name}=${CSS.escape(value)}]`]);
    rules.textContent = Object.entries(off)
      .flatMap(hidden)
      .map((selector) => `${selector} { display: none !important; }`)
      .join("\n");
    const sections = all("section.setting");
    for (const section of sections) {
      section.hidden = !all("tbody tr", section).some((row) => isChosen(row, off));
    }
    const shown = sections.filter((one) => !one.hidden && isChosen(one, off)).length;
    const told = `${shown} of ${sections.length} settings shown`;
    document.getElementById("shown").textContent = told;
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("change", filter);
    // Not a button of type reset: its event comes before the boxes are back, so the page would lag.
    form.querySelector("button").addEventListener("click", () => {
      form.reset();
      filter();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }

  // Sliders: of each strip the latest picture up to the chosen step.
  const slide = (input) => {
    const step = Number(input.dataset.steps.split(" ")[input.value]);
    input.nextElementSibling.textContent = step;
    input.setAttribute("aria-valuetext", `${step} steps`);
    for (const frames of all(".frames", input.closest("figure"))) {
      const pictures = all("[data-step]", frames);
      const latest = pictures.filter((one) => Number(one.dataset.step) <= step).pop();
      for (const picture of pictures) picture.hidden = picture !== (latest ?? pictures[0]);
    }
  };
  for (const input of all("input[type=range]")) {
    input.closest("label").hidden = false;
    input.addEventListener("input", () => slide(input));
    slide(input);
  }

  // Commands to the clipboard; where a browser forbids it they are selected.
  const copy = async (button) => {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  };
  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
})();

"use strict";
(() => {
  const table = document.getElementById("deadlines");
  const body = table.tBodies[0];
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const heads = Array.from(table.tHead.rows[0].cells);
  const column = Object.fromEntries(heads.map((head, index) => [head.dataset.key, index]));
  const selects = Array.from(form.querySelectorAll("select"));
  // As they are in the page: worst first, then by deadline.
  const rows = Array.from(body.rows);
  const place = new Map(rows.map((row, index) => [row, index]));
  const text = (row, key) => row.cells[column[key]].textContent;
  const collator = new Intl.Collator("en", { numeric: true });

  const compare = {
    // The page is in the order of the statuses.
    status: (a, b) => place.get(a) - place.get(b),
    due: (a, b) => date(a, "due").localeCompare(date(b, "due")),
    rotated: (a, b) => date(a, "rotated").localeCompare(date(b, "rotated")),
  };

  // What has no date is after all that have one.
  function date(row, key) {
    const time = row.cells[column[key]].querySelector("time");
    return time ? time.dateTime : "9999";
  }

  function filter() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.selectedIndex > 0);
    let count = 0;
    for (const row of rows) {
      const whole = words.length ? row.textContent.toLowerCase() : "";
      const fits = words.every((word) => whole.includes(word))
        && chosen.every((select) => text(row, select.name) === select.value);
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count} of ${rows.length} shown`;
  }

  function sort(head) {
    const key = head.dataset.key;
    const descending = head.getAttribute("aria-sort") === "ascending";
    const by = compare[key] ?? ((a, b) => collator.compare(text(a, key), text(b, key)));
    const sorted = rows.slice().sort((a, b) => (descending ? by(b, a) : by(a, b)));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const fragment = document.createDocumentFragment();
    for (const row of sorted) fragment.append(row);
    body.append(fragment);
  }

  for (const select of selects) {
    const values = new Set(rows.map((row) => text(row, select.name)));
    const inOrder = select.name === "status" ? [...values] : [...values].sort(collator.compare);
    for (const value of inOrder) select.append(new Option(value, value));
  }
  for (const head of heads) {
    if (!head.dataset.key) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", () => {
    form.reset();
    filter();
  });
  form.hidden = false;
  filter();
})();

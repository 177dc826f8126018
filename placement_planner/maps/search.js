/* Search by place name: areas, authorities, sites and builds of the page's own tables. */

const MOST_FOUND = 8;

function plainly(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase("en-GB");
}

/** Everything that can be found: a name, what it is, and how to show it. */
function searchIndex() {
  const [pane] = panes;
  const found = new Map();
  for (const layer of layers.values()) {
    for (const part of layer.tables[0]?.parts.values() ?? []) {
      for (const [code, row] of rowsOf(part)) {
        if (found.has(code)) continue;
        const name = wordsOf(row.cells[0]);
        found.set(code, {
          name, kind: `${part.by}, ${wordsOf(row.cells[1])}`,
          show: (from) => pane.show(part.level, code, from),
        });
      }
    }
  }
  for (const [id, rows] of pane.rows.places ?? []) {
    found.set(`place ${id}`, {
      name: rows[0].dataset.name, kind: wordsOf(rows[0].cells[2]), show: (from) => pane.showMark("places", id, from),
    });
  }
  for (const [id, row] of pane.rows.builds ?? []) {
    found.set(`build ${id}`, {
      name: row.dataset.where, kind: `${row.dataset.what}, ${row.dataset.places} places`,
      show: (from) => pane.showMark("builds", id, from),
    });
  }
  return [...found.values()].map((each) => ({ ...each, plain: plainly(each.name) }));
}

function startSearch() {
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const count = document.getElementById("found-count");
  let index;
  const clear = () => { list.replaceChildren(); list.hidden = true; };
  input.addEventListener("input", () => {
    index ??= searchIndex();
    const wanted = plainly(input.value.trim());
    clear();
    if (!wanted) { count.textContent = ""; return; }
    const hits = index.filter(({ plain }) => plain.includes(wanted))
      .sort((one, two) => two.plain.startsWith(wanted) - one.plain.startsWith(wanted));
    count.textContent = hits.length > MOST_FOUND
      ? `${hits.length} found, the first ${MOST_FOUND} are listed` : `${hits.length} found`;
    for (const hit of hits.slice(0, MOST_FOUND)) {
      const item = make("li");
      const button = make("button", "", { type: "button" });
      button.append(make("strong", hit.name), make("span", hit.kind));
      button.addEventListener("click", () => { hit.show(input); clear(); count.textContent = ""; });
      item.append(button);
      list.append(item);
    }
    list.hidden = !hits.length;
  });
  const box = input.closest("search");
  box.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Escape" && buttons.length) { clear(); input.focus(); event.stopPropagation(); }
    else if (event.key === "Enter" && at < 0 && buttons.length) { event.preventDefault(); buttons[0].click(); }
    else if (to !== undefined && buttons.length) { event.preventDefault(); (to < 0 ? input : buttons[Math.min(to, buttons.length - 1)]).focus(); }
  });
}

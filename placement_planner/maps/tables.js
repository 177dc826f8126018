/* Tables: sorted by any column, and kept in step with the switches of the map. */

function sortable(table) {
  for (const cell of table.tHead.rows[0].cells) {
    const button = make("button", wordsOf(cell), { type: "button", class: "sort" });
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      const order = cell.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", order);
      for (const body of table.tBodies) if (!body.hidden) sortRows(body, cell.cellIndex, order === "ascending" ? 1 : -1);
    });
  }
}

/** Sort rows; numbers by size, words by alphabet, withheld and missing ones always last. */
function sortRows(body, column, sign) {
  const rows = [...body.rows].filter((row) => row.cells.length > column);
  const keyed = rows.map((row) => {
    const text = wordsOf(row.cells[column]);
    const number = sortNumber(text);
    return { row, text, number, isLast: text === WITHHELD || text === NONE || text === "" };
  });
  keyed.sort((one, two) => {
    if (one.isLast !== two.isLast) return one.isLast ? 1 : -1;
    if (one.number !== null && two.number !== null) return sign * (one.number - two.number);
    return sign * one.text.localeCompare(two.text, "en-GB", { numeric: true });
  });
  body.append(...keyed.map(({ row }) => row));
}

function sortNumber(text) {
  const millions = text.match(/^-?£([\d.,]+)m$/);
  if (millions) return (text.startsWith("-") ? -1e6 : 1e6) * Number(millions[1].replaceAll(",", ""));
  return numberOf(text);
}

/** Show of every layer's table the part that is chosen, and mark the year. */
function refreshTables() {
  for (const layer of layers.values()) {
    layer.tables.forEach(({ table, parts, columns }, pane) => {
      const shown = partOf(layer, pane);
      for (const part of parts.values()) part.body.hidden = part !== shown;
      [...table.tHead.rows[0].cells].forEach((cell, number) => {
        cell.classList.toggle("current", columns[number] !== undefined && columns[number] === shownColumn(layer));
      });
      if (table.closest("details").open && shown) linkRows(layer, pane, shown);
    });
  }
}

/** Make the names of areas lead to the map. */
function linkRows(layer, pane, part) {
  if (part.isLinked) return;
  part.isLinked = true;
  for (const [code, row] of rowsOf(part)) {
    const button = make("button", wordsOf(row.cells[0]), { type: "button", class: "link" });
    button.addEventListener("click", () => {
      choose({ layer: layer.key });
      panes[pane].show(part.level, code, button);
    });
    row.cells[0].replaceChildren(button);
  }
}

function startTables() {
  document.querySelectorAll("table.sortable").forEach(sortable);
  for (const layer of layers.values()) {
    for (const { table } of layer.tables) table.closest("details").addEventListener("toggle", refreshTables);
  }
}

/* Cards: all that the tables say of an area, a build or a place. Names are text, never markup. */

/** The words of a cell. */
function wordsOf(cell) {
  return cell.textContent.trim();
}

function make(tag, words = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = words;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

let openedFrom;

function showCard(title, content, from) {
  const card = document.getElementById("card");
  if (!card.contains(document.activeElement)) openedFrom = from ?? document.activeElement;
  card.querySelector("h2").textContent = title;
  card.querySelector(".content").replaceChildren(...content);
  card.hidden = false;
  card.querySelector(".content").scrollTop = 0;
  card.querySelector("h2").focus({ preventScroll: true });
}

function closeCard() {
  const card = document.getElementById("card");
  if (card.hidden) return;
  card.hidden = true;
  for (const pane of panes) pane.select(undefined);
  markSelected();
  if (openedFrom?.isConnected) openedFrom.focus({ preventScroll: true });
}

function listOf(pairs) {
  const list = make("dl");
  for (const [term, words] of pairs) list.append(make("dt", term), make("dd", words));
  return list;
}

function yearWords(year) {
  return `${year}/${String((Number(year) + 1) % 100).padStart(2, "0")}`;
}

function optionWords(id) {
  const select = document.getElementById(id);
  return select ? select.selectedOptions[0].textContent : "";
}

/** Everything that is shown of an area: each layer in the year chosen, the chosen layer by year. */
function areaCard(pane, level, code) {
  const pairs = [];
  let name = "";
  let history;
  for (const layer of layers.values()) {
    const part = partOf(layer, pane.number);
    const row = part?.level === level ? rowsOf(part).get(code) : undefined;
    const column = shownColumn(layer);
    if (!row || (layer.byPlace && layer.key !== state.layer)) continue;
    const table = layer.tables[pane.number];
    name = `${wordsOf(row.cells[0])}, ${wordsOf(row.cells[1])}`;
    const which = layer.byPlace || isAsked(part) ? "" : " (all need groups and phases)";
    pairs.push([`${layerWords(layer)}${which}`, inWords(layer, told(table, row, column))]);
    if (layer.key === state.layer && !layer.byPlace && state.years.length > 1) {
      history = make("table", "", { class: "small" });
      history.append(make("caption", `${layer.about}, by year`));
      for (const year of state.years) {
        const line = history.insertRow();
        line.append(make("th", yearWords(year), { scope: "row" }), make("td", told(table, row, year)));
      }
    }
  }
  const what = [yearWords(state.year), optionWords("group"), optionWords("phase")].filter(Boolean).join("; ");
  return [name, [make("p", what), listOf(pairs), ...(history ? [history] : [])]];
}

function layerWords(layer) {
  return layer.byPlace ? `${layer.title}: ${optionWords("place")}` : layer.title;
}

/** A build: its row in the table, heading by heading. */
function buildCard(row) {
  const headings = [...row.closest("table").tHead.rows[0].cells];
  const pairs = headings.map((heading, number) => [wordsOf(heading), wordsOf(row.cells[number])]);
  return [`${row.dataset.scheme}. ${row.dataset.what}, ${row.dataset.places} places`, [listOf(pairs.slice(2))]];
}

/** A site: places of each kind and phase in the year chosen, and what else is known. */
function placeCard(rows) {
  const headings = [...rows[0].closest("table").tHead.rows[0].cells];
  const year = headings.findIndex((cell) => cell.dataset.column === state.year);
  const rest = headings.slice(headings.findLastIndex((cell) => cell.dataset.column) + 1);
  const pairs = rows.flatMap((row) => [
    [`${wordsOf(row.cells[3])}, ${wordsOf(row.cells[4])}`, `${wordsOf(row.cells[year])} places`],
    ...rest.map((heading, number) => [
      wordsOf(heading), wordsOf(row.cells[headings.length - rest.length + number]),
    ]).filter(([, words]) => words),
  ]);
  const about = [1, 2].map((number) => wordsOf(rows[0].cells[number])).join("; ");
  return [rows[0].dataset.name, [make("p", `${about}; ${yearWords(state.year)}`), listOf(pairs)]];
}

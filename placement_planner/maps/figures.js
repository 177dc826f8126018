"use strict";
/* Figures: they stand in the page's tables alone, and the map reads them from there. */

const NONE = "–";
const WITHHELD = "c";
const layers = new Map();

/** Find the tables of every layer that areas can be shaded by; their rows are read when asked for. */
function readLayers() {
  for (const table of document.querySelectorAll("table.mapped")) {
    const { layer: key, title, unit, about } = table.dataset;
    if (!layers.has(key)) {
      layers.set(key, {
        key, title, unit, about,
        colours: table.dataset.colours.split(" "),
        falls: (table.dataset.falls ?? "").split(" ").filter(Boolean),
        byPlace: "places" in table.dataset,
        tables: [],
      });
    }
    layers.get(key).tables[Number(table.dataset.pane)] = readTable(table);
  }
}

function readTable(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.column);
  const parts = new Map();
  for (const body of table.tBodies) {
    const { group, phase, level, by, bounds } = body.dataset;
    const heading = body.rows[0].cells[0].textContent.trim();
    parts.set(`${group}|${phase}`, {
      body, group, phase, level, by, heading, bounds: bounds ? bounds.split(" ").map(Number) : [],
    });
  }
  return { table, columns, parts };
}

/** Rows of a part by the code of their area. */
function rowsOf(part) {
  if (!part.rows) {
    const rows = [...part.body.rows].filter((row) => row.dataset.code);
    part.rows = new Map(rows.map((row) => [row.dataset.code, row]));
  }
  return part.rows;
}

/** The part of a layer that the switches ask for; one without cuts has a single part. */
function partOf(layer, pane) {
  const { parts } = layer.tables[pane] ?? { parts: new Map() };
  return parts.get(`${state.group}|${state.phase}`) ?? (parts.size === 1 ? [...parts.values()][0] : undefined);
}

/** Whether a part is the one that the switches ask for, and not that of a layer without cuts. */
function isAsked(part) {
  return part.group === state.group && part.phase === state.phase;
}

/** What a row tells in a column, as it is written. */
function told(table, row, column) {
  return row?.cells[table.columns.indexOf(column)]?.textContent.trim() ?? NONE;
}

/** A written figure as a number; null where it is withheld or there is none. */
function numberOf(text) {
  const number = Number(text.replace(/[,+£%]/g, "").replace(/ (minutes|places|children)$/, ""));
  return text.trim() === "" || Number.isNaN(number) ? null : number;
}

function shownColumn(layer) {
  return layer.byPlace ? state.place : state.year;
}

/** A figure with its unit, for tooltips and cards. */
function inWords(layer, text) {
  if (text === WITHHELD) return "c (withheld)";
  if (text === NONE) return layer.unit === "children" ? "none" : "no figure";
  return `${text} ${layer.unit}`;
}

/* Classes: which colour, which pattern, which words. */

function classOf(bounds, size) {
  let found = 0;
  while (found < bounds.length && size >= bounds[found]) found += 1;
  return found;
}

/** Position in a palette of a class: few classes are spread over all of it. */
function shadeOf(layer, bounds, found) {
  const most = layer.colours.length - 1;
  return bounds.length ? Math.round((found * most) / bounds.length) : most;
}

function fillOf(layer, bounds, text) {
  if (text === WITHHELD) return "url(#withheld-fill)";
  const value = numberOf(text);
  if (value === null || value === 0) return "#ffffff";
  const shade = shadeOf(layer, bounds, classOf(bounds, Math.abs(value)));
  const side = value < 0 ? "fall" : "rise";
  if (state.patterns) return `url(#${side}-${shade})`;
  return (value < 0 ? layer.falls : layer.colours)[shade];
}

function classWords(layer, bounds) {
  const words = bounds.map((bound) => bound.toLocaleString("en-GB"));
  if (!words.length) return [`any ${layer.unit}`];
  return [
    `under ${words[0]}`,
    ...words.slice(1).map((high, number) => `${words[number]} to under ${high}`),
    `${words.at(-1)} or more`,
  ];
}

/** Fill and words of every class that occurs, in the order of a legend. */
function legendOf(layer, part, pane) {
  const { bounds } = part;
  const table = layer.tables[pane];
  const texts = [...rowsOf(part).values()].map((row) => told(table, row, shownColumn(layer)));
  const values = texts.map(numberOf).filter((value) => value !== null);
  const words = classWords(layer, bounds);
  const isChange = layer.falls.length > 0;
  const row = (number, sign) => [
    fillOf(layer, bounds, String(sign * (number ? bounds[number - 1] : (bounds[0] ?? 2) / 2))),
    isChange ? `${sign < 0 ? "down" : "up"} by ${words[number]}` : words[number],
  ];
  const occurs = (number, sign) => values.some((value) => value * sign > 0 && classOf(bounds, Math.abs(value)) === number);
  const rises = words.map((_, number) => number).filter((number) => !isChange || occurs(number, 1)).map((number) => row(number, 1));
  const falls = words.map((_, number) => number).filter((number) => isChange && occurs(number, -1)).map((number) => row(number, -1));
  return [
    ...falls.reverse(),
    ...(values.includes(0) ? [["#ffffff", isChange ? "no change" : "none"]] : []),
    ...rises,
    ...(texts.includes(WITHHELD) ? [["url(#withheld-fill)", "c: withheld"]] : []),
    ...(texts.includes(NONE) ? [["#ffffff", layer.unit === "children" ? "–: no children" : "–: no figure"]] : []),
  ];
}

/* Patterns, so that classes can be told apart without colour. */

function drawn(tag, attributes) {
  const element = L.SVG.create(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Lines of a pattern: closer for higher classes, crossed for the highest; falls lie the other way. */
function patternLines(shade, isFall) {
  const spacing = [0, 10, 5, 2.5, 5][shade];
  if (!spacing) return [];
  const angle = isFall ? -45 : 45;
  return shade === 4 ? [[spacing, angle], [spacing, -angle]] : [[spacing, angle]];
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue < 140;
}

function drawPatterns(layer) {
  const defs = document.getElementById("pattern-defs");
  defs.querySelectorAll("pattern:not(#withheld-fill)").forEach((pattern) => pattern.remove());
  for (const [side, colours] of [["rise", layer.colours], ["fall", layer.falls]]) {
    colours.forEach((colour, shade) => {
      const pattern = drawn("pattern", {
        id: `${side}-${shade}`, width: 20, height: 20, patternUnits: "userSpaceOnUse",
      });
      pattern.append(drawn("rect", { width: 20, height: 20, fill: colour }));
      const ink = isDark(colour) ? "#ffffff" : "#333333";
      for (const [spacing, angle] of patternLines(shade, side === "fall")) {
        for (let at = -20; at <= 40; at += spacing * 2) {
          const [from, to] = angle > 0 ? [at, at + 20] : [at + 20, at];
          pattern.append(drawn("line", { x1: from, y1: 0, x2: to, y2: 20, stroke: ink, "stroke-width": 1 }));
        }
      }
      defs.append(pattern);
    });
  }
}

/* The page: what is chosen, and everything that follows from it. */

const state = {
  layer: "", year: "", years: [], group: "all", phase: "all", place: "", patterns: false, figures: true,
};
const panes = [];
const AREA_STYLE = { stroke: true, color: "#666666", weight: 0.5, fillOpacity: 0.85 };

/** Change what is chosen and draw again. */
function choose(changes) {
  Object.assign(state, changes);
  const radio = document.querySelector(`input[name="layer"][value="${state.layer}"]`);
  if (radio) radio.checked = true;
  refresh();
}

function refresh() {
  const layer = layers.get(state.layer);
  if (layer) drawPatterns(layer);
  for (const pane of panes) pane.paint();
  refreshTables();
  const year = document.getElementById("year");
  if (year) {
    year.setAttribute("aria-valuetext", yearWords(state.year));
    document.getElementById("year-shown").textContent = yearWords(state.year);
  }
  const place = document.getElementById("place");
  if (place) place.closest(".select").hidden = !layer?.byPlace;
  tell(layer);
}

/** Say in a sentence what is shown; a layer without cuts says that it does not follow the switches. */
function tell(layer) {
  document.getElementById("told").textContent = layer ? `${shownWords(layer, partOf(layer, 0))}.` : "No shading.";
}

function shownWords(layer, part) {
  if (layer.byPlace) return `${layer.about} ${optionWords("place")}, ${part.by}`;
  if (!part) return `${layer.about}, ${yearWords(state.year)}: no figures for ${optionWords("group").toLowerCase()}, ${optionWords("phase").toLowerCase()}`;
  const cuts = document.getElementById("group") ? `: ${part.heading.toLowerCase()}` : `, ${part.by}`;
  const note = isAsked(part) ? "" : " (this layer is not shown by need group or phase)";
  return `${layer.about}, ${yearWords(state.year)}${cuts}${note}`;
}

function toggle(map, layer, isOn) {
  if (layer && isOn !== map.hasLayer(layer)) layer[isOn ? "addTo" : "removeFrom"](map);
}

/** A map and all that is drawn on it. Handles are Leaflet layers that were made before. */
function makePane(map, { bounds, marks, lines, areas = copies(panes[0]?.areas), always = copies(panes[0]?.always) }) {
  const pane = { number: panes.length, map, bounds, areas, marks, lines, always, rows: {}, selected: undefined };
  readRows(pane);
  drawLines(pane);
  for (const [level, shapes] of Object.entries(areas)) {
    shapes.eachLayer((shape) => {
      shape.code = shape.feature.properties.code;
      shape.bindTooltip(() => areaWords(pane, level, shape.code), { sticky: true });
      shape.on({
        click: () => pane.show(level, shape.code, map.getContainer(), false),
        mouseover: () => shape.setStyle({ weight: 2.5, color: "#000000" }),
        mouseout: () => shape.setStyle(outline(pane, shape.code)),
      });
    });
  }
  for (const [name, group] of Object.entries(marks)) {
    group.eachLayer((mark) => {
      mark.bindTooltip(() => make("span", mark.words));
      mark.on("click", () => pane.showMark(name, mark.feature.properties.id, mark.getElement(), false));
    });
  }
  for (const group of Object.values(lines)) {
    group.eachLayer((line) => line.bindTooltip(() => make("span", line.words), { sticky: true }));
  }
  pane.paint = () => paint(pane);
  pane.select = (code) => {
    pane.selected = code;
    for (const shapes of Object.values(areas)) shapes.eachLayer((shape) => shape.setStyle(outline(pane, shape.code)));
  };
  pane.show = (level, code, from, isMoved = true) => showArea(pane, level, code, from, isMoved);
  pane.showMark = (name, id, from, isMoved = true) => showMark(pane, name, id, from, isMoved);
  pane.labels = L.layerGroup().addTo(map);
  map.on("moveend", () => drawFigures(pane));
  panes.push(pane);
  frame(pane);
}

/** The same shapes once more, for another map. */
function copies(group) {
  return Object.fromEntries(Object.entries(group).map(([name, layer]) => [name, L.geoJSON(layer.toGeoJSON(), layer.options)]));
}

function readRows(pane) {
  pane.rows.builds = new Map(rowsOfMarks(pane, "builds").map((row) => [row.dataset.id, row]));
  pane.rows.places = new Map();
  for (const row of rowsOfMarks(pane, "places")) {
    if (!pane.rows.places.has(row.dataset.id)) pane.rows.places.set(row.dataset.id, []);
    pane.rows.places.get(row.dataset.id).push(row);
  }
  for (const name of Object.keys(pane.lines)) {
    pane.rows[name] = new Map(rowsOfMarks(pane, name).map((row) => [row.dataset.id, row]));
  }
}

function outline(pane, code) {
  const { weight, color } = AREA_STYLE;
  return code !== undefined && code === pane.selected ? { weight: 4, color: "#000000" } : { weight, color };
}

function areaWords(pane, level, code) {
  const layer = layers.get(state.layer);
  const part = layer && partOf(layer, pane.number);
  const row = part && rowsOf(part).get(code);
  if (!row) return make("span", code);
  const words = make("span", "");
  words.append(make("strong", wordsOf(row.cells[0])), make("br"),
    `${layerWords(layer)}: ${inWords(layer, told(layer.tables[pane.number], row, shownColumn(layer)))}`);
  return words;
}

function paint(pane) {
  const layer = layers.get(state.layer);
  const part = layer && partOf(layer, pane.number);
  const fillOpacity = pane.always.tiles && pane.map.hasLayer(pane.always.tiles) ? 0.55 : AREA_STYLE.fillOpacity;
  for (const [level, shapes] of Object.entries(pane.areas)) {
    const isOn = part?.level === level;
    if (isOn) {
      const rows = rowsOf(part);
      shapes.setStyle((feature) => ({
        ...AREA_STYLE,
        ...outline(pane, feature.properties.code),
        fillOpacity,
        fillColor: fillOf(layer, part.bounds, told(layer.tables[pane.number], rows.get(feature.properties.code), shownColumn(layer))),
      }));
    }
    toggle(pane.map, shapes, isOn);
  }
  for (const name of Object.keys(pane.marks)) refreshMarks(pane, name);
  drawFigures(pane);
  drawLegend(pane, layer, part);
}

function drawLegend(pane, layer, part) {
  const last = layer && partOf(layer, panes.length - 1);
  const isSaid = pane.number < panes.length - 1 && part?.level === last?.level;
  pane.legend.hidden = !part || isSaid;
  if (!part) return;
  pane.legend.querySelector("summary").textContent = layerWords(layer);
  pane.legend.querySelector("p").textContent = shownWords(layer, part);
  pane.legend.querySelector("ul").replaceChildren(...legendOf(layer, part, pane.number).map(([fill, words]) => {
    const item = make("li");
    const swatch = drawn("svg", { width: 22, height: 14, "aria-hidden": "true" });
    swatch.append(drawn("rect", { width: 22, height: 14, fill, stroke: "#555555" }));
    item.append(swatch, words);
    return item;
  }));
}

/** Write figures on the areas that are large enough for them. */
function drawFigures(pane) {
  pane.labels.clearLayers();
  const layer = layers.get(state.layer);
  const part = layer && partOf(layer, pane.number);
  if (!state.figures || !part) return;
  const rows = rowsOf(part);
  pane.areas[part.level].eachLayer((shape) => {
    const bounds = shape.getBounds();
    if (!pane.map.getBounds().intersects(bounds)) return;
    const one = pane.map.latLngToLayerPoint(bounds.getNorthWest());
    const two = pane.map.latLngToLayerPoint(bounds.getSouthEast());
    const text = told(layer.tables[pane.number], rows.get(shape.code), shownColumn(layer));
    if (two.x - one.x < 14 + 7 * text.length || two.y - one.y < 18) return;
    const label = make("span", text);
    const middle = shape.feature.properties.middle;
    L.marker([middle[1], middle[0]], {
      icon: L.divIcon({ className: "figure", html: label, iconSize: [0, 0] }), interactive: false, keyboard: false,
    }).addTo(pane.labels);
  });
}

function showArea(pane, level, code, from, isMoved) {
  const shapes = pane.areas[level];
  const shape = shapes.getLayers().find((each) => each.code === code);
  pane.select(code);
  markSelected();
  if (isMoved) {
    if (!pane.map.hasLayer(shapes)) showLevel(pane, level);
    pane.map.fitBounds(shape.getBounds(), { maxZoom: 13, padding: [60, 60], animate: false });
    pane.map.getContainer().scrollIntoView({ block: "nearest" });
  }
  if (pane.map.hasLayer(shapes)) shape.bringToFront();
  const [title, content] = areaCard(pane, level, code);
  showCard(title || code, content, from);
}

/** Shade by a layer that has these areas, where the present one has not. */
function showLevel(pane, level) {
  for (const layer of layers.values()) {
    for (const [key, part] of layer.tables[pane.number]?.parts ?? []) {
      if (part.level !== level || layer.byPlace) continue;
      const [group, phase] = key.split("|");
      for (const [id, value] of [["group", group], ["phase", phase]]) {
        const select = document.getElementById(id);
        if (select) select.value = value;
      }
      choose({ layer: layer.key, group, phase });
      return;
    }
  }
}

function showMark(pane, name, id, from, isMoved) {
  const box = document.querySelector(`input[data-show="${name}"]`);
  if (isMoved && box && !box.checked) { box.checked = true; box.dispatchEvent(new Event("change")); }
  const mark = pane.marks[name].getLayers().find((each) => each.feature.properties.id === id);
  if (isMoved) {
    pane.map.setView(mark.getLatLng(), Math.max(pane.map.getZoom(), 12), { animate: false });
    pane.map.getContainer().scrollIntoView({ block: "nearest" });
  }
  markSelected(mark.getElement());
  const row = pane.rows[name].get(id);
  const [title, content] = name === "builds" ? buildCard(row) : placeCard(row);
  showCard(title, content, from);
}

/** Ring the mark whose card is open. */
function markSelected(element) {
  document.querySelectorAll(".mark.selected").forEach((each) => each.classList.remove("selected"));
  element?.classList.add("selected");
}

/* Frame, controls and print. */

function frame(pane) {
  const element = pane.map.getContainer();
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", `Map${panes.length > 1 ? ` ${panes.length}` : ""}. Arrow keys move it, plus and minus zoom. Every figure is in the tables below.`);
  pane.legend = element.closest(".map-frame").querySelector(".legend");
  pane.fit = () => {
    pane.map.invalidateSize({ animate: false });
    const { x: width, y: height } = pane.map.getSize();
    const room = width > 1.3 * height ? [230, 8] : [8, height > 400 ? 150 : 8];
    pane.map.fitBounds(pane.bounds, { paddingTopLeft: [8, 8], paddingBottomRight: room, animate: false });
  };
  L.control.scale({ imperial: false }).addTo(pane.map);
  const Whole = L.Control.extend({
    options: { position: "topleft" },
    onAdd: () => {
      const box = make("div", "", { class: "leaflet-bar" });
      const button = make("button", "⤢", { type: "button", class: "whole", title: "Show the whole region", "aria-label": "Show the whole region" });
      button.addEventListener("click", pane.fit);
      L.DomEvent.disableClickPropagation(box);
      box.append(button);
      return box;
    },
  });
  new Whole().addTo(pane.map);
  const North = L.Control.extend({
    options: { position: "topright" },
    onAdd: () => make("div", "N", { class: "north", role: "img", "aria-label": "North is up" }),
  });
  new North().addTo(pane.map);
  pane.map.setView([(pane.bounds[0][0] + pane.bounds[1][0]) / 2, (pane.bounds[0][1] + pane.bounds[1][1]) / 2], 9);
}

/** Move and zoom every pane with the one that is moved. */
function keepInStep() {
  let isLed = false;
  for (const pane of panes) {
    pane.map.on("move", () => {
      if (isLed) return;
      isLed = true;
      for (const other of panes) if (other !== pane) other.map.setView(pane.map.getCenter(), pane.map.getZoom(), { animate: false });
      isLed = false;
    });
  }
}

function startControls() {
  document.querySelectorAll("[data-with-script]").forEach((element) => { element.hidden = false; });
  for (const radio of document.querySelectorAll("input[name=layer]")) radio.addEventListener("change", () => choose({ layer: radio.value }));
  for (const id of ["group", "phase", "place"]) {
    document.getElementById(id)?.addEventListener("change", (event) => choose({ [id]: event.target.value }));
  }
  for (const name of ["patterns", "figures"]) {
    const box = document.getElementById(name);
    box.checked = state[name];
    box.addEventListener("change", () => choose({ [name]: box.checked }));
  }
  for (const box of document.querySelectorAll("input[data-show]")) {
    const show = () => {
      for (const pane of panes) {
        for (const group of [pane.marks, pane.lines, pane.always]) toggle(pane.map, group[box.dataset.show], box.checked);
        pane.paint();
      }
    };
    box.addEventListener("change", show);
    show();
  }
  const year = document.getElementById("year");
  year?.addEventListener("input", () => choose({ year: state.years[Number(year.value)] }));
  document.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => {
    year.value = Number(year.value) + Number(button.dataset.step);
    choose({ year: state.years[Number(year.value)] });
  }));
  document.getElementById("print").addEventListener("click", () => window.print());
  document.querySelector("#card .close").addEventListener("click", closeCard);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(); });
}

function startPrint() {
  const set = (isPrinting) => {
    document.documentElement.classList.toggle("printing", isPrinting);
    for (const pane of panes) pane.fit();
  };
  window.addEventListener("beforeprint", () => set(true));
  window.addEventListener("afterprint", () => set(false));
}

/** Leave the height of a screen to heading and maps together. */
function fitScreen() {
  document.documentElement.style.setProperty("--head", `${document.querySelector("header").offsetHeight + 2}px`);
  for (const pane of panes) pane.fit();
}

/** Begin, once every pane has been made. */
function startPage() {
  const year = document.getElementById("year");
  state.years = document.getElementById("figures-by-year").dataset.years.split(" ");
  state.year = state.years.at(-1);
  if (year) year.value = state.years.length - 1;
  state.layer = document.querySelector("input[name=layer]:checked").value;
  state.place = document.getElementById("place")?.value ?? "";
  state.group = document.getElementById("group")?.value ?? "all";
  state.phase = document.getElementById("phase")?.value ?? "all";
  startTables();
  startControls();
  startSearch();
  startPrint();
  fitScreen();
  window.addEventListener("resize", fitScreen);
  if (panes.length > 1) keepInStep();
  refresh();
}

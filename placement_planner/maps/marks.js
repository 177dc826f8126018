/* Marks: builds, places and lines. Their features hold a position; what they say is in the tables. */

const MARK_KINDS = {
  builds: {
    size: (places) => Math.round(SCALE * (18 + 1.4 * Math.sqrt(Math.min(places, 300)))),
    icon: (mark) => ["build", mark.letter, mark.named ? "" : "nearby"],
  },
  places: {
    size: (places) => Math.round(5 + 1.5 * SCALE * Math.sqrt(Math.min(places, 300))),
    icon: (mark) => [`site ${mark.kind}`, "", ""],
  },
};
const ROW_OF_MARKS = 4;
const SCALE = window.innerWidth < 600 ? 0.75 : 1;

/** Make a mark: a small shape that can be reached by keyboard. */
function markOf(kind) {
  return (feature, at) => {
    const { size, icon } = MARK_KINDS[kind];
    const mark = feature.properties;
    const [className, text, more] = icon(mark);
    const side = size(mark.places);
    const pitch = size(mark.widest ?? mark.places);
    const down = Math.floor((mark.number ?? 0) / ROW_OF_MARKS);
    const right = (mark.number ?? 0) % ROW_OF_MARKS;
    return L.marker(at, {
      icon: L.divIcon({
        className: `mark ${className} ${more}`,
        html: text,
        iconSize: [side, side],
        iconAnchor: [Math.round(side / 2) - right * pitch, Math.round(side / 2) - down * pitch],
      }),
      zIndexOffset: kind === "builds" ? 1000 : 0,
      riseOnHover: true,
    });
  };
}

/** Whether a build or place is for the need group and phase chosen. */
function isChosen({ group, kind, phases }) {
  const isGroup = state.group === "all" || state.group === group || state.group === kind;
  return isGroup && (state.phase === "all" || phases.split(" ").includes(state.phase));
}

function rowsOfMarks(pane, name) {
  return [...document.querySelectorAll(`table[data-marks="${name}"][data-pane="${pane.number}"] tbody tr`)];
}

/** What each mark says: a name for tooltip and screen reader, and whether it is to be seen. */
function describeBuild(pane, mark) {
  const row = pane.rows.builds.get(mark.id);
  const { opens, places, what, where } = row.dataset;
  const isOpen = Number(opens) <= Number(state.year);
  return {
    isSeen: isChosen(row.dataset),
    isLater: !isOpen,
    name: `${what}, ${places} places, ${where}${isOpen ? "" : ` (opens ${yearWords(opens)})`}`,
  };
}

function describePlace(pane, mark) {
  const rows = pane.rows.places.get(mark.id) ?? [];
  const table = rows[0]?.closest("table");
  const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.column === state.year);
  const places = rows.filter((row) => isChosen(row.dataset))
    .reduce((sum, row) => sum + (numberOf(row.cells[column].textContent) ?? 0), 0);
  return {
    isSeen: places > 0,
    isLater: false,
    size: MARK_KINDS.places.size(places),
    name: `${rows[0].dataset.name}: ${places.toLocaleString("en-GB")} places in ${yearWords(state.year)}`,
  };
}

const DESCRIBED = { builds: describeBuild, places: describePlace };

function refreshMarks(pane, name) {
  const group = pane.marks[name];
  if (!group || !pane.map.hasLayer(group)) return;
  const seen = [];
  group.eachLayer((mark) => {
    const element = mark.getElement();
    const { isSeen, isLater, name: words, size } = DESCRIBED[name](pane, mark.feature.properties);
    element.hidden = !isSeen;
    element.classList.toggle("later", isLater);
    element.setAttribute("aria-label", words);
    mark.words = words;
    if (size) {
      element.style.width = element.style.height = `${size}px`;
      element.style.marginLeft = element.style.marginTop = `${-Math.round(size / 2)}px`;
    }
    if (isSeen) seen.push(mark);
  });
  rove(pane, seen);
}

/** One stop of the Tab key for a layer of marks; arrow keys lead from one mark to the next. */
function rove(pane, marks) {
  marks.sort((one, two) => one.getLatLng().lng - two.getLatLng().lng);
  const elements = marks.map((mark) => mark.getElement());
  const current = elements.find((element) => element === document.activeElement);
  elements.forEach((element, number) => {
    element.tabIndex = element === (current ?? elements[0]) ? 0 : -1;
    element.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        marks[number].fire("click");
        return;
      }
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      const to = { Home: 0, End: elements.length - 1 }[event.key]
        ?? (steps[event.key] && (number + steps[event.key] + elements.length) % elements.length);
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      element.tabIndex = -1;
      elements[to].tabIndex = 0;
      pane.map.panInside(marks[to].getLatLng(), { padding: [40, 40], animate: false });
      elements[to].focus();
    };
  });
}

/** Widths of the lines of who would travel where, and what each says. */
function drawLines(pane) {
  for (const [name, group] of Object.entries(pane.lines)) {
    group.eachLayer((line) => {
      const row = pane.rows[name].get(line.feature.properties.id);
      const [from, to, , children] = [...row.cells].map((cell) => cell.textContent.trim());
      const isNew = "new" in row.dataset;
      line.words = `${children} children from ${from} to ${to}`;
      line.setStyle({
        weight: Math.min(1 + numberOf(children) / 8, 8),
        color: isNew ? "#b34700" : "#333333",
        dashArray: isNew ? null : "4 4",
        opacity: 0.8,
      });
    });
  }
}


const shown = { layer: undefined, view: 0 };

function showKey() {
  for (const key of document.querySelectorAll(".key")) {
    key.hidden = key.dataset.layer !== shown.layer || Number(key.dataset.view) !== shown.view;
  }
}

function shade(layer) {
  if (!(layer instanceof L.GeoJSON) || !layer.getLayers()[0]?.feature.properties.fills) return;
  layer.firstStyle ??= layer.options.style;
  layer.options.style = (feature) =>
    ({ ...layer.firstStyle(feature), fillColor: feature.properties.fills[shown.view] });
  layer.setStyle(layer.options.style);
}

function offerViews(map) {
  const views = document.getElementById("views");
  if (!views) return;
  views.hidden = false;
  views.addEventListener("change", (event) => {
    shown.view = Number(event.target.value);
    showKey();
    map.eachLayer(shade);
  });
  const checked = views.querySelector("input");
  checked.checked = true;
}

function showRegion(map, bounds) {
  document.getElementById("without-script").remove();
  const frame = map.getContainer();
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", `Map. ${document.title}`);
  const fit = () => {
    map.invalidateSize({ animate: false });
    const roomForKey = map.getSize().x > 700 ? 262 : 8;
    map.fitBounds(bounds, { paddingTopLeft: [8, 8], paddingBottomRight: [roomForKey, 8], animate: false });
  };
  fit();
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);
  shown.layer = document.querySelector(".key").dataset.layer;
  offerViews(map);
  map.on("baselayerchange", (event) => {
    shown.layer = event.name;
    showKey();
    shade(event.layer);
  });
}

function placeLayerControl() {
  document.getElementById("layers").append(document.querySelector(".leaflet-control-layers"));
}

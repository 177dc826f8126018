
function showRegion(map, bounds) {
  document.getElementById("without-script").remove();
  const frame = map.getContainer();
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "Map of areas and specialist places");
  const fit = () => {
    map.invalidateSize({ animate: false });
    const roomForKey = map.getSize().x > 700 ? 262 : 8;
    map.fitBounds(bounds, { paddingTopLeft: [8, 8], paddingBottomRight: [roomForKey, 8], animate: false });
  };
  fit();
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);
  map.on("baselayerchange", (event) => {
    for (const key of document.querySelectorAll(".key")) {
      key.hidden = key.dataset.layer !== event.name;
    }
  });
}

function placeLayerControl() {
  document.getElementById("layers").append(document.querySelector(".leaflet-control-layers"));
}

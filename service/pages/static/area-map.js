// The area on a map that can be moved: Leaflet over outlines that come with this server.
const WIDE_DEGREES = 6; // wider than this, counties are a thicket
const LABEL_PX_PER_LETTER = 8;

function script(src) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = src;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
}

function style(href) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("link");
    element.rel = "stylesheet";
    element.href = href;
    element.onload = resolve;
    element.onerror = reject;
    document.head.prepend(element); // before our own, which has the last word
  });
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

// The outlines of one layer; west of 180° they are repeated for an area that goes past it.
function outlines(L, collection, bounds, className) {
  const turn = bounds.getEast() > 180 ? 360 : 0;
  const coordsToLatLng = ([lon, lat]) => L.latLng(lat, lon < 0 ? lon + turn : lon);
  const filter = (feature) => feature.geometry?.type.endsWith("Polygon"); // a point would be a pin
  return L.geoJSON(collection, { coordsToLatLng, filter, interactive: false, style: { className } });
}

function touching(L, layer, bounds) {
  const near = [];
  layer.eachLayer((one) => one.getBounds().intersects(bounds) && near.push(one));
  return near;
}

// A county is not the city of the same name. Alaska, Louisiana, Puerto Rico and DC have no counties.
const NO_COUNTIES = ["02", "11", "22", "72"];

function countyNames(collection, fips) {
  if (NO_COUNTIES.includes(fips)) return collection;
  for (const feature of collection.features) feature.properties.name += " Co.";
  return collection;
}

// A name is shown only while its outline is wide enough for it.
function nameThem(map, layers) {
  const refresh = () => {
    for (const layer of layers) {
      const box = layer.getBounds();
      const width = map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
      const fits = width > layer.feature.properties.name.length * LABEL_PX_PER_LETTER + 16;
      if (fits) layer.openTooltip();
      else layer.closeTooltip();
    }
  };
  for (const layer of layers) {
    const words = document.createTextNode(layer.feature.properties.name);
    const span = document.createElement("span");
    span.append(words);
    layer.bindTooltip(span, { permanent: true, direction: "center", className: "map-name" });
  }
  map.on("zoomend", refresh);
  refresh();
}

async function drawOutlines(L, map, vendor, bounds) {
  const near = bounds.pad(0.6);
  const isWide = bounds.getEast() - bounds.getWest() > WIDE_DEGREES;
  const states = outlines(L, await json(`${vendor}atlas/states.json`), bounds, "map-land");
  const home = touching(L, states, near);
  if (!home.length) {
    const file = isWide ? "countries-110m" : "land-50m"; // near by, the finer coast says more
    const land = outlines(L, await json(`${vendor}atlas/${file}.json`), bounds, "map-land");
    land.addTo(map);
    if (isWide) nameThem(map, touching(L, land, near));
    return;
  }
  states.addTo(map);
  if (isWide) {
    nameThem(map, home);
    return;
  }
  for (const state of home) {
    const fips = state.feature.id;
    const counties = await json(`${vendor}atlas/counties/${fips}.json`);
    const layer = outlines(L, countyNames(counties, fips), bounds, "map-county").addTo(map);
    nameThem(map, touching(L, layer, near));
  }
}

function makeMap(L, canvas, data) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const byTouch = matchMedia("(pointer: coarse)").matches; // one finger scrolls the page
  const map = L.map(canvas, {
    zoomControl: false,
    scrollWheelZoom: false,
    dragging: !byTouch,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    zoomSnap: 0.5,
    maxZoom: 17,
    attributionControl: Boolean(data.tiles),
  });
  L.control.zoom({ zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut }).addTo(map);
  L.control.scale().addTo(map);
  if (data.tiles) {
    map.attributionControl.setPrefix(false);
    const credit = document.createElement("span");
    credit.textContent = data.tilesAttribution;
    L.tileLayer(data.tiles, { attribution: credit.outerHTML }).addTo(map);
  }
  return map;
}

export async function show(place) {
  const { vendor, label } = place.dataset;
  await Promise.all([style(`${vendor}leaflet/leaflet.css`), script(`${vendor}leaflet/leaflet.js`)]);
  const L = window.L;
  const canvas = document.createElement("div");
  canvas.className = "map-canvas";
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", label);
  canvas.setAttribute("aria-describedby", "map-keys");
  place.append(canvas);
  place.dataset.live = "";
  document.getElementById("map-keys").hidden = false;

  const map = makeMap(L, canvas, place.dataset);
  const geometry = JSON.parse(document.getElementById("area-geometry").textContent);
  const area = L.geoJSON(geometry, { interactive: false, style: { className: "map-area" } });
  const bounds = area.getBounds();
  map.fitBounds(bounds.pad(0.35), { animate: false });
  await drawOutlines(L, map, vendor, bounds).catch(() => {}); // the area is worth showing alone
  area.addTo(map);
  place.dataset.live = "ready";
}

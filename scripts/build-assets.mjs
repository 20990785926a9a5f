// Which files of the npm packages does Porchlight ship? Run by `npm run build` in `make setup`.
//
// Writes two git-ignored folders, from scratch each time:
//   service/pages/static/vendor/   what a browser loads: leaflet, swagger-ui, the base map (atlas/)
//   alerts/area/atlas/             what the place table is loaded from: counties, states, countries
//
// The base map is GeoJSON (WGS84, lon/lat) so that Leaflet draws it without a tile server.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { feature } from "topojson-client";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "service/pages/static/vendor");
const atlas = join(root, "alerts/area/atlas");

const SHIPPED = {
  leaflet: ["dist/leaflet.js", "dist/leaflet.css", "dist/images", "LICENSE"],
  "swagger-ui-dist": ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"],
};

const PLACE_DECIMALS = 5; // about 1 m: the place table keeps all that the atlas knows
const MAP_DECIMALS = 4; // about 11 m: finer than a line on the screen at the zooms we show

async function readTopology(path) {
  return JSON.parse(await readFile(join(modules, path), "utf8"));
}

async function copyPackages() {
  for (const [name, paths] of Object.entries(SHIPPED)) {
    for (const path of paths) {
      const target = join(vendor, name, path.replace(/^dist\//, ""));
      await mkdir(dirname(target), { recursive: true });
      await cp(join(modules, name, path), target, { recursive: true });
    }
  }
}

function roundTo(decimals) {
  const round = (n) => Number(n.toFixed(decimals));
  const walk = (c) => (typeof c[0] === "number" ? [round(c[0]), round(c[1])] : c.map(walk));
  return walk;
}

// A ring without repeated points, or null when rounding left no ground of it.
function tidyRing(ring) {
  const kept = ring.filter((p, i) => i === 0 || p[0] !== ring[i - 1][0] || p[1] !== ring[i - 1][1]);
  return kept.length >= 4 ? kept : null;
}

function tidyPolygon(rings) {
  const [outer, ...holes] = rings.map(tidyRing);
  return outer ? [outer, ...holes.filter(Boolean)] : null;
}

// The atlas has one county so small (Falls Church, 51610) that its ring is a line: a Point stands for it.
function tidyGeometry(geometry, decimals) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rounded = roundTo(decimals)(polygons);
  const coordinates = rounded.map(tidyPolygon).filter(Boolean);
  return coordinates.length > 0
    ? { type: "MultiPolygon", coordinates }
    : { type: "Point", coordinates: rounded[0][0][0] };
}

// One FeatureCollection; ids stay those of the atlas (FIPS, ISO 3166-1 numeric).
function collection(topology, object, decimals) {
  const features = feature(topology, topology.objects[object]).features.map((f) => ({
    type: "Feature",
    id: f.id,
    properties: { name: f.properties?.name },
    geometry: tidyGeometry(f.geometry, decimals),
  }));
  return { type: "FeatureCollection", features };
}

async function write(path, value) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(value));
}

async function writePlaces(states, counties, countries) {
  await write(join(atlas, "states.geojson"), collection(states, "states", PLACE_DECIMALS));
  await write(join(atlas, "counties.geojson"), collection(counties, "counties", PLACE_DECIMALS));
  await write(join(atlas, "countries.geojson"), collection(countries, "countries", PLACE_DECIMALS));
}

// A page loads only the counties of the states it shows: counties/48.json is Texas.
async function writeCountyMaps(counties) {
  for (const state of new Set(counties.features.map((f) => f.id.slice(0, 2)))) {
    const features = counties.features.filter((f) => f.id.startsWith(state));
    await write(join(vendor, `atlas/counties/${state}.json`), { type: "FeatureCollection", features });
  }
}

async function writeMaps(states, counties) {
  await write(join(vendor, "atlas/states.json"), collection(states, "states", MAP_DECIMALS));
  await writeCountyMaps(collection(counties, "counties", MAP_DECIMALS));
  const world = await readTopology("world-atlas/countries-110m.json");
  await write(join(vendor, "atlas/countries-110m.json"), collection(world, "countries", MAP_DECIMALS));
  const land = await readTopology("world-atlas/land-50m.json");
  await write(join(vendor, "atlas/land-50m.json"), collection(land, "land", MAP_DECIMALS));
}

for (const folder of [vendor, atlas]) await rm(folder, { recursive: true, force: true });
await copyPackages();
const states = await readTopology("us-atlas/states-10m.json");
const counties = await readTopology("us-atlas/counties-10m.json");
await writePlaces(states, counties, await readTopology("world-atlas/countries-50m.json"));
await writeMaps(states, counties);

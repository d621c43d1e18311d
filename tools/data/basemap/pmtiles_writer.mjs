// SPDX-License-Identifier: Apache-2.0
// Writes a PMTiles version 3 archive (github.com/protomaps/PMTiles, spec/v3/spec.md):
// header of 127 bytes, root directory, metadata, leaf directories, tiles. Pure: tiles
// in, one buffer out. It merges equal tiles and runs of them; it reads nothing.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const HEADER_BYTES = 127;
/** The spec wants header and root within the first 16 KiB, fetched at once. */
const ROOT_BYTES_MAX = 16384 - HEADER_BYTES;
const LEAF_ENTRIES = 4096;
const GZIP = 2;
const MVT = 1;

/** Tiles are numbered along a Hilbert curve, zoom by zoom. */
function tileId(z, x, y) {
	let id = (4 ** z - 1) / 3;
	for (let side = z ? 2 ** (z - 1) : 0; side >= 1; side /= 2) {
		const rx = (x & side) > 0 ? 1 : 0;
		const ry = (y & side) > 0 ? 1 : 0;
		id += side * side * ((3 * rx) ^ ry);
		if (ry === 0) {
			if (rx === 1) {
				x = side - 1 - x;
				y = side - 1 - y;
			}
			[x, y] = [y, x];
		}
	}
	return id;
}

function pushVarint(bytes, value) {
	while (value >= 0x80) {
		bytes.push((value % 128) | 0x80);
		value = Math.floor(value / 128);
	}
	bytes.push(value);
}

/** A directory goes column by column: ids as differences, runs, lengths, offsets. */
function directory(entries) {
	const bytes = [];
	pushVarint(bytes, entries.length);
	let last = 0;
	for (const entry of entries) {
		pushVarint(bytes, entry.id - last);
		last = entry.id;
	}
	for (const entry of entries) pushVarint(bytes, entry.run);
	for (const entry of entries) pushVarint(bytes, entry.length);
	entries.forEach((entry, i) => {
		const before = entries[i - 1];
		const follows = before && entry.offset === before.offset + before.length;
		pushVarint(bytes, follows ? 0 : entry.offset + 1);
	});
	return gzipSync(Buffer.from(bytes), { level: 9 });
}

function directories(entries) {
	const root = directory(entries);
	if (root.length <= ROOT_BYTES_MAX) return { root, leaves: Buffer.alloc(0) };
	const leaves = [];
	const pointers = [];
	let offset = 0;
	for (let i = 0; i < entries.length; i += LEAF_ENTRIES) {
		const leaf = directory(entries.slice(i, i + LEAF_ENTRIES));
		pointers.push({ id: entries[i].id, run: 0, length: leaf.length, offset });
		offset += leaf.length;
		leaves.push(leaf);
	}
	return { root: directory(pointers), leaves: Buffer.concat(leaves) };
}

function place(tiles) {
	const ordered = [...tiles]
		.map(([key, data]) => ({ id: tileId(...key.split('/').map(Number)), data }))
		.sort((a, b) => a.id - b.id);
	const seen = new Map();
	const chunks = [];
	const entries = [];
	let end = 0;
	for (const { id, data } of ordered) {
		const digest = createHash('sha256').update(data).digest('hex');
		let offset = seen.get(digest);
		if (offset === undefined) {
			offset = end;
			seen.set(digest, offset);
			chunks.push(data);
			end += data.length;
		}
		const last = entries.at(-1);
		if (last && last.offset === offset && last.id + last.run === id) last.run++;
		else entries.push({ id, run: 1, length: data.length, offset });
	}
	return { entries, data: Buffer.concat(chunks), addressed: ordered.length, kept: seen.size };
}

/**
 * @param {Map<string, Buffer>} tiles "z/x/y" to gzipped vector tile
 * @param {object} metadata
 * @param {[number, number, number, number]} bounds west, south, east, north
 */
export function writePMTiles(tiles, metadata, bounds, minZoom, maxZoom) {
	const { entries, data, addressed, kept } = place(tiles);
	const { root, leaves } = directories(entries);
	const meta = gzipSync(Buffer.from(JSON.stringify(metadata)), { level: 9 });

	const header = Buffer.alloc(HEADER_BYTES);
	header.write('PMTiles', 0);
	header[7] = 3;
	const metaAt = HEADER_BYTES + root.length;
	const leavesAt = metaAt + meta.length;
	const dataAt = leavesAt + leaves.length;
	[
		[8, HEADER_BYTES],
		[16, root.length],
		[24, metaAt],
		[32, meta.length],
		[40, leavesAt],
		[48, leaves.length],
		[56, dataAt],
		[64, data.length],
		[72, addressed],
		[80, entries.length],
		[88, kept],
	].forEach(([at, value]) => header.writeBigUInt64LE(BigInt(value), at));
	header[96] = 1; // tiles lie in the order of their ids
	header[97] = GZIP;
	header[98] = GZIP;
	header[99] = MVT;
	header[100] = minZoom;
	header[101] = maxZoom;
	const [west, south, east, north] = bounds;
	header[118] = minZoom;
	[
		[102, west],
		[106, south],
		[110, east],
		[114, north],
		[119, (west + east) / 2],
		[123, (south + north) / 2],
	].forEach(([at, degrees]) => header.writeInt32LE(Math.round(degrees * 1e7), at));
	return Buffer.concat([header, root, meta, leaves, data]);
}

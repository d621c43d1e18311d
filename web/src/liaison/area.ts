/* SPDX-License-Identifier: Apache-2.0 */
/* The area of an advisory, as it is typed and as it goes on the wire: a ring of places, a
 * line each, or a circle. Pure. */
import { formatPlace, type LatLon, parsePlace } from '../lib/geo'
import type { Advisory } from './types'

export type Polygon = NonNullable<Advisory['polygon']>

/* A line that is no place, by its number; 0 when there are too few. */
export type Wrong = { line: number }

export function polygonOf(text: string): Polygon | Wrong {
	const lines = text.split('\n').filter((line) => line.trim() !== '')
	const places = lines.map(parsePlace)
	const bad = places.indexOf(undefined)
	if (bad >= 0) return { line: bad + 1 }
	const ring = (places as LatLon[]).map(({ lat, lon }) => [lon, lat])
	const [first] = ring
	const last = ring.at(-1)
	const isClosed = first && last && ring.length > 3 && `${first}` === `${last}`
	if (first && !isClosed) ring.push([...first])
	return ring.length < 4 ? { line: 0 } : { type: 'Polygon', coordinates: [ring] }
}

export const isWrong = (found: Polygon | Wrong): found is Wrong => 'line' in found

export function ringOf(polygon: Polygon | undefined): LatLon[] {
	return (polygon?.coordinates[0] ?? []).flatMap(([lon, lat]) =>
		lon === undefined || lat === undefined ? [] : [{ lat, lon }],
	)
}

/* As it is typed: without the last place, which is the first again. */
export const textOfRing = (polygon: Polygon | undefined): string =>
	ringOf(polygon).slice(0, -1).map(formatPlace).join('\n')

/* A ring or a circle as the path of a small picture, from -50 to 50, north up. */
export function outline(advisory: Advisory): string | undefined {
	const ring = ringOf(advisory.polygon)
	if (ring.length === 0)
		return advisory.centre && advisory.radius_m
			? 'M-40 0A40 40 0 1 1 40 0A40 40 0 1 1 -40 0Z'
			: undefined
	const lats = ring.map((p) => p.lat)
	const lons = ring.map((p) => p.lon)
	const middle = (all: number[]) => (Math.min(...all) + Math.max(...all)) / 2
	const span = (all: number[]) => Math.max(...all) - Math.min(...all)
	const east = Math.cos((middle(lats) * Math.PI) / 180)
	const k = 84 / Math.max(span(lats), span(lons) * east, 1e-6)
	const steps = ring.map(
		({ lat, lon }) =>
			`${((lon - middle(lons)) * east * k).toFixed(1)} ${((middle(lats) - lat) * k).toFixed(1)}`,
	)
	return `M${steps.join('L')}Z`
}

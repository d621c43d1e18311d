/* SPDX-License-Identifier: Apache-2.0 */
/* A track as people read it: where the unit stood and for how long, and one place a minute
 * while it drove. Pure. */
import { distanceM } from '../lib/geo'

export type Place = readonly [number, number]

export interface Line {
	from: number
	/* The same as from while it drove. */
	until: number
	lon: number
	lat: number
	/* Stood within so many metres. */
	stood: boolean
}

const NEAR_M = 60
const STOOD_MS = 3 * 60_000
const EACH_MS = 60_000

export function linesOf(
	places: readonly Place[],
	times: readonly string[],
): readonly Line[] {
	const lines: Line[] = []
	let told = Number.NEGATIVE_INFINITY
	for (let k = 0; k < places.length; ) {
		const [lon, lat] = places[k] as Place
		const from = Date.parse(times[k] ?? '')
		let next = k + 1
		while (next < places.length) {
			const [lon2, lat2] = places[next] as Place
			if (distanceM({ lat, lon }, { lat: lat2, lon: lon2 }) > NEAR_M) break
			next++
		}
		const until = Date.parse(times[next - 1] ?? '')
		if (until - from >= STOOD_MS) {
			lines.push({ from, until, lon, lat, stood: true })
			told = until
			k = next
			continue
		}
		if (from - told >= EACH_MS || k === places.length - 1) {
			lines.push({ from, until: from, lon, lat, stood: false })
			told = from
		}
		k++
	}
	return lines
}

/* How far it went, without the trembling of one that stands. */
export function lengthOf(places: readonly Place[]): number {
	let sum = 0
	let at: Place | undefined
	for (const place of places) {
		const metres = at
			? distanceM({ lat: at[1], lon: at[0] }, { lat: place[1], lon: place[0] })
			: 0
		if (at && metres < NEAR_M / 2) continue
		sum += metres
		at = place
	}
	return sum
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Small geography: distances and how a place is written. */

export interface LatLon {
	lat: number
	lon: number
}

const EARTH_M = 6_371_000
const RAD = Math.PI / 180

export function distanceM(a: LatLon, b: LatLon): number {
	const dLat = (b.lat - a.lat) * RAD
	const dLon = (b.lon - a.lon) * RAD
	const h =
		Math.sin(dLat / 2) ** 2 +
		Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.sin(dLon / 2) ** 2
	return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function formatPlace(p: LatLon): string {
	return `${p.lat.toFixed(5)}, ${p.lon.toFixed(5)}`
}

/* "24.81, 67.03" as typed into a form. */
export function parsePlace(text: string): LatLon | undefined {
	const m = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text)
	if (!m) return undefined
	const [lat, lon] = [Number(m[1]), Number(m[2])]
	return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined
}

export function formatDistance(m: number): string {
	return m < 1000
		? `${Math.round(m / 10) * 10} m`
		: `${(m / 1000).toFixed(m < 10_000 ? 1 : 0)} km`
}

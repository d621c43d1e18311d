/* SPDX-License-Identifier: Apache-2.0 */
/* What the intervals are shown against. Presentation is this product's own promise;
 * answering is NENA's, processing NFPA 1225's. Turnout and travel depend on the run
 * card and the site, so they have no target here. */
import type { Interval } from '../api/types'

export const INTERVALS = [
	'presentation',
	'answering',
	'processing',
	'turnout',
	'travel',
	'response',
	'total',
] as const
export const UNIT_INTERVALS = [
	'unit_turnout',
	'unit_travel',
	'unit_response',
	'unit_busy',
] as const
export type IntervalName = (typeof INTERVALS)[number]

export interface Target {
	p90_s?: number
	p95_s?: number
}

export const TARGETS: Readonly<Record<IntervalName, Target>> = {
	presentation: { p95_s: 0.3 },
	answering: { p90_s: 15, p95_s: 20 },
	processing: { p90_s: 60, p95_s: 106 },
	turnout: {},
	travel: {},
	response: {},
	total: {},
}

export type Verdict = 'met' | 'missed' | 'none'

export function verdictOf(interval: Interval | undefined, target: Target): Verdict {
	if (!interval || interval.count === 0) return 'none'
	const pairs: [number | undefined, number | undefined][] = [
		[interval.p90_s, target.p90_s],
		[interval.p95_s, target.p95_s],
	]
	const known = pairs.filter(([have, want]) => have !== undefined && want !== undefined)
	if (known.length === 0) return 'none'
	return known.every(([have = 0, want = 0]) => have <= want) ? 'met' : 'missed'
}

/* "0.06 s", "38 s", "5:50". */
export function formatSeconds(seconds: number | undefined): string {
	if (seconds === undefined) return '–'
	if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`
	if (seconds < 120) return `${Math.round(seconds)} s`
	const whole = Math.round(seconds)
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

const ROOM_MS = 5 * 3_600_000

/* With its year, and alike in every language: a sheet of paper outlives its night. Kept in
 * its own direction, or a line of Urdu turns the date around. */
export function minute(ms: number): string {
	const text = new Date(ms + ROOM_MS).toISOString().slice(0, 16).replace('T', ' ')
	return `\u2066${text}\u2069`
}

/* A period to lay beside this one: just before it, or a year before. */
export function baselineOf(
	kind: 'before' | 'year',
	fromMs: number,
	toMs: number,
): { from: number; to: number } {
	const back = kind === 'before' ? toMs - fromMs : 365 * 86_400_000
	return { from: fromMs - back, to: toMs - back }
}

/* "< 5 s", "< 10 min", "≥ 60 min": what a bar of a distribution counts. */
export function boundName(bounds: readonly number[], k: number): string {
	const at = bounds[Math.min(k, bounds.length - 1)] ?? 0
	const text = at < 60 ? `${at} s` : `${at / 60} min`
	return `${k < bounds.length ? '<' : '≥'} ${text}`
}

/* Cells of an area report as squares of a drawing, north up; the key is a corner. */
export function cellsOf(
	keys: readonly string[],
	cell = 0.02,
): { key: string; x: number; y: number }[] {
	const at = keys.flatMap((key) => {
		const [lat, lon] = key.split(',').map(Number)
		return lat === undefined || lon === undefined || Number.isNaN(lat + lon)
			? []
			: [{ key, lat: Math.round(lat / cell), lon: Math.round(lon / cell) }]
	})
	const west = Math.min(...at.map((c) => c.lon))
	const north = Math.max(...at.map((c) => c.lat))
	return at.map((c) => ({ key: c.key, x: c.lon - west, y: north - c.lat }))
}

/* Alarms counted into ten-minute boxes, oldest first. */
export function rateOf(
	times: readonly number[],
	fromMs: number,
	toMs: number,
	boxMs = 600_000,
): { at: number[]; n: number[] } {
	const first = Math.floor(fromMs / boxMs) * boxMs
	const count = Math.max(1, Math.ceil((toMs - first) / boxMs))
	const n = new Array<number>(count).fill(0)
	for (const time of times) {
		const box = Math.floor((time - first) / boxMs)
		if (box >= 0 && box < count) n[box] = (n[box] ?? 0) + 1
	}
	return { at: n.map((_, i) => (first + i * boxMs) / 1000), n }
}

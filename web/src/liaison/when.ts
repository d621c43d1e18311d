/* SPDX-License-Identifier: Apache-2.0 */
/* Times that people type and read here: fields of a form in Pakistan's time, meetings in
 * two capitals'. Pure. */

const SHIFT_MS = 5 * 3_600_000

/* "2026-12-07T10:00" of a field, Pakistan's, as an instant; undefined when it is none. */
export function fromField(text: string): string | undefined {
	if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined
	const ms = Date.parse(`${text.slice(0, 16)}:00Z`)
	return Number.isNaN(ms) ? undefined : new Date(ms - SHIFT_MS).toISOString()
}

export function toField(iso: string | undefined): string {
	const ms = iso ? Date.parse(iso) : Number.NaN
	return Number.isNaN(ms) ? '' : new Date(ms + SHIFT_MS).toISOString().slice(0, 16)
}

/* "2026-12-07T13:00:00+08:00" as an instant whose UTC parts are that place's, for a
 * formatter that is told UTC. */
export function wallClock(local: string): number {
	return Date.parse(`${local.slice(0, 19)}Z`)
}

/* "Asia/Shanghai" → "Shanghai". */
export function cityOf(zone: string): string {
	return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

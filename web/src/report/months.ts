/* SPDX-License-Identifier: Apache-2.0 */
/* Months of the room's calendar (UTC+5, no summer time) as periods of a report. Pure. */
import { sindhiDay } from '../lib/sindhi'

const ROOM_MS = 5 * 3_600_000

/* "2026-03" of a moment. */
export const monthOf = (ms: number) => new Date(ms + ROOM_MS).toISOString().slice(0, 7)

export function monthBefore(month: string): string {
	const [year = 0, n = 1] = month.split('-').map(Number)
	return new Date(Date.UTC(year, n - 2, 1)).toISOString().slice(0, 7)
}

/* From its first moment up to the first of the next. */
export function spanOf(month: string): { from: number; to: number } {
	const [year = 0, n = 1] = month.split('-').map(Number)
	return { from: Date.UTC(year, n - 1, 1) - ROOM_MS, to: Date.UTC(year, n, 1) - ROOM_MS }
}

/* "October 2026"; browsers know no Sindhi months. */
export function monthName(month: string, language: string): string {
	const [year = 0, n = 1] = month.split('-').map(Number)
	if (language === 'sd')
		return `${sindhiDay(new Date(Date.UTC(year, n - 1, 1))).replace(/^1 /, '')} ${year}`
	return new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
		timeZone: 'UTC',
		month: 'long',
		year: 'numeric',
	}).format(Date.UTC(year, n - 1, 1))
}

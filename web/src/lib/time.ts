/* SPDX-License-Identifier: Apache-2.0 */
/* Time as the pages use it: the server's clock, not this machine's. The offset is
 * learnt from each server message; ages and countdowns run on it, so a wrong clock on
 * a board changes nothing. What is shown is Pakistan time (UTC+5, no summer time). */

import { sindhiDate, sindhiDay } from './sindhi'

const ZONE = 'Asia/Karachi'
const DAY_MS = 86_400_000

/* Server time minus this machine's. The smallest delay seen lately tells the truth, so
 * a jump is taken at once only when it is large. */
let offsetMs: number | undefined

export function learnServerTime(serverIso: string, localMs = Date.now()): void {
	const server = Date.parse(serverIso)
	if (Number.isNaN(server)) return
	const seen = server - localMs
	if (offsetMs === undefined || Math.abs(seen - offsetMs) > 2_000) offsetMs = seen
	else offsetMs = Math.max(seen, offsetMs - 5)
}

export function serverNow(): number {
	return Date.now() + (offsetMs ?? 0)
}

export function clockOffsetMs(): number {
	return offsetMs ?? 0
}

/* Seconds as a countdown: 90 → "01:30", −75 → "−01:15", an hour and more "1:02:03". */
export function formatCountdown(seconds: number): string {
	const late = seconds < 0
	const whole = Math.abs(late ? Math.floor(seconds) : Math.ceil(seconds))
	const h = Math.floor(whole / 3600)
	const m = Math.floor(whole / 60) % 60
	const s = whole % 60
	const two = (n: number) => String(n).padStart(2, '0')
	const text = h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`
	return late && whole > 0 ? `−${text}` : text
}

export type Urgency = 'calm' | 'near' | 'late'

/* White, then amber when a quarter of the time is left, then late. */
export function urgencyOf(dueMs: number, fromMs: number, nowMs: number): Urgency {
	const left = dueMs - nowMs
	if (left < 0) return 'late'
	const whole = Math.max(dueMs - fromMs, 1)
	return left <= whole * 0.25 ? 'near' : 'calm'
}

const clock = new Intl.DateTimeFormat('en-GB', {
	timeZone: ZONE,
	hour: '2-digit',
	minute: '2-digit',
	second: '2-digit',
	hourCycle: 'h23',
})
const clockShort = new Intl.DateTimeFormat('en-GB', {
	timeZone: ZONE,
	hour: '2-digit',
	minute: '2-digit',
	hourCycle: 'h23',
})

export function formatClock(ms: number): string {
	return clock.format(ms)
}

export function formatClockShort(ms: number): string {
	return clockShort.format(ms)
}

/* "14:30:07", with the day in front when it is not today. */
export function formatWhen(iso: string | undefined, language: string): string {
	if (!iso) return '–'
	const ms = Date.parse(iso)
	if (Number.isNaN(ms)) return '–'
	const far = Math.abs(serverNow() - ms) > DAY_MS / 2
	return far ? `${formatDay(ms, language)} ${formatClockShort(ms)}` : formatClock(ms)
}

/* An instant as a date whose UTC parts are Pakistan's. */
const inPakistan = (ms: number) => new Date(ms + 5 * 3_600_000)

export function formatDay(ms: number, language: string): string {
	if (language === 'sd') return sindhiDay(inPakistan(ms))
	return new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
		timeZone: ZONE,
		day: 'numeric',
		month: 'short',
	}).format(ms)
}

export function formatDate(ms: number, language: string): string {
	if (language === 'sd') return sindhiDate(inPakistan(ms))
	return new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
		timeZone: ZONE,
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric',
	}).format(ms)
}

/* Short age for tables: "8 s", "7 min", "3 h", "2 d". The words come from the catalog. */
export function ageParts(seconds: number): { n: number; unit: 's' | 'min' | 'h' | 'd' } {
	const s = Math.max(0, Math.round(seconds))
	if (s < 100) return { n: s, unit: 's' }
	if (s < 6_000) return { n: Math.round(s / 60), unit: 'min' }
	if (s < 172_800) return { n: Math.round(s / 3600), unit: 'h' }
	return { n: Math.round(s / 86_400), unit: 'd' }
}

/* A typed time of today ("1430", "14:30") as an instant; undefined when unreadable. A
 * time ahead of now is yesterday's: late entries look back. */
export function parseTypedTime(text: string, nowMs: number): string | undefined {
	const m = /^(\d{1,2}):?(\d{2})(?::?(\d{2}))?$/.exec(text.trim())
	if (!m) return undefined
	const [h, min, s] = [Number(m[1]), Number(m[2]), Number(m[3] ?? 0)]
	if (h > 23 || min > 59 || s > 59) return undefined
	const shift = 5 * 3_600_000
	const midnight = Math.floor((nowMs + shift) / DAY_MS) * DAY_MS - shift
	let at = midnight + ((h * 60 + min) * 60 + s) * 1000
	if (at > nowMs + 60_000) at -= DAY_MS
	return new Date(at).toISOString()
}

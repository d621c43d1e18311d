/* SPDX-License-Identifier: Apache-2.0 */
/* The unit's place, shared on duty only and while this page is on the screen: a page
 * cannot do more, and the screen says so. What could not be sent waits, so that history
 * has it; the newest ones matter most, so the oldest are let go first. */
import { signal } from '@preact/signals'
import { ApiError, post } from '../api/client'
import type { Fix, Position } from '../api/types'
import { distanceM } from '../lib/geo'

export const sharing = signal<'off' | 'searching' | 'on' | 'denied'>('off')
export const here = signal<Position | undefined>(undefined)

const MOVING_MS = 5_000
const STILL_MS = 20_000
const MOVED_M = 15
const KEPT = 500
const BATCH = 100

let unit = ''
let watching: number | undefined
let beat: ReturnType<typeof setInterval> | undefined
let buffer: Fix[] = []
let sending = false
let last: { at: number; position: Position } | undefined

export function share(forUnit: string, isOnDuty: boolean): void {
	unit = forUnit
	const isWanted = isOnDuty && document.visibilityState === 'visible'
	if (isWanted && watching === undefined) start()
	if (!isWanted && watching !== undefined) stop()
	if (!isOnDuty) buffer = []
}

function start(): void {
	if (!('geolocation' in navigator)) {
		sharing.value = 'denied'
		return
	}
	sharing.value = 'searching'
	watching = navigator.geolocation.watchPosition(
		({ coords, timestamp }) => {
			sharing.value = 'on'
			const position = {
				lat: coords.latitude,
				lon: coords.longitude,
				accuracy_m: Math.round(coords.accuracy),
			}
			here.value = position
			take(position, timestamp, coords.speed, coords.heading)
		},
		(error) => {
			if (error.code === error.PERMISSION_DENIED) sharing.value = 'denied'
		},
		{ enableHighAccuracy: true, maximumAge: 2_000, timeout: 30_000 },
	)
	beat = setInterval(() => void flush(), MOVING_MS)
}

function stop(): void {
	if (watching !== undefined) navigator.geolocation.clearWatch(watching)
	clearInterval(beat)
	watching = undefined
	sharing.value = 'off'
}

function take(
	position: Position,
	at: number,
	speed: number | null,
	heading: number | null,
): void {
	const isMoved = !last || distanceM(last.position, position) >= MOVED_M
	const pause = isMoved ? MOVING_MS : STILL_MS
	if (last && at - last.at < pause) return
	last = { at, position }
	const fix: Fix = { unit, at: new Date(at).toISOString(), position }
	if (speed !== null) fix.speed_mps = speed
	if (heading !== null && !Number.isNaN(heading)) fix.course_deg = heading
	buffer = [...buffer, fix].slice(-KEPT)
	void flush()
}

async function flush(): Promise<void> {
	if (sending || buffer.length === 0) return
	sending = true
	const batch = buffer.slice(0, BATCH)
	try {
		await post('/fixes', { fixes: batch })
		buffer = buffer.slice(batch.length)
	} catch (error) {
		/* Refused is refused (the shift has ended, say); unreachable waits. */
		if (error instanceof ApiError && error.status >= 400 && error.status < 500)
			buffer = buffer.slice(batch.length)
	} finally {
		sending = false
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where this phone is, as well as it knows now. Asking never delays a press: a press
 * takes what is here, and better places follow it. Watching runs only while a call is
 * open, or while the page is ready and the person has allowed it before. */
import { signal } from '@preact/signals'
import type { Place } from '../state/outbox'

export type PlaceState = 'unknown' | 'searching' | 'known' | 'off'

export const placeState = signal<PlaceState>('unknown')
export const place = signal<(Place & { seen: number }) | undefined>(undefined)

/* An older place is not where the person is. */
const FRESH_MS = 120_000
let watching: number | undefined

export function placeNow(now: number): Place | undefined {
	const known = place.value
	if (!known || now - known.seen > FRESH_MS) return undefined
	const { seen: _, ...position } = known
	return position
}

export function watchPlace(): void {
	if (watching !== undefined) return
	if (!('geolocation' in navigator)) {
		placeState.value = 'off'
		return
	}
	if (!place.value) placeState.value = 'searching'
	watching = navigator.geolocation.watchPosition(
		({ coords }) => {
			place.value = {
				lat: coords.latitude,
				lon: coords.longitude,
				accuracy_m: Math.round(coords.accuracy),
				seen: Date.now(),
			}
			placeState.value = 'known'
		},
		(error) => {
			if (error.code === error.PERMISSION_DENIED || !place.value) placeState.value = 'off'
			if (error.code === error.PERMISSION_DENIED) stopPlace()
		},
		{ enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000 },
	)
}

export function stopPlace(): void {
	if (watching !== undefined) navigator.geolocation.clearWatch(watching)
	watching = undefined
}

/* Ready and allowed before: keep a fresh place at hand without asking anybody. */
export async function watchIfAllowed(): Promise<void> {
	try {
		const right = await navigator.permissions.query({ name: 'geolocation' })
		if (right.state === 'granted') watchPlace()
		if (right.state === 'denied') placeState.value = 'off'
	} catch {
		/* A browser that cannot say is asked at the press. */
	}
}

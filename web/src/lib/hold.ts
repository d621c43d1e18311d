/* SPDX-License-Identifier: Apache-2.0 */
/* Hold to press, as a state machine: a finger, a key or a switch goes down and must stay
 * down for the whole time; letting go early is nothing at all. Pure: time comes in. An
 * assistive tool that can only click arms first and presses with a second click. */

export type Hold =
	| { phase: 'idle' }
	| { phase: 'holding'; since: number }
	| { phase: 'armed'; since: number }
	| { phase: 'pressed' }

export type HoldEvent = 'down' | 'up' | 'abort' | 'click' | 'tick' | 'reset'

export const HOLD_MS = 1_000
/* How long a first click of an assistive tool waits for the second. */
export const ARMED_MS = 8_000

export const IDLE: Hold = { phase: 'idle' }

export function nextHold(hold: Hold, event: HoldEvent, now: number): Hold {
	switch (event) {
		case 'reset':
			return IDLE
		case 'down':
			return hold.phase === 'idle' || hold.phase === 'armed'
				? { phase: 'holding', since: now }
				: hold
		case 'up':
			if (hold.phase !== 'holding') return hold
			return isHeld(hold.since, now) ? { phase: 'pressed' } : IDLE
		case 'abort':
			return hold.phase === 'pressed' ? hold : IDLE
		case 'click':
			if (hold.phase === 'armed' && now - hold.since <= ARMED_MS)
				return { phase: 'pressed' }
			return hold.phase === 'idle' || hold.phase === 'armed'
				? { phase: 'armed', since: now }
				: hold
		case 'tick':
			if (hold.phase === 'holding' && isHeld(hold.since, now)) return { phase: 'pressed' }
			if (hold.phase === 'armed' && now - hold.since > ARMED_MS) return IDLE
			return hold
	}
}

function isHeld(since: number, now: number): boolean {
	return now - since >= HOLD_MS
}

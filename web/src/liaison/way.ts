/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a matter from raised to reported back: its steps with their times, and what
 * the desk can do next. The server decides what it allows; this only offers. Pure. */
import { type Matter, type MatterState, STEPS } from './types'

export interface Step {
	state: MatterState
	at?: string
	by?: string
	/* Behind it, at it, before it, or left out on the way. */
	is: 'done' | 'here' | 'ahead' | 'skipped'
}

export function wayOf(matter: Matter): Step[] {
	const here = STEPS.indexOf(matter.state)
	/* What was declined is reported back; nobody acts on it. */
	const isDeclined = matter.outcome === 'declined'
	return STEPS.map((state, n) => {
		const at = matter[`${state}_at`] as string | undefined
		const by = matter[`${state}_by_name`] as string | undefined
		const isLeftOut = isDeclined && (state === 'in_action' || state === 'done')
		const is =
			n === here
				? 'here'
				: isLeftOut || (n < here && !at)
					? 'skipped'
					: n < here
						? 'done'
						: 'ahead'
		/* A matter that was put off has been further than it is. */
		const shown = n <= here
		return { state, is, ...(shown && at && { at }), ...(shown && by && { by }) }
	})
}

export type Next = 'propose' | 'schedule' | 'decide' | 'act' | 'report'

export function nextOf(matter: Matter): Next[] {
	switch (matter.state) {
		case 'raised':
			return ['propose', 'schedule']
		case 'proposed':
			return ['schedule']
		case 'on_agenda':
			return ['decide', 'schedule']
		case 'decided':
			return matter.outcome === 'declined' ? ['report'] : ['act']
		case 'in_action':
			return ['act']
		case 'done':
			return ['report']
		default:
			return []
	}
}

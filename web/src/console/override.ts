/* SPDX-License-Identifier: Apache-2.0 */
/* Why not the unit that was suggested first? Asked after the offer has gone, for eight
 * seconds, and never in its way. */
import { signal } from '@preact/signals'
import { get } from '../api/client'
import type { Id, Incident, Recommendation } from '../api/types'
import { recommendations, selectedId } from './state'

const ASKED_MS = 8_000

export interface Asked {
	/* The assignments that the answer is about. */
	made: readonly { id: Id; callsign: string }[]
	/* What was suggested first. */
	first?: string | undefined
	/* Words are being written: the question stays. */
	isWriting: boolean
}

export const asked = signal<Asked | undefined>(undefined)
let timer: ReturnType<typeof setTimeout> | undefined

/* What is suggested for this incident, as it was before the offer: on the screen
 * already, or asked for ahead of the offer, which does not wait for it. */
export async function suggestedFor(incident: Incident): Promise<Recommendation[]> {
	const shown = recommendations.peek()
	if (shown && selectedId.peek() === incident.id) return shown.items
	try {
		const path = `/incidents/${encodeURIComponent(incident.id)}/recommendations?limit=3`
		return (await get<{ items: Recommendation[] }>(path)).items
	} catch {
		return []
	}
}

export function ask(made: Asked['made'], first?: string): void {
	asked.value = { made, first, isWriting: false }
	clearTimeout(timer)
	timer = setTimeout(() => {
		if (asked.peek()?.isWriting !== true) asked.value = undefined
	}, ASKED_MS)
}

export function startWriting(): void {
	if (asked.peek()) asked.value = { ...(asked.peek() as Asked), isWriting: true }
}

export function stopAsking(): void {
	clearTimeout(timer)
	asked.value = undefined
}

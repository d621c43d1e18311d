/* SPDX-License-Identifier: Apache-2.0 */
/* What this console has chosen and open. Nothing here is the room's. */
import { computed, effect, signal } from '@preact/signals'
import { get } from '../api/client'
import type { Id, Incident, Recommendations } from '../api/types'
import type { MapHandle } from '../map/gl'
import { details, queue, watchIncident, world } from '../state/room'

export type DialogName =
	| 'keys'
	| 'call'
	| 'late'
	| 'close'
	| 'tests'
	| 'closed'
	| 'sound'
	| 'devices'
	| 'track'

export const selectedId = signal<Id | undefined>(undefined)
export const selectedUnit = signal<Id | undefined>(undefined)
export const dialog = signal<DialogName | undefined>(undefined)
export const unitFilter = signal('')
export const recommendations = signal<Recommendations | undefined>(undefined)
export const recommendationsFailed = signal(false)
export const mapHandle = signal<MapHandle | undefined>(undefined)
/* What comes right after the first picture (late.ts). */
export const late = signal<typeof import('./late') | undefined>(undefined)
export const themeName = signal('dark')

const KEYS = 'kumak.single_keys'
export const singleKeys = signal(localStorage.getItem(KEYS) !== 'off')

export function setSingleKeys(on: boolean): void {
	singleKeys.value = on
	localStorage.setItem(KEYS, on ? 'on' : 'off')
}

export const selected = computed<Incident | undefined>(() => {
	const id = selectedId.value
	if (id === undefined) return undefined
	return details.value.get(id) ?? world.value.incidents.get(id)
})

export function select(id: Id | undefined, show = true): void {
	selectedId.value = id
	const incident = id === undefined ? undefined : world.value.incidents.get(id)
	if (show && incident?.position) mapHandle.value?.goTo(incident.position)
}

export function selectNext(step: number): void {
	const rows = queue.value
	if (rows.length === 0) return
	const at = rows.findIndex((i) => i.id === selectedId.value)
	const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))
	select(rows[next]?.id)
	queueMicrotask(() =>
		document
			.querySelector(`[data-incident="${CSS.escape(rows[next]?.id ?? '')}"]`)
			?.scrollIntoView({ block: 'nearest' }),
	)
}

export async function loadRecommendations(): Promise<void> {
	const id = selectedId.peek()
	if (id === undefined) return
	try {
		const found = await get<Recommendations>(
			`/incidents/${encodeURIComponent(id)}/recommendations?limit=3`,
		)
		if (selectedId.value !== id) return
		recommendations.value = found
		recommendationsFailed.value = false
	} catch {
		if (selectedId.value === id) recommendationsFailed.value = true
	}
}

/* A pane shows one whole record: follow it, and ask anew for units when it changes. */
export function followSelection(): void {
	let stop: (() => void) | undefined
	effect(() => {
		const id = selectedId.value
		stop?.()
		stop = undefined
		recommendations.value = undefined
		recommendationsFailed.value = false
		if (id !== undefined) stop = watchIncident(id)
	})
	const shape = computed(() => {
		const i = selected.value
		return i && i.state !== 'closed' ? `${i.id} ${i.priority} ${i.assignments_open}` : ''
	})
	effect(() => {
		if (shape.value) void loadRecommendations()
	})
}

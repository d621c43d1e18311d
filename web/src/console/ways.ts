/* SPDX-License-Identifier: Apache-2.0 */
/* Ways along the roads of the units that go to the chosen incident, and of the chosen
 * unit: asked for when the choice or what it stands on changes, and again while they
 * drive. */
import { effect } from '@preact/signals'
import type { Id } from '../api/types'
import { askWay } from '../map/way'
import { onEvent, world } from '../state/room'
import { mapHandle, selected, selectedId, selectedUnit } from './state'

const AGAIN_MS = 15_000
const SETTLE_MS = 250
const WAYS_MAX = 4

let wanted = ''
let timer: ReturnType<typeof setTimeout> | undefined
let asking = 0

function unitsToShow(): Id[] {
	const units = new Set<Id>()
	if (selectedUnit.value !== undefined) units.add(selectedUnit.value)
	const open = new Set(selected.value?.assignments?.map((one) => one.id))
	for (const unit of world.peek().units.values())
		if (unit.assignments.some((id) => open.has(id))) units.add(unit.id)
	return [...units].slice(0, WAYS_MAX)
}

async function ask(): Promise<void> {
	const incident = selectedId.peek()
	const turn = ++asking
	const found =
		incident === undefined
			? []
			: await Promise.all(unitsToShow().map((unit) => askWay(incident, unit)))
	if (turn !== asking) return
	mapHandle.peek()?.setWays(found.filter((way) => way !== undefined))
	clearTimeout(timer)
	if (found.length > 0) timer = setTimeout(() => void ask(), AGAIN_MS)
}

export function askSoon(): void {
	clearTimeout(timer)
	timer = setTimeout(() => void ask(), SETTLE_MS)
}

/* While this runs the map has them; the answer ends it. */
export function followWays(): () => void {
	const stop = effect(() => {
		const now = `${selectedId.value} ${mapHandle.value !== undefined} ${unitsToShow().join(' ')}`
		if (now === wanted) return
		wanted = now
		askSoon()
	})
	const deaf = onEvent((event) => {
		if (/^(closure|assignment)\./.test(event.type)) askSoon()
	})
	return () => {
		wanted = ''
		clearTimeout(timer)
		deaf()
		stop()
	}
}

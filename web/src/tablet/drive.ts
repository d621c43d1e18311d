/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the chosen assignment along the roads: asked for again while the crew
 * drives, at once when it is asked for another. Without an answer the last one stands
 * until it is old; then there is none. */
import { signal } from '@preact/signals'
import type { Assignment } from '../api/types'
import { askWay, type Way } from '../map/way'

const AGAIN_MS = 15_000
const OLD_MS = 60_000

export const drive = signal<(Way & { assignment: string }) | undefined>(undefined)

export function followDrive(assignment: Assignment): () => void {
	let gone = false
	let answered = 0
	let timer: ReturnType<typeof setTimeout> | undefined
	const ask = async () => {
		const { id, incident, unit } = assignment
		const found = incident && unit ? await askWay(incident, unit) : undefined
		if (gone) return
		if (found) {
			answered = performance.now()
			drive.value = { ...found, assignment: id }
		} else if (performance.now() - answered > OLD_MS) drive.value = undefined
		timer = setTimeout(() => void ask(), AGAIN_MS)
	}
	void ask()
	return () => {
		gone = true
		clearTimeout(timer)
		drive.value = undefined
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One pane in a window of its own, for a second monitor: /console?pane=map. It is a
 * whole page with a line of its own; the zones of the console stay where they are. What
 * is chosen in one window of this browser is chosen in all. */
import { effect } from '@preact/signals'
import type { Id } from '../api/types'
import { select, selectedId, selectedUnit } from './state'

const PANES = ['queue', 'map', 'incident'] as const
export type Pane = (typeof PANES)[number]

const asked = new URLSearchParams(location.search).get('pane')
export const pane: Pane | undefined = PANES.find((one) => one === asked)

export function popOut(one: Pane): void {
	window.open(`/console?pane=${one}`, `kumak-${one}`, 'popup,width=1200,height=900')
}

interface Said {
	/* A window has opened and knows nothing yet. */
	ask?: true
	incident?: Id | undefined
	unit?: Id | undefined
}

export function shareSelection(): void {
	const channel = new BroadcastChannel('kumak.console')
	let [incident, unit] = [selectedId.peek(), selectedUnit.peek()]
	channel.onmessage = ({ data }: MessageEvent<Said>) => {
		if (data.ask) {
			if (incident || unit) channel.postMessage({ incident, unit } satisfies Said)
			return
		}
		/* Taken before it is shown: what one was told is not said again. */
		const isNew = data.incident !== incident
		incident = data.incident
		unit = data.unit
		if (isNew) select(incident)
		selectedUnit.value = unit
	}
	channel.postMessage({ ask: true } satisfies Said)
	effect(() => {
		if (selectedId.value === incident && selectedUnit.value === unit) return
		incident = selectedId.value
		unit = selectedUnit.value
		channel.postMessage({ incident, unit } satisfies Said)
	})
}

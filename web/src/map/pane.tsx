/* SPDX-License-Identifier: Apache-2.0 */
/* The map's place on a page. The map's code comes late and may fail to come; the page
 * works without it. Language and theme are built into the map, so a change of either
 * makes a new one. */
import { effect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Id } from '../api/types'
import { language, nameOf, t } from '../lib/i18n'
import { now, pointed, queue, world } from '../state/room'
import type { MapHandle } from './gl'
import './pane.css'

interface Props {
	theme: string
	interactive: boolean
	selectedIncident?: Id | undefined
	selectedUnit?: Id | undefined
	onIncident?: (id: Id) => void
	onUnit?: (id: Id) => void
	onReady?: (handle: MapHandle) => void
	/* More buttons beside the map's own. */
	tools?: ComponentChildren
}

export function MapPane(props: Props) {
	const box = useRef<HTMLDivElement>(null)
	const chosen = useRef(props)
	chosen.current = props
	const [state, setState] = useState<'coming' | 'here' | 'plain' | 'failed'>('coming')
	const [outside, setOutside] = useState(0)
	const handle = useRef<MapHandle | undefined>(undefined)
	const drawn = useRef<(() => void) | undefined>(undefined)

	useEffect(() => {
		let gone = false
		let stop: (() => void) | undefined
		const begin = async () => {
			const { makeMap } = await import('./gl')
			const container = box.current
			if (gone || !container) return
			const made = await makeMap({
				container,
				language: language.value,
				theme: props.theme,
				interactive: props.interactive,
				siteName: nameOf,
				onIncident: (id) => chosen.current.onIncident?.(id),
				onUnit: (id) => chosen.current.onUnit?.(id),
				onOutside: setOutside,
			})
			if (gone) {
				made.remove()
				return
			}
			handle.current = made
			setState(made.hasBase ? 'here' : 'plain')
			chosen.current.onReady?.(made)
			drawn.current = () =>
				made.draw({
					incidents: queue.peek(),
					units: world.peek().units,
					sites: world.peek().sites,
					selectedIncident: chosen.current.selectedIncident,
					selectedUnit: chosen.current.selectedUnit,
					pointed: pointed.peek()?.incident,
					now: now.peek(),
				})
			stop = effect(() => {
				void queue.value
				void world.value
				void now.value
				void pointed.value
				drawn.current?.()
			})
		}
		begin().catch(() => {
			if (!gone) setState('failed')
		})
		return () => {
			gone = true
			stop?.()
			handle.current?.remove()
			handle.current = undefined
		}
	}, [language.value, props.theme, props.interactive])

	useEffect(() => drawn.current?.(), [props.selectedIncident, props.selectedUnit])

	return (
		<div class="map">
			<div class="map-box" ref={box} dir="ltr" />
			{state === 'coming' && <p class="map-word">{t('map.coming')}</p>}
			{state === 'failed' && <p class="map-word">{t('map.failed')}</p>}
			{state === 'plain' && <p class="map-note">{t('map.plain')}</p>}
			{outside > 0 && (
				<button
					type="button"
					class="btn alarm map-outside"
					onClick={() => handle.current?.home()}
				>
					▲ {t('map.outside', { n: outside })}
				</button>
			)}
			{props.interactive && (
				<div class="map-zoom">
					<button
						type="button"
						class="btn small"
						aria-label={t('map.in')}
						onClick={() => handle.current?.zoomBy(1)}
					>
						+
					</button>
					<button
						type="button"
						class="btn small"
						aria-label={t('map.out')}
						onClick={() => handle.current?.zoomBy(-1)}
					>
						−
					</button>
					<button
						type="button"
						class="btn small icon"
						aria-label={t('map.home')}
						title={t('map.home')}
						onClick={() => handle.current?.home()}
					>
						<svg viewBox="0 0 16 16" aria-hidden="true">
							<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
						</svg>
					</button>
					{props.tools}
				</div>
			)}
		</div>
	)
}

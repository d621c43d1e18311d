/* SPDX-License-Identifier: Apache-2.0 */
/* Where to go: the incident, the crew's own place, and the way along the roads, or the
 * straight line where none is known.
 * The map comes late; the address and the distance stand beside it in words. */
import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Assignment, Incident, Unit } from '../api/types'
import { language, nameOf, t } from '../lib/i18n'
import type { MapHandle } from '../map/gl'
import { drive, followDrive } from './drive'
import { now, unit } from './duty'
import { here } from './sharing'
import '../map/pane.css'

export function Way({ assignment, theme }: { assignment: Assignment; theme: string }) {
	const box = useRef<HTMLDivElement>(null)
	const shown = useRef(assignment)
	shown.current = assignment
	useEffect(() => {
		let gone = false
		let handle: MapHandle | undefined
		let stop: (() => void) | undefined
		const stopDrive = followDrive(assignment)
		let sizes: ResizeObserver | undefined
		let isFitted = false
		const begin = async () => {
			const { makeMap } = await import('../map/gl')
			if (gone || !box.current) return
			handle = await makeMap({
				container: box.current,
				language: language.value,
				theme,
				interactive: true,
				siteName: nameOf,
			})
			if (gone) return handle.remove()
			/* A second assignment or a turned tablet changes the room for the map. */
			sizes = new ResizeObserver(() => {
				isFitted = false
			})
			sizes.observe(box.current)
			stop = effect(() => {
				const way = drive.value
				handle?.setWays(way?.assignment === shown.current.id ? [way] : [])
				const own = ownUnit(unit.value, shown.current)
				const incident = incidentOf(shown.current)
				handle?.draw({
					incidents: incident ? [incident] : [],
					units: new Map(own ? [[own.id, own]] : []),
					sites: new Map(),
					selectedIncident: incident?.id,
					selectedUnit: own?.id,
					now: now.value,
				})
				const ends = [incident?.position, own?.position].filter((end) => end !== undefined)
				if (!isFitted && ends.length === 2) handle?.fit(ends)
				isFitted ||= ends.length === 2
			})
		}
		void begin().catch(() => undefined)
		return () => {
			gone = true
			stopDrive()
			stop?.()
			sizes?.disconnect()
			handle?.remove()
		}
	}, [assignment.id, theme, language.value])
	return (
		<section class="map" aria-label={t('map')}>
			<div class="map-box" ref={box} dir="ltr" />
		</section>
	)
}

/* The tablet's own place is newer than what the server last told. */
function ownUnit(known: Unit | undefined, assignment: Assignment): Unit | undefined {
	if (!known) return undefined
	const own = { ...known, assignments: [assignment.id] }
	return here.value ? { ...own, position: here.value, fix_age_s: 0 } : own
}

/* The map draws incidents; the crew has its card of one. */
function incidentOf(assignment: Assignment): Incident | undefined {
	const card = assignment.incident_card
	if (!card?.position) return undefined
	return {
		id: assignment.incident ?? assignment.id,
		number: card.number,
		world: 'live',
		state: 'active',
		unacknowledged: false,
		test: false,
		kind: card.kind,
		priority: card.priority,
		trust: 'verified',
		labels: [],
		position: card.position,
		raised_at: assignment.offered_at,
		milestones: {},
		signals_count: 1,
		people_count: 1,
		assignments_open: 1,
		assignments: [assignment],
	}
}

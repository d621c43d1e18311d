/* SPDX-License-Identifier: Apache-2.0 */
/* A unit's way to an incident, as the server works it out; undefined where there is
 * none (no roads, no fresh place, no right to it): then the straight line stands. */
import { get } from '../api/client'
import type { Id } from '../api/types'
import type { WayLine } from './roads'

interface Answer {
	geometry?: { coordinates: [number, number][] }
	properties: {
		unit: Id
		distance_m?: number
		eta_s?: number
		crosses_closure?: boolean
		attribution?: string
	}
}

export interface Way extends WayLine {
	distance: number
	eta: number
}

export async function askWay(incident: Id, unit: Id): Promise<Way | undefined> {
	const path = `/incidents/${encodeURIComponent(incident)}/route`
	try {
		const { geometry, properties: p } = await get<Answer>(
			`${path}?unit=${encodeURIComponent(unit)}`,
		)
		if (!geometry) return undefined
		return {
			unit: p.unit,
			line: geometry.coordinates,
			crosses: p.crosses_closure === true,
			attribution: p.attribution ?? '',
			distance: p.distance_m ?? 0,
			eta: p.eta_s ?? 0,
		}
	} catch {
		return undefined
	}
}

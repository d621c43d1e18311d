/* SPDX-License-Identifier: Apache-2.0 */
/* What an event does to the picture of the room. Pure: no clock, no network, and the
 * same world and event give the same result. An event says what is surely known at
 * once; `stale` names the records that must be fetched to know the rest (an event about
 * an incident does not carry the whole incident). Drawing never waits for that fetch. */
import type {
	Due,
	Fix,
	Id,
	Incident,
	KumakEvent,
	MilestoneName,
	Site,
	Unit,
} from '../api/types'

export interface World {
	readonly incidents: ReadonlyMap<Id, Incident>
	readonly units: ReadonlyMap<Id, Unit>
	readonly sites: ReadonlyMap<Id, Site>
}

export type Stale =
	| { what: 'incident'; id: Id }
	| { what: 'unit'; id: Id }
	| { what: 'site'; id: Id }
	| { what: 'room' }

export interface Applied {
	readonly world: World
	readonly stale: readonly Stale[]
}

export const EMPTY: World = { incidents: new Map(), units: new Map(), sites: new Map() }

const ROOM: readonly Stale[] = [{ what: 'room' }]

/* Until the record is fetched: 90 % of calls are to be answered in 15 s. */
const ANSWER_MS = 15_000

export function apply(world: World, event: KumakEvent): Applied {
	const [noun, what] = event.type.split('.')
	switch (noun) {
		case 'incident':
			return applyIncident(world, event)
		case 'signal':
			return applySignal(world, event)
		case 'assignment':
			return applyAssignment(world, event)
		case 'unit':
			return applyUnit(world, event)
		case 'site':
			return { world, stale: [{ what: 'site', id: event.data.id }] }
		/* Links that are lost are rows of the room. */
		case 'device':
			return { world, stale: what === 'lost' || what === 'back' ? ROOM : [] }
		case 'room':
		case 'page':
		case 'synthetic':
			return { world, stale: ROOM }
		default:
			return { world, stale: [] }
	}
}

/* The newest fix of each unit. An older fix never moves a marker. */
export function applyFixes(world: World, fixes: readonly Fix[]): World {
	let units: Map<Id, Unit> | undefined
	for (const fix of fixes) {
		const unit = (units ?? world.units).get(fix.unit)
		if (!unit || (unit.fix_at !== undefined && unit.fix_at > fix.at)) continue
		units ??= new Map(world.units)
		units.set(unit.id, {
			...unit,
			position: fix.position,
			fix_at: fix.at,
			speed_mps: fix.speed_mps,
			course_deg: fix.course_deg,
		})
	}
	return units ? { ...world, units } : world
}

function applyIncident(world: World, event: KumakEvent): Applied {
	/* The subject of a note is the note. */
	const id = event.data.incident ?? event.data.id
	const stale: Stale[] = [{ what: 'incident', id }]
	const known = world.incidents.get(id)
	if (!known) {
		if (event.type !== 'incident.raised') return { world, stale }
		return { world: withIncident(world, raised(world, event)), stale }
	}
	const next: Incident = { ...known, milestones: { ...known.milestones } }
	if (event.data.priority) next.priority = event.data.priority
	switch (event.type) {
		case 'incident.presented':
			mark(next, 'presented', event.at)
			break
		case 'incident.acknowledged':
			next.unacknowledged = false
			if (next.state === 'new') next.state = 'acknowledged'
			mark(next, 'acknowledged', event.at)
			if (event.data.by_name)
				next.acknowledged_by = {
					account: String(event.data.account ?? ''),
					name: event.data.by_name,
					at: event.at,
				}
			break
		case 'incident.unacknowledged':
			next.unacknowledged = true
			break
		case 'incident.closed':
			next.state = 'closed'
			next.unacknowledged = false
			mark(next, 'closed', event.at)
			break
		case 'incident.reopened':
			next.state = 'active'
			break
	}
	return { world: withIncident(world, next), stale }
}

function raised(world: World, event: KumakEvent): Incident {
	const { data } = event
	const site = data.site === undefined ? undefined : world.sites.get(data.site)
	const due: Due = {
		what: 'answer',
		at: new Date(Date.parse(event.at) + ANSWER_MS).toISOString(),
		from: event.at,
	}
	return {
		id: data.incident ?? data.id,
		number: data.number ?? '',
		world: event.world ?? 'live',
		state: 'new',
		unacknowledged: true,
		test: data.test === true,
		kind: data.kind ?? 'sos',
		priority: data.priority ?? 'P1',
		trust: data.trust === 'unverified' ? 'unverified' : 'verified',
		labels: [],
		...(data.site !== undefined && { site: data.site }),
		...(site && { site_name: site.name, position: site.position }),
		...(data.agency !== undefined && { agency: data.agency }),
		...(data.message !== undefined && { message: data.message }),
		raised_at: event.at,
		milestones: { raised: event.at },
		signals_count: 1,
		people_count: 1,
		assignments_open: 0,
		due,
	}
}

function applySignal(world: World, event: KumakEvent): Applied {
	const id = event.data.incident
	if (id === undefined) return { world, stale: [] }
	const known = world.incidents.get(id)
	const stale: Stale[] = [{ what: 'incident', id }]
	if (!known) return { world, stale }
	const next = { ...known, signals_count: known.signals_count + 1 }
	return { world: withIncident(world, next), stale }
}

const STEPS: Readonly<Record<string, MilestoneName>> = {
	'assignment.offered': 'offered',
	'assignment.accepted': 'dispatched',
	'assignment.en_route': 'en_route',
	'assignment.on_scene': 'on_scene',
}

function applyAssignment(world: World, event: KumakEvent): Applied {
	const { incident: incidentId, unit: unitId } = event.data
	const stale: Stale[] = []
	let next = world
	if (incidentId !== undefined) {
		stale.push({ what: 'incident', id: incidentId })
		const known = world.incidents.get(incidentId)
		const step = STEPS[event.type]
		if (known && step) {
			const incident = { ...known, milestones: { ...known.milestones } }
			mark(incident, step, event.at)
			if (step === 'dispatched' && incident.state !== 'closed') incident.state = 'active'
			next = withIncident(next, incident)
		}
	}
	if (unitId !== undefined) stale.push({ what: 'unit', id: unitId })
	return { world: next, stale }
}

function applyUnit(world: World, event: KumakEvent): Applied {
	const { id } = event.data
	const known = world.units.get(id)
	const stale: Stale[] = [{ what: 'unit', id }]
	if (!known) return { world, stale }
	const state = event.data.state as Unit['state'] | undefined
	const next: Unit = { ...known, ...(state && { state }) }
	if (event.data.busy_as) next.busy_as = event.data.busy_as
	else if (state && state !== 'busy') delete next.busy_as
	return { world: { ...world, units: new Map(world.units).set(id, next) }, stale }
}

/* A milestone is recorded once. */
function mark(incident: Incident, name: MilestoneName, at: string): void {
	incident.milestones[name] ??= at
}

function withIncident(world: World, incident: Incident): World {
	return { ...world, incidents: new Map(world.incidents).set(incident.id, incident) }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of the room that board and console draw from: signals, filled by the
 * lists once and kept true by the live line. Fixes are gathered and applied once a
 * second. Records named stale by `apply()` are fetched, each at most once per 200 ms;
 * nothing here polls. */
import { batch, computed, signal } from '@preact/signals'
import { ApiError, get, getAll } from '../api/client'
import { type Hand, type LinkState, Live, liveUrl } from '../api/live'
import { wholeIncident, wholeRoom, wholeSite, wholeUnit } from '../api/records'
import type {
	Agency,
	Fix,
	Id,
	Incident,
	KumakEvent,
	Room,
	Site,
	TimelineEntry,
	Unit,
} from '../api/types'
import { learnServerTime, serverNow } from '../lib/time'
import { apply, applyFixes, EMPTY, type Stale, type World } from './apply'
import { Flights } from './flights'
import { sortedQueue } from './queue'

const REFETCH_MS = 200
const FIXES_MS = 1_000
const TICK_MS = 1_000
const DROP_MS = 300_000
const KEPT_CLOSED_MS = 600_000
const ROOM_OLD_MS = 30_000
const WHOLE_AT_ONCE = 20
const POINTED_MS = 6_000
/* Timeline entries in an incident's own record (api/incidents.c). */
const TIMELINE_FIRST = 500

export const world = signal<World>(EMPTY)
export const room = signal<Room | undefined>(undefined)
export const agencies = signal<ReadonlyMap<Id, Agency>>(new Map())
export const link = signal<LinkState>('connecting')
/* The server's time of the last word from it: "data as of". */
export const heardAt = signal(0)
/* One clock for all countdowns, so that they tick together. */
export const now = signal(serverNow())
export const loaded = signal(false)
export const revoked = signal(false)

/* Where somebody of the room points now. */
export const pointed = signal<Hand | undefined>(undefined)

export const queue = computed(() => sortedQueue(world.value.incidents.values()))
export const alarming = computed(() =>
	queue.value.filter((i) => i.unacknowledged && i.priority === 'P1'),
)

type Listener = (event: KumakEvent) => void
const listeners = new Set<Listener>()

export function onEvent(listener: Listener): () => void {
	listeners.add(listener)
	return () => listeners.delete(listener)
}

/* Records fetched whole for a pane (an incident with its timeline) are kept here. */
export const details = signal<ReadonlyMap<Id, Incident>>(new Map())
const watched = new Set<Id>()

let live: Live | undefined
let roomAt = 0
const fixes = new Map<Id, Fix>()
const stale = new Map<string, Stale>()
const flights = new Flights()
let pointing: ReturnType<typeof setTimeout> | undefined
let refetching: ReturnType<typeof setTimeout> | undefined

export async function openRoom(): Promise<void> {
	setInterval(() => {
		now.value = serverNow()
	}, TICK_MS)
	setInterval(dropClosed, DROP_MS)
	setInterval(flushFixes, FIXES_MS)
	const seq = await loadLists()
	live = new Live(liveUrl(), seq, {
		event: onLiveEvent,
		fixes: (items) => {
			for (const fix of items) fixes.set(fix.unit, fix)
		},
		resync: loadLists,
		link: (state) => {
			link.value = state
		},
		time: (server) => {
			learnServerTime(server)
			heardAt.value = serverNow()
			/* The health of the node changes without an event of its own: while the server
			 * speaks, what it said of itself stays this fresh. */
			if (performance.now() - roomAt > ROOM_OLD_MS) refetch({ what: 'room' })
		},
		revoked: () => {
			revoked.value = true
		},
		consoles: (counts) => {
			if (room.value) room.value = { ...room.value, consoles: counts }
			/* An answer that is on its way may count as it was before. */
			if (flights.overtake('room')) refetch({ what: 'room' })
		},
		point: showHand,
	})
	live.start()
	addEventListener('online', () => live?.nudge())
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') live?.nudge()
	})
}

export function declare(name: string, frame: object): void {
	live?.declare(name, frame)
}

function showHand(hand: Hand): void {
	pointed.value = hand
	clearTimeout(pointing)
	pointing = setTimeout(() => {
		pointed.value = undefined
	}, POINTED_MS)
}

export function tell(frame: object): boolean {
	return live?.tell(frame) ?? false
}

/* The lists, and the event number that they are at least as new as. */
async function loadLists(): Promise<number> {
	const first = wholeRoom(await get<Room>('/room'))
	learnServerTime(first.now)
	const [incidents, units, sites, houses] = await Promise.all([
		getAll<Incident>('/incidents?state=open'),
		getAll<Unit>('/units'),
		allowed(getAll<Site>('/sites')),
		allowed(getAll<Agency>('/agencies')),
	])
	batch(() => {
		room.value = first
		agencies.value = byId(houses)
		world.value = {
			incidents: byId(incidents.map(wholeIncident)),
			units: byId(units.map(wholeUnit)),
			sites: byId(sites.map(wholeSite)),
		}
		heardAt.value = serverNow()
		loaded.value = true
	})
	for (const id of watched) void fetchIncident(id)
	/* A list does not say which units are on which incident; the map wants to know it
	 * for the P1. Their records are fetched whole. */
	const busy = incidents.filter((i) => i.priority === 'P1' && i.assignments_open > 0)
	for (const one of busy.slice(0, WHOLE_AT_ONCE)) refetch({ what: 'incident', id: one.id })
	return first.seq
}

/* A role that may not read a list sees it empty. */
async function allowed<T>(list: Promise<T[]>): Promise<T[]> {
	try {
		return await list
	} catch (error) {
		if (error instanceof ApiError && (error.status === 403 || error.status === 404))
			return []
		throw error
	}
}

function byId<T extends { id: Id }>(items: readonly T[]): Map<Id, T> {
	return new Map(items.map((item) => [item.id, item]))
}

function onLiveEvent(event: KumakEvent): void {
	learnServerTime(event.at)
	heardAt.value = serverNow()
	const applied = apply(world.value, event)
	world.value = applied.world
	overtake(event, applied.stale)
	for (const item of applied.stale) refetch(item)
	for (const listener of listeners) listener(event)
}

/* A page that stays open for months must not keep every closed incident. */
function dropClosed(): void {
	const old = [...world.value.incidents.values()].filter(
		(i) =>
			i.state === 'closed' &&
			!watched.has(i.id) &&
			serverNow() - Date.parse(i.milestones.closed ?? i.raised_at) > KEPT_CLOSED_MS,
	)
	if (old.length === 0) return
	const incidents = new Map(world.value.incidents)
	for (const one of old) incidents.delete(one.id)
	world.value = { ...world.value, incidents }
}

function flushFixes(): void {
	if (fixes.size === 0) return
	const items = [...fixes.values()]
	fixes.clear()
	world.value = applyFixes(world.value, items)
}

function keyOf(item: Stale): string {
	return item.what === 'room' ? 'room' : `${item.what} ${item.id}`
}

export function refetch(item: Stale): void {
	stale.set(keyOf(item), item)
	if (refetching !== undefined) return
	refetching = setTimeout(() => {
		refetching = undefined
		const items = [...stale.values()]
		stale.clear()
		for (const one of items) void fetchStale(one)
	}, REFETCH_MS)
}

async function fetchStale(item: Stale): Promise<void> {
	try {
		if (item.what === 'room') {
			roomAt = performance.now()
			const isNewest = flights.begin('room')
			const found = wholeRoom(await get<Room>('/room'))
			if (isNewest()) room.value = found
		} else if (item.what === 'incident') await fetchIncident(item.id)
		else if (item.what === 'unit') await fetchUnit(item)
		else await fetchSite(item)
	} catch (error) {
		/* Gone or not ours any more: it leaves the picture. Else the next event, or the
		 * resync after a broken line, brings it. */
		if (error instanceof ApiError && error.status === 404) forget(item)
	}
}

async function fetchUnit(item: Stale & { what: 'unit' }): Promise<void> {
	const isNewest = flights.begin(keyOf(item))
	const unit = wholeUnit(await get<Unit>(`/units/${encodeURIComponent(item.id)}`))
	if (!isNewest()) return
	const have = world.value.units.get(item.id)
	/* Fixes that came while the request was under way are newer. */
	const newer = have?.fix_at !== undefined && have.fix_at > (unit.fix_at ?? '')
	const merged = newer ? { ...unit, position: have.position, fix_at: have.fix_at } : unit
	world.value = {
		...world.value,
		units: new Map(world.value.units).set(item.id, merged),
	}
}

async function fetchSite(item: Stale & { what: 'site' }): Promise<void> {
	const isNewest = flights.begin(keyOf(item))
	const site = wholeSite(await get<Site>(`/sites/${encodeURIComponent(item.id)}`))
	if (!isNewest()) return
	world.value = {
		...world.value,
		sites: new Map(world.value.sites).set(item.id, site),
	}
}

function forget(item: Stale): void {
	if (item.what === 'room') return
	const key =
		item.what === 'incident' ? 'incidents' : item.what === 'unit' ? 'units' : 'sites'
	const map = new Map<Id, unknown>(world.value[key])
	map.delete(item.id)
	world.value = { ...world.value, [key]: map } as World
}

/* What is under way may be older than this event: an acknowledged emergency must not
 * ring again, nor a unit be free again, for the moment until the next answer. A press
 * changes no more than counts, and a flood of them must not keep all answers out. */
function overtake(event: KumakEvent, touched: readonly Stale[]): void {
	if (event.type.startsWith('signal.')) return
	for (const item of touched) flights.overtake(keyOf(item))
}

export async function fetchIncident(id: Id): Promise<Incident> {
	const isNewest = flights.begin(keyOf({ what: 'incident', id }))
	const incident = wholeIncident(
		await get<Incident>(`/incidents/${encodeURIComponent(id)}`),
	)
	if (watched.has(id)) await addLaterTimeline(incident)
	if (!isNewest()) return incident
	batch(() => {
		world.value = {
			...world.value,
			incidents: new Map(world.value.incidents).set(id, incident),
		}
		if (watched.has(id)) details.value = new Map(details.value).set(id, incident)
	})
	return incident
}

/* A record has its first events only, and the newest matter most. */
async function addLaterTimeline(incident: Incident): Promise<void> {
	const path = `/incidents/${encodeURIComponent(incident.id)}/timeline`
	const last = incident.timeline?.at(-1)
	if (!last || (incident.timeline?.length ?? 0) < TIMELINE_FIRST) return
	const later = await getAll<TimelineEntry>(path, String(last.seq))
	incident.timeline = [...(incident.timeline ?? []), ...later]
}

/* Keep a whole record at hand while a pane shows it. */
export function watchIncident(id: Id): () => void {
	watched.add(id)
	refetch({ what: 'incident', id })
	return () => {
		watched.delete(id)
		const rest = new Map(details.peek())
		rest.delete(id)
		details.value = rest
	}
}

export function unitOf(id: Id | undefined): Unit | undefined {
	return id === undefined ? undefined : world.value.units.get(id)
}

/* Seconds since the unit's last fix, or undefined when it has none. */
export function fixAge(unit: Unit, at: number): number | undefined {
	if (!unit.fix_at) return undefined
	return Math.max(0, (at - Date.parse(unit.fix_at)) / 1000)
}

/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import type { Incident, KumakEvent, Unit } from '../api/types'
import { apply, applyFixes, EMPTY, type World } from './apply'
import { boardPage, compareIncidents, holdOrder, sortedQueue } from './queue'

const AT = '2026-11-22T07:00:00.000Z'

function event(
	type: string,
	data: Partial<KumakEvent['data']>,
	seq = 1,
	at = AT,
): KumakEvent {
	return { seq, at, type, world: 'live', data: { id: 'i1', ...data } }
}

function raise(world: World, id: string, more: Partial<KumakEvent['data']> = {}): World {
	return apply(world, event('incident.raised', { id, number: 'K1', ...more })).world
}

const unit: Unit = {
	id: 'u1',
	agency: 'a',
	callsign: 'P-1',
	kind: 'patrol',
	capabilities: [],
	crew: 2,
	state: 'available',
	shift: { on: true },
	assignments: [],
}

describe('apply', () => {
	it('draws a raised incident at once and names it stale', () => {
		const { world, stale } = apply(
			EMPTY,
			event('incident.raised', { number: 'K4101', priority: 'P1', kind: 'sos' }),
		)
		const incident = world.incidents.get('i1')
		expect(incident).toMatchObject({ number: 'K4101', unacknowledged: true, state: 'new' })
		expect(incident?.due?.at).toBe('2026-11-22T07:00:15.000Z')
		expect(stale).toEqual([{ what: 'incident', id: 'i1' }])
	})
	it('does not change the world that it was given', () => {
		const before = raise(EMPTY, 'i1')
		const frozen = JSON.stringify([...before.incidents])
		apply(before, event('incident.acknowledged', { by_name: 'Sana' }))
		expect(JSON.stringify([...before.incidents])).toBe(frozen)
	})
	it('gives the same result for the same event twice', () => {
		const once = apply(raise(EMPTY, 'i1'), event('incident.acknowledged', { by_name: 'S' }))
		const twice = apply(once.world, event('incident.acknowledged', { by_name: 'S' }))
		expect([...twice.world.incidents]).toEqual([...once.world.incidents])
	})
	it('asks the room anew when links are lost or back', () => {
		const asked = (type: string) => apply(EMPTY, event(type, { id: 'd1' })).stale
		expect(asked('device.lost')).toEqual([{ what: 'room' }])
		expect(asked('device.back')).toEqual([{ what: 'room' }])
		expect(asked('device.order_sent')).toEqual([])
	})
	it('records a milestone once', () => {
		let world = raise(EMPTY, 'i1')
		world = apply(world, event('incident.acknowledged', {}, 2, AT)).world
		world = apply(world, event('incident.unacknowledged', {}, 3)).world
		expect(world.incidents.get('i1')?.unacknowledged).toBe(true)
		const later = '2026-11-22T07:05:00.000Z'
		world = apply(world, event('incident.acknowledged', {}, 4, later)).world
		expect(world.incidents.get('i1')?.milestones.acknowledged).toBe(AT)
	})
	it('is active with the first accepted unit, not with an offer', () => {
		let world = raise(EMPTY, 'i1')
		world = apply(world, event('incident.acknowledged', {})).world
		world = apply(world, event('assignment.offered', { id: 'a1', incident: 'i1' })).world
		expect(world.incidents.get('i1')?.state).toBe('acknowledged')
		world = apply(world, event('assignment.accepted', { id: 'a1', incident: 'i1' })).world
		expect(world.incidents.get('i1')?.state).toBe('active')
	})
	it('fetches what it does not know', () => {
		const { world, stale } = apply(EMPTY, event('incident.priority_changed', { id: 'x' }))
		expect(world).toBe(EMPTY)
		expect(stale).toEqual([{ what: 'incident', id: 'x' }])
		expect(apply(EMPTY, event('room.changed', {})).stale).toEqual([{ what: 'room' }])
		expect(apply(EMPTY, event('something.new', {}))).toEqual({ world: EMPTY, stale: [] })
	})
	it('takes a note as news of its incident, not of itself', () => {
		const { world, stale } = apply(
			raise(EMPTY, 'i1'),
			event('incident.note_added', { id: 'note9', incident: 'i1' }),
		)
		expect([...world.incidents.keys()]).toEqual(['i1'])
		expect(stale).toEqual([{ what: 'incident', id: 'i1' }])
	})
	it('counts a signal that joins', () => {
		const world = apply(
			raise(EMPTY, 'i1'),
			event('signal.received', { id: 's', incident: 'i1' }),
		)
		expect(world.world.incidents.get('i1')?.signals_count).toBe(2)
	})
	it('follows a unit', () => {
		let world: World = { ...EMPTY, units: new Map([['u1', unit]]) }
		world = apply(
			world,
			event('unit.changed', { id: 'u1', state: 'busy', busy_as: 'en_route' }),
		).world
		expect(world.units.get('u1')).toMatchObject({ state: 'busy', busy_as: 'en_route' })
		world = apply(world, event('unit.changed', { id: 'u1', state: 'available' })).world
		expect(world.units.get('u1')?.busy_as).toBeUndefined()
	})
})

describe('applyFixes', () => {
	const world: World = { ...EMPTY, units: new Map([['u1', { ...unit, fix_at: AT }]]) }
	const place = { lat: 24.8, lon: 67 }
	it('moves a unit, and never back in time', () => {
		const at = '2026-11-22T07:00:05.000Z'
		const moved = applyFixes(world, [{ unit: 'u1', at, position: place }])
		expect(moved.units.get('u1')).toMatchObject({ fix_at: at, position: place })
		const old = '2026-11-22T06:00:00.000Z'
		expect(applyFixes(moved, [{ unit: 'u1', at: old, position: place }])).toBe(moved)
	})
	it('ignores units that it does not know', () => {
		expect(applyFixes(world, [{ unit: 'x', at: AT, position: place }])).toBe(world)
	})
})

function incident(id: string, over: Partial<Incident>): Incident {
	const made = raise(EMPTY, id).incidents.get(id)
	if (!made) throw new Error('not made')
	return { ...made, unacknowledged: false, state: 'acknowledged', ...over }
}

describe('the queue', () => {
	const due = (s: number) => ({
		what: 'dispatch' as const,
		at: new Date(Date.parse(AT) + s * 1000).toISOString(),
		from: AT,
	})
	it('puts the unacknowledged first, then priority, then time left', () => {
		const a = incident('a', { priority: 'P1', due: due(50) })
		const b = incident('b', { priority: 'P1', due: due(10) })
		const c = incident('c', { priority: 'P3', unacknowledged: true })
		const d = incident('d', { priority: 'P2' })
		const gone = incident('e', { state: 'closed' })
		expect(sortedQueue([d, a, gone, b, c]).map((i) => i.id)).toEqual(['c', 'b', 'a', 'd'])
		expect(compareIncidents(a, a)).toBe(0)
	})
	it('holds still and counts what is new above', () => {
		const a = incident('a', {})
		const b = incident('b', {})
		const n = incident('n', { unacknowledged: true })
		const held = holdOrder([n, b, a], ['a', 'b'])
		expect(held.rows.map((i) => i.id)).toEqual(['a', 'b', 'n'])
		expect(held.above).toBe(1)
		expect(holdOrder([n], ['a', 'b']).rows.map((i) => i.id)).toEqual(['n'])
	})
	it('never turns a P1 away from the board', () => {
		const p1 = ['1', '2'].map((id) => incident(id, { priority: 'P1' }))
		const p3 = ['3', '4', '5', '6', '7'].map((id) => incident(id, { priority: 'P3' }))
		const shown = [0, 1, 2].map((turn) => boardPage([...p1, ...p3], 4, turn))
		expect(shown.map((s) => s.rows.map((i) => i.id).join(''))).toEqual([
			'1234',
			'1256',
			'127',
		])
		expect(shown[0]?.pages).toBe(3)
		const flood = Array.from({ length: 12 }, (_, n) =>
			incident(`f${n}`, { priority: 'P1' }),
		)
		expect(boardPage(flood, 9, 5)).toMatchObject({ pages: 1, hiddenP1: 3 })
	})
})

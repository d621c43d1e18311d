/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import type { Incident, Unit } from '../api/types'
import { completions, isRefusal, parseCommand, resolveCommand, type Scene } from './command'

const unit = (callsign: string, state: Unit['state'] = 'available'): Unit => ({
	id: callsign,
	agency: 'a',
	callsign,
	kind: 'patrol',
	capabilities: [],
	crew: 2,
	state,
	shift: { on: true },
	assignments: state === 'busy' ? [`as-${callsign}`] : [],
})
const incident = (number: string, unacknowledged = false): Incident => ({
	id: number,
	number,
	world: 'live',
	state: 'acknowledged',
	unacknowledged,
	test: false,
	kind: 'sos',
	priority: 'P1',
	trust: 'verified',
	labels: [],
	raised_at: '2026-01-01T00:00:00.000Z',
	milestones: {},
	signals_count: 1,
	people_count: 1,
	assignments_open: 0,
})
const scene: Scene = {
	incidents: [incident('K4101', true), incident('K4102')],
	units: [unit('P-12'), unit('R-7'), unit('M-7'), unit('E-3', 'busy')],
	selected: incident('K4102'),
	assignmentsOf: () => [],
}

function order(line: string, at: Scene = scene) {
	const command = parseCommand(line)
	return isRefusal(command) ? command : resolveCommand(command, at)
}

describe('dispatch', () => {
	it('takes a unit by its digits and an incident by its number', () => {
		expect(order('D 12 K4101')).toMatchObject({
			do: 'offer',
			incident: { number: 'K4101' },
			units: [{ callsign: 'P-12' }],
		})
	})
	it('chooses no unit of two that have one call sign', () => {
		const lent = { ...unit('P-12'), id: 'khi.u.9', agency: 'b' }
		const both = { ...scene, units: [...scene.units, lent] }
		expect(order('D p12 K4101', both)).toMatchObject({
			error: 'cmd.which_unit',
			values: { list: 'P-12 = P-12, P-12 = khi.u.9' },
		})
		expect(order('D khi.u.9 K4101', both)).toMatchObject({ units: [{ id: 'khi.u.9' }] })
	})
	it('takes the chosen incident, several units, any case, Urdu digits', () => {
		expect(order('d p12 r-7')).toMatchObject({
			incident: { number: 'K4102' },
			units: [{ callsign: 'P-12' }, { callsign: 'R-7' }],
		})
		expect(order('D ۱۲ K۴۱۰۱')).toMatchObject({ incident: { number: 'K4101' } })
	})
	it('asks when it is not sure', () => {
		expect(order('D 7 K4101')).toEqual({
			error: 'cmd.which_unit',
			values: { list: 'R-7, M-7' },
		})
		expect(order('D 99')).toMatchObject({ error: 'cmd.no_such_unit' })
		expect(order('D 12 K9999')).toMatchObject({ error: 'cmd.no_such_incident' })
		expect(order('D')).toEqual({ error: 'cmd.no_unit' })
		expect(order('D K4101')).toEqual({ error: 'cmd.no_unit' })
		expect(order('D 12', { ...scene, selected: undefined })).toEqual({
			error: 'cmd.no_incident',
		})
	})
})

describe('status by voice', () => {
	it('is for units that are on something', () => {
		expect(order('E 3')).toMatchObject({ do: 'status', status: 'en_route' })
		expect(order('A 3')).toMatchObject({ status: 'on_scene' })
		expect(order('V 3')).toMatchObject({ status: 'accepted' })
		expect(order('C 3 R3')).toMatchObject({ status: 'cleared', close: 'duplicate' })
		expect(order('C 3 R9')).toEqual({ error: 'cmd.no_result' })
		expect(order('E 12')).toMatchObject({ error: 'cmd.not_assigned' })
	})
})

describe('the rest', () => {
	it('acknowledges, notes, ranks, closes', () => {
		expect(order('K K4101')).toMatchObject({
			do: 'acknowledge',
			incident: { number: 'K4101' },
		})
		expect(order('K')).toMatchObject({ incident: { number: 'K4102' } })
		expect(order('N K4101 two men,  armed')).toMatchObject({ text: 'two men,  armed' })
		expect(order('N gate is open')).toMatchObject({
			incident: { number: 'K4102' },
			text: 'gate is open',
		})
		expect(order('N K4101')).toEqual({ error: 'cmd.no_text' })
		expect(order('P 4101 2')).toMatchObject({
			incident: { number: 'K4101' },
			priority: 'P2',
		})
		expect(order('P 3')).toMatchObject({ priority: 'P3' })
		expect(order('X K4101 R2 cat on wall')).toMatchObject({
			disposition: 'false_alarm',
			note: 'cat on wall',
		})
		expect(order('F karsaz')).toEqual({ do: 'find', text: 'karsaz' })
		expect(order('U 12 off')).toMatchObject({ do: 'shift', on: false })
		expect(order('U 12 out flat tyre')).toMatchObject({ out: true, reason: 'flat tyre' })
	})
	it('refuses what it does not know', () => {
		expect(order('')).toMatchObject({ error: 'cmd.empty' })
		expect(order('Q 1')).toMatchObject({ error: 'cmd.unknown' })
		expect(order('dispatch 12')).toMatchObject({ error: 'cmd.unknown' })
	})
})

describe('completions', () => {
	it('offers what fits at that place', () => {
		expect(completions('D ', scene)).toEqual(['D P-12', 'D R-7', 'D M-7'])
		expect(completions('D P-12 ', scene)[0]).toBe('D P-12 K4101')
		expect(completions('K ', scene)).toEqual(['K K4101'])
		expect(completions('E ', scene)).toEqual(['E E-3'])
		expect(completions('E', scene)).toEqual([])
	})
})

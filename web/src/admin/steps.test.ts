/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import type { AnyRecord } from './form'
import { type State, stepsOf } from './steps'

const rec = (id: string, more: object = {}): AnyRecord => ({ id, ...more }) as AnyRecord

const EMPTY: State = {
	mustChangePassword: true,
	agencies: [rec('a1', { kind: 'police' })],
	accounts: [rec('o1', { role: 'administrator' })],
	sites: [],
	units: [],
	people: [],
	devices: [],
	invitations: [],
	secondPath: { set: false, ok: true },
}

const DONE: State = {
	mustChangePassword: false,
	agencies: [...EMPTY.agencies, rec('a2', { kind: 'mission' })],
	accounts: ['dispatcher', 'supervisor', 'duty_officer'].map((role) => rec(role, { role })),
	sites: [
		rec('s1', { position: {}, phones: [], challenge_word: 'oak', last_test_at: 'x' }),
	],
	units: [rec('u1')],
	people: [rec('h1', { unit: 'u1' })],
	devices: [],
	invitations: [rec('v1', { state: 'used', site: 's1' })],
	secondPath: { set: true, ok: true },
}

const undone = (state: State) =>
	stepsOf(state)
		.filter((step) => !step.isDone)
		.map((step) => step.name)

describe('stepsOf', () => {
	it('has everything to do on a new node', () => {
		expect(undone(EMPTY)).toEqual(stepsOf(EMPTY).map((step) => step.name))
	})
	it('is done when a site was tested', () => {
		expect(undone(DONE)).toEqual([])
	})
	it('counts what each step lacks', () => {
		const sites = [...DONE.sites, rec('s2'), rec('s3', { disabled: true })]
		const of = (name: string) =>
			stepsOf({ ...DONE, sites }).find((step) => step.name === name)?.missing
		expect(of('sites')).toEqual([
			{ what: 'site_place', n: 1 },
			{ what: 'site_phone', n: 1 },
			{ what: 'site_word', n: 1 },
		])
		expect(of('invitations')).toEqual([{ what: 'button', n: 1 }])
		expect(of('test')).toEqual([{ what: 'tested', n: 1 }])
	})
	it('takes a bound panel for a button', () => {
		const devices = [rec('d1', { state: 'bound', bound_to: 's1' })]
		expect(undone({ ...DONE, invitations: [], devices })).toEqual([])
	})
	it('says a second path that fails', () => {
		expect(undone({ ...DONE, secondPath: { set: true, ok: false } })).toEqual([
			'second_path',
		])
		expect(undone({ ...DONE, secondPath: undefined })).toEqual(['second_path'])
	})
})

/* SPDX-License-Identifier: Apache-2.0 */
/* What is still missing between a new node and its first tested site: computed from the
 * records alone, so that the work can be left and taken up again anywhere. */
import type { AnyRecord } from './form'

export type StepName =
	| 'password'
	| 'accounts'
	| 'agencies'
	| 'sites'
	| 'units'
	| 'second_path'
	| 'invitations'
	| 'test'

export interface Step {
	name: StepName
	isDone: boolean
	/* Keys of what is missing, each with how many. */
	missing: readonly { what: string; n: number }[]
}

export interface State {
	mustChangePassword: boolean
	agencies: readonly AnyRecord[]
	accounts: readonly AnyRecord[]
	sites: readonly AnyRecord[]
	units: readonly AnyRecord[]
	people: readonly AnyRecord[]
	devices: readonly AnyRecord[]
	invitations: readonly AnyRecord[]
	secondPath: { set: boolean; ok: boolean } | undefined
}

const ROOM_ROLES = ['dispatcher', 'supervisor', 'duty_officer'] as const

type Missing = Step['missing'][number]

const count = (list: readonly AnyRecord[], lacks: (one: AnyRecord) => boolean): number =>
	list.filter(lacks).length

const open = (list: readonly AnyRecord[]): readonly AnyRecord[] =>
	list.filter((one) => one.disabled !== true && one.enabled !== false)

/* A site can be heard: an invitation of it was used, or a device is bound to it. */
function buttoned(state: State): ReadonlySet<unknown> {
	return new Set([
		...state.invitations.filter((one) => one.state === 'used').map((one) => one.site),
		...state.devices.filter((one) => one.state === 'bound').map((one) => one.bound_to),
	])
}

function missingOf(state: State, name: StepName): Missing[] {
	const sites = open(state.sites)
	const units = open(state.units)
	switch (name) {
		case 'password':
			return [{ what: 'password', n: Number(state.mustChangePassword) }]
		case 'accounts':
			return ROOM_ROLES.map((role) => ({
				what: `role_${role}`,
				n: Number(!open(state.accounts).some((one) => one.role === role)),
			}))
		case 'agencies':
			return [
				{
					what: 'agency',
					n: Number(
						!state.agencies.some((one) => one.kind === 'mission' || one.kind === 'company'),
					),
				},
			]
		case 'sites':
			return [
				{ what: 'site', n: Number(sites.length === 0) },
				{ what: 'site_place', n: count(sites, (one) => !one.position) },
				{ what: 'site_phone', n: count(sites, (one) => !one.phones) },
				{ what: 'site_word', n: count(sites, (one) => !one.challenge_word) },
			]
		case 'units':
			return [
				{ what: 'unit', n: Number(units.length === 0) },
				{
					what: 'unit_crew',
					n: count(units, (one) => !state.people.some((who) => who.unit === one.id)),
				},
			]
		case 'second_path':
			return state.secondPath?.set
				? [{ what: 'path_fails', n: Number(!state.secondPath.ok) }]
				: [{ what: 'path', n: 1 }]
		case 'invitations': {
			const has = buttoned(state)
			return [{ what: 'button', n: count(sites, (one) => !has.has(one.id)) }]
		}
		case 'test':
			return [{ what: 'tested', n: count(sites, (one) => !one.last_test_at) }]
	}
}

export const STEP_NAMES: readonly StepName[] = [
	'password',
	'accounts',
	'agencies',
	'sites',
	'units',
	'second_path',
	'invitations',
	'test',
]

export function stepsOf(state: State): readonly Step[] {
	const isEmpty = open(state.sites).length === 0
	return STEP_NAMES.map((name) => {
		const missing = missingOf(state, name).filter((one) => one.n > 0)
		const needsSites = name === 'invitations' || name === 'test'
		return { name, missing, isDone: missing.length === 0 && !(needsSites && isEmpty) }
	})
}

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import type { Matter } from './types'
import { nextOf, wayOf } from './way'

const base: Matter = {
	id: 'khi.j.1',
	agency: 'khi.g.2',
	kind: 'concern',
	state: 'on_agenda',
	raised_at: '2026-01-01T00:00:00.000Z',
	raised_by_name: 'A person',
	on_agenda_at: '2026-01-02T00:00:00.000Z',
}
const is = (matter: Matter) => wayOf(matter).map((step) => step.is)

it('shows what was done, what was passed over, and what is ahead', () => {
	expect(is(base)).toEqual(['done', 'skipped', 'here', 'ahead', 'ahead', 'ahead', 'ahead'])
	expect(wayOf(base)[0]).toMatchObject({ by: 'A person', at: base.raised_at })
})

it('leaves action out of what was declined', () => {
	const declined: Matter = { ...base, state: 'reported', outcome: 'declined' }
	expect(is(declined).slice(4)).toEqual(['skipped', 'skipped', 'here'])
	expect(nextOf({ ...declined, state: 'decided' })).toEqual(['report'])
})

it('does not show the time of a step that was taken back', () => {
	const deferred: Matter = { ...base, state: 'proposed', deferred: 1 }
	expect(wayOf(deferred)[2]).toEqual({ state: 'on_agenda', is: 'ahead' })
	expect(nextOf(deferred)).toEqual(['schedule'])
})

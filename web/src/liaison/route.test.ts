/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { invitationCode, readRoute, writeRoute } from './route'

it('keeps a place in the address and finds it again', () => {
	const route = { place: 'talk', id: 'khi.c.5', more: 'khi.b.77' } as const
	expect(writeRoute(route)).toBe('#/talk/khi.c.5/khi.b.77')
	expect(readRoute(writeRoute(route))).toEqual(route)
	expect(readRoute('')).toEqual({ place: 'talk' })
	expect(readRoute('#/nowhere')).toEqual({ place: 'talk' })
})

it('knows the code of an invitation from a place', () => {
	expect(invitationCode('#K7QM-4PXD-2WZT')).toBe('K7QM-4PXD-2WZT')
	expect(invitationCode('#/talk')).toBeUndefined()
	expect(invitationCode('')).toBeUndefined()
	expect(invitationCode('#<script>')).toBeUndefined()
})

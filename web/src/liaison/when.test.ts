/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { cityOf, fromField, toField, wallClock } from './when'

it('reads a field as Pakistan time, and writes it back', () => {
	expect(fromField('2026-12-07T10:00')).toBe('2026-12-07T05:00:00.000Z')
	expect(fromField('2026-12-07T02:30')).toBe('2026-12-06T21:30:00.000Z')
	expect(toField('2026-12-06T21:30:00.000Z')).toBe('2026-12-07T02:30')
	expect(fromField('')).toBeUndefined()
	expect(fromField('2026-13-07T10:00')).toBeUndefined()
	expect(toField(undefined)).toBe('')
})

it('shows the other capital its own clock', () => {
	const at = new Date(wallClock('2026-12-07T13:00:00+08:00'))
	expect(at.getUTCHours()).toBe(13)
	expect(cityOf('Asia/Shanghai')).toBe('Shanghai')
	expect(cityOf('America/Argentina/Buenos_Aires')).toBe('Buenos Aires')
})

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, test } from 'vitest'
import { monthBefore, monthName, monthOf, spanOf } from './months'

test('a month begins and ends at the midnight of the room', () => {
	const { from, to } = spanOf('2026-02')
	expect(new Date(from).toISOString()).toBe('2026-01-31T19:00:00.000Z')
	expect(new Date(to).toISOString()).toBe('2026-02-28T19:00:00.000Z')
	expect(monthOf(from)).toBe('2026-02')
	expect(monthOf(from - 1)).toBe('2026-01')
	expect(monthOf(to)).toBe('2026-03')
})

test('the month before January is of the year before', () => {
	expect(monthBefore('2026-01')).toBe('2025-12')
	expect(monthBefore('2026-10')).toBe('2026-09')
	expect(spanOf('2026-12').to).toBe(spanOf('2027-01').from)
})

test('a month has its name in each language', () => {
	expect(monthName('2026-10', 'en')).toBe('October 2026')
	expect(monthName('2026-10', 'sd')).toBe('آڪٽوبر 2026')
	expect(monthName('2026-10', 'ur')).toContain('2026')
	expect(monthName('2026-10', 'zh')).toContain('2026')
})

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { rootPixels, rowsFor } from '../board/scale'
import { formatSeconds, rateOf, verdictOf } from './targets'

it('judges an interval by all its targets', () => {
	expect(verdictOf({ count: 9, p90_s: 14, p95_s: 19 }, { p90_s: 15, p95_s: 20 })).toBe(
		'met',
	)
	expect(verdictOf({ count: 9, p90_s: 14, p95_s: 21 }, { p90_s: 15, p95_s: 20 })).toBe(
		'missed',
	)
	expect(verdictOf({ count: 0 }, { p90_s: 15 })).toBe('none')
	expect(verdictOf({ count: 9, p90_s: 1 }, {})).toBe('none')
})

it('writes seconds by their size', () => {
	expect([0.06, 7, 38, 350, undefined].map(formatSeconds)).toEqual([
		'0.06 s',
		'7.0 s',
		'38 s',
		'5:50',
		'–',
	])
})

it('counts alarms in boxes of ten minutes', () => {
	const rate = rateOf([0, 1, 600_000, 1_799_999, 9e9], 0, 1_800_000)
	expect(rate.n).toEqual([2, 1, 1])
	expect(rate.at).toEqual([0, 600, 1200])
})

it('sizes a board by its distance: 5 m asks for capitals of 24 mm, about 38 px', () => {
	const capital = rootPixels(5, 55, 1920) * 0.727
	expect(capital).toBeGreaterThan(36)
	expect(capital).toBeLessThan(39)
	expect(rowsFor(5000, 50)).toBe(9)
	expect(rowsFor(10, 50)).toBe(3)
})

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { rootPixels, rowsFor } from '../board/scale'
import { baselineOf, boundName, cellsOf, formatSeconds, rateOf, verdictOf } from './targets'

it('judges an interval by all its targets', () => {
	expect(
		verdictOf({ count: 9, missing: 0, p90_s: 14, p95_s: 19 }, { p90_s: 15, p95_s: 20 }),
	).toBe('met')
	expect(
		verdictOf({ count: 9, missing: 0, p90_s: 14, p95_s: 21 }, { p90_s: 15, p95_s: 20 }),
	).toBe('missed')
	expect(verdictOf({ count: 0, missing: 3 }, { p90_s: 15 })).toBe('none')
	expect(verdictOf({ count: 9, missing: 0, p90_s: 1 }, {})).toBe('none')
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

it('lays a period beside the one just before it, or a year before', () => {
	const day = 86_400_000
	expect(baselineOf('before', 10 * day, 12 * day)).toEqual({ from: 8 * day, to: 10 * day })
	expect(baselineOf('year', 400 * day, 430 * day)).toEqual({ from: 35 * day, to: 65 * day })
})

it('names the bars of a distribution', () => {
	expect([0, 1, 2].map((k) => boundName([5, 600], k))).toEqual([
		'< 5 s',
		'< 10 min',
		'≥ 10 min',
	])
})

it('draws cells north up', () => {
	expect(cellsOf(['24.82,67.02', '24.86,67.00', ''])).toEqual([
		{ key: '24.82,67.02', x: 1, y: 2 },
		{ key: '24.86,67.00', x: 0, y: 0 },
	])
})

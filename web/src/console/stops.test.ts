/* SPDX-License-Identifier: Apache-2.0 */
import { expect, test } from 'vitest'
import { lengthOf, linesOf, type Place } from './stops'

const at = (s: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, s)).toISOString()

test('one that stands is one line with its time, one that drives a line a minute', () => {
	/* ten minutes at a corner, each 30 s; then four minutes away from it */
	const places: Place[] = []
	const times: string[] = []
	for (let k = 0; k <= 20; k++) {
		places.push([67.03, 24.82 + (k % 2) * 0.0001])
		times.push(at(k * 30))
	}
	for (let k = 1; k <= 16; k++) {
		places.push([67.03 + k * 0.002, 24.82])
		times.push(at(600 + k * 15))
	}
	const lines = linesOf(places, times)
	expect(lines[0]).toMatchObject({ stood: true, lat: 24.82 })
	expect((lines[0]?.until ?? 0) - (lines[0]?.from ?? 0)).toBe(600_000)
	expect(lines.slice(1).every((line) => !line.stood)).toBe(true)
	expect(lines).toHaveLength(5)
	expect(lines.at(-1)?.from).toBe(Date.parse(at(840)))
	/* 16 steps of 0.002 degrees of length at 24.82 north */
	expect(lengthOf(places)).toBeGreaterThan(3_100)
	expect(lengthOf(places)).toBeLessThan(3_300)
})

test('nothing is known of no place, and of one there is one line', () => {
	expect(linesOf([], [])).toEqual([])
	expect(linesOf([[67, 24]], [at(0)])).toHaveLength(1)
	expect(lengthOf([[67, 24]])).toBe(0)
})

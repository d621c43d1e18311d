/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { linesOf, sectionsOf, sketch, textOf } from './book'
import type { Point } from './types'

const point = (more: Partial<Point>): Point => ({
	id: 'khi.p.1',
	agency: 'khi.g.2',
	site: 'khi.s.1',
	kind: 'camera',
	name: 'one',
	...more,
})

describe('the words of a plan', () => {
	it('are paragraphs with a title each, there and back', () => {
		const text = 'Doors\nBoth are locked.\nAt night too.\n\nPower\n\n'
		const sections = sectionsOf(text)
		expect(sections).toEqual([
			{ title: 'Doors', text: 'Both are locked.\nAt night too.' },
			{ title: 'Power', text: '' },
		])
		expect(sectionsOf(textOf(sections))).toEqual(sections)
		expect(textOf(undefined)).toBe('')
	})

	it('are lines without the empty ones', () => {
		expect(linesOf(' a \n\n b\n')).toEqual(['a', 'b'])
	})
})

describe('a sketch', () => {
	const gate = { lat: 24.82, lon: 67.03 }

	it('is none without two places or a view', () => {
		expect(sketch([])).toEqual([])
		expect(sketch([point({ position: gate })])).toEqual([])
		expect(sketch([point({ position: gate })], gate)).toEqual([])
		expect(sketch([point({})], gate)).toEqual([])
	})

	it('has north up, east at its end, and all inside', () => {
		const marks = sketch(
			[
				point({ position: { lat: 24.821, lon: 67.03 } }),
				point({ kind: 'guard_post', position: { lat: 24.82, lon: 67.031 } }),
				point({ kind: 'gate' }),
			],
			gate,
		)
		expect(marks.map((one) => one.n)).toEqual([1, 2])
		const [north, east] = marks
		expect(north).toMatchObject({ x: 0, isCamera: true })
		expect(north?.y).toBe(-92)
		expect(east?.x).toBeGreaterThan(70)
		expect(east?.y).toBe(0)
	})

	it('shows what a camera sees, to the east from its place', () => {
		const [one] = sketch(
			[
				point({
					position: gate,
					azimuth_deg: 90,
					fov_deg: 60,
					range_m: 40,
				}),
			],
			gate,
		)
		const [, ...ends] = [...(one?.view ?? '').matchAll(/(-?[\d.]+) (-?[\d.]+)(?=[LAZ])/g)]
		expect(ends).toHaveLength(2)
		for (const [, x] of ends) expect(Number(x)).toBeGreaterThan(60)
	})
})

/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { isWrong, outline, polygonOf, textOfRing } from './area'
import type { Advisory } from './types'

const SQUARE = '24.80, 67.00\n24.80, 67.10\n24.90, 67.10\n\n24.90, 67.00'

describe('an area that is typed', () => {
	it('becomes a closed ring, longitude first, and is typed again', () => {
		const found = polygonOf(SQUARE)
		if (isWrong(found)) throw new Error(`line ${found.line}`)
		expect(found.coordinates[0]).toHaveLength(5)
		expect(found.coordinates[0]?.[0]).toEqual([67, 24.8])
		expect(found.coordinates[0]?.at(-1)).toEqual([67, 24.8])
		expect(polygonOf(textOfRing(found))).toEqual(found)
	})

	it('is not closed twice', () => {
		const found = polygonOf(`${SQUARE}\n24.80, 67.00`)
		expect(isWrong(found)).toBe(false)
		if (!isWrong(found)) expect(found.coordinates[0]).toHaveLength(5)
	})

	it('says which line is no place, and that two are too few', () => {
		expect(polygonOf('24.8, 67\nhere\n24.9, 67')).toEqual({ line: 2 })
		expect(polygonOf('24.8, 67\n24.9, 67')).toEqual({ line: 0 })
		expect(polygonOf('')).toEqual({ line: 0 })
	})
})

describe('the picture of an area', () => {
	it('is the ring with north up, a circle, or none', () => {
		const polygon = polygonOf(SQUARE)
		const path = outline({ polygon } as Advisory) ?? ''
		const places = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [
			Number(x),
			Number(y),
		])
		expect(places).toHaveLength(5)
		expect(places[0]?.[1]).toBeGreaterThan(40)
		expect(places[2]?.[1]).toBeLessThan(-40)
		for (const one of places.flat()) expect(Math.abs(one)).toBeLessThanOrEqual(50)
		expect(outline({ centre: { lat: 1, lon: 2 }, radius_m: 5 } as Advisory)).toMatch(/A40/)
		expect(outline({} as Advisory)).toBeUndefined()
	})
})

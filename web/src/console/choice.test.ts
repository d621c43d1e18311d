/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { isOverride, reasonOfKey } from './choice'

const suggested = ['a', 'b', 'c'].map((unit) => ({ unit }))

describe('isOverride', () => {
	it('is none to send the first, or the first so many in any order', () => {
		expect(isOverride(suggested, ['a'])).toBe(false)
		expect(isOverride(suggested, ['b', 'a'])).toBe(false)
		expect(isOverride(suggested, ['c', 'a', 'b'])).toBe(false)
	})
	it('is one to pass over the first, or to send one that was not suggested', () => {
		expect(isOverride(suggested, ['b'])).toBe(true)
		expect(isOverride(suggested, ['z'])).toBe(true)
		expect(isOverride(suggested, ['a', 'c'])).toBe(true)
	})
	it('is none where nothing was suggested', () => {
		expect(isOverride([], ['z'])).toBe(false)
	})
})

describe('reasonOfKey', () => {
	it('knows 6 to 9 and 0, and none of the keys that send units', () => {
		expect(['6', '7', '8', '9', '0'].map(reasonOfKey)).not.toContain(undefined)
		expect(['1', '2', '3', '', undefined].map(reasonOfKey)).toEqual(
			Array(5).fill(undefined),
		)
	})
})

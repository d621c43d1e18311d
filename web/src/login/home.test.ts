/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { homeOf, pagesOf, safeNext } from './home'

it('sends each role to its own page', () => {
	expect(homeOf('dispatcher', null)).toBe('/console')
	expect(homeOf('responder', null)).toBe('/tablet')
	expect(homeOf('oversight', null)).toBe('/report')
	expect(homeOf('liaison', null)).toBe('/liaison')
	expect(homeOf('site', null)).toBe('/sos')
	expect(pagesOf('site')).toContain('liaison')
})

it('goes back to the page that asked', () => {
	expect(homeOf('dispatcher', '/board?distance=5')).toBe('/board?distance=5')
})

it('never leaves this node', () => {
	for (const next of [
		'//evil.example',
		'https://evil.example',
		'/\\evil',
		'javascript:0',
		'',
	])
		expect(safeNext(next)).toBeUndefined()
})

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import { fold, matches } from './fold'
import { formatMessage } from './message'

it('fills in values', () => {
	expect(formatMessage('{a} to {b}', 'en', { a: 'x', b: 2 })).toBe('x to 2')
	expect(formatMessage('plain', 'en')).toBe('plain')
})

it('chooses plurals', () => {
	const text = '{n, plural, =0 {none} one {# unit} other {# units}} here'
	expect(formatMessage(text, 'en', { n: 0 })).toBe('none here')
	expect(formatMessage(text, 'en', { n: 1 })).toBe('1 unit here')
	expect(formatMessage(text, 'en', { n: 5 })).toBe('5 units here')
	expect(formatMessage('{n, plural, one {# واقعہ} other {# واقعات}}', 'ur', { n: 3 })).toBe(
		'3 واقعات',
	)
})

it('nests values in choices and chooses by word', () => {
	expect(
		formatMessage('{n, plural, one {{who} alone} other {{who} and #}}', 'en', {
			n: 2,
			who: 'A',
		}),
	).toBe('A and 2')
	expect(formatMessage('{s, select, on {yes} other {no}}', 'en', { s: 'on' })).toBe('yes')
	expect(formatMessage('{s, select, on {yes} other {no}}', 'en', { s: 'x' })).toBe('no')
})

it('folds letter variants', () => {
	expect(fold('كراچي')).toBe(fold('کراچی'))
	expect(fold('۱۲۳')).toBe('123')
	expect(matches('کلفٹن قونصل', 'قونصل خانہ، کلفٹن')).toBe(true)
	expect(matches('kar', 'Karsaz Road')).toBe(true)
	expect(matches('saddar', 'Karsaz')).toBe(false)
})

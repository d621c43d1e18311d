/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { bodyOf, fieldOf, textsOf, wrongsOf } from './form'
import { nounOf } from './nouns'

const sites = nounOf('sites')
const record = {
	id: 'khi.s.1',
	agency: 'khi.g.2',
	name: 'Consulate',
	position: { lat: 24.8138, lon: 67.0301 },
	phones: [{ label: 'Gate', number: '+92 21 3555' }],
	response_time_s: 480,
	enabled: true,
}

describe('a form of a record', () => {
	it('sends nothing when nothing was changed', () => {
		expect(bodyOf(sites, textsOf(sites, record), record)).toEqual({})
	})

	it('sends only what was changed, and null for what was emptied', () => {
		const texts = { ...textsOf(sites, record), name: 'Residence', response_time_s: '' }
		expect(bodyOf(sites, texts, record)).toEqual({
			name: 'Residence',
			response_time_s: null,
		})
	})

	it('never shows a code and never clears one by leaving it empty', () => {
		const texts = textsOf(sites, { ...record, cancel_code: '1234' })
		expect(texts.cancel_code).toBe('')
		expect(bodyOf(sites, texts, record)).toEqual({})
		expect(bodyOf(sites, { ...texts, cancel_code: '4321' }, record)).toEqual({
			cancel_code: '4321',
		})
	})

	it('reads places, telephones and switches', () => {
		const texts = {
			...textsOf(sites, undefined),
			name: 'Camp',
			position: '24.8, 67.1',
			phones: 'Gate: 021 3555\n0300-1234567',
			disabled: '1',
		}
		expect(bodyOf(sites, texts, undefined)).toEqual({
			name: 'Camp',
			position: { lat: 24.8, lon: 67.1 },
			phones: [
				{ label: 'Gate', number: '021 3555' },
				{ label: '', number: '0300-1234567' },
			],
			disabled: true,
		})
	})

	it('names what is wrong by field', () => {
		const texts = {
			...textsOf(sites, undefined),
			position: 'Clifton',
			response_time_s: '-3',
			phones: 'Gate: none',
			cancel_code: '12',
			duress_code: '12',
		}
		expect(wrongsOf(sites, texts, true)).toMatchObject({
			agency: { say: 'wrong.needed' },
			name: { say: 'wrong.needed' },
			position: { say: 'wrong.place' },
			response_time_s: { say: 'wrong.number' },
			phones: { say: 'wrong.phone', words: 'Gate: none' },
			cancel_code: { say: 'wrong.short', n: 4 },
			duress_code: { say: 'wrong.same_code' },
		})
	})

	it('finds the field that the server complains about', () => {
		expect(fieldOf(sites, { field: 'name' })).toBe('name')
		expect(fieldOf(sites, { detail: 'address: longer than 400' })).toBe('address')
		expect(fieldOf(sites, { detail: 'something else' })).toBeUndefined()
	})
})

/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { Flights } from './flights'

describe('Flights', () => {
	it('shows the answer of the newest request alone', () => {
		const flights = new Flights()
		const first = flights.begin('unit a')
		const second = flights.begin('unit a')
		expect(first()).toBe(false)
		expect(second()).toBe(true)
	})
	it('drops an answer that an event has overtaken, of that record only', () => {
		const flights = new Flights()
		const unit = flights.begin('unit a')
		const site = flights.begin('site a')
		flights.overtake('unit a')
		expect(unit()).toBe(false)
		expect(site()).toBe(true)
	})
	it('shows what was asked after the event', () => {
		const flights = new Flights()
		const old = flights.begin('unit a')
		flights.overtake('unit a')
		const fresh = flights.begin('unit a')
		expect(fresh()).toBe(true)
		expect(old()).toBe(false)
	})
	it('does not hold an event against a request that comes later', () => {
		const flights = new Flights()
		flights.overtake('unit a')
		expect(flights.begin('unit a')()).toBe(true)
	})
})

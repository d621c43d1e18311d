/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import {
	ageParts,
	formatClock,
	formatCountdown,
	formatDate,
	formatDay,
	learnServerTime,
	parseTypedTime,
	serverNow,
	urgencyOf,
} from './time'

describe('formatCountdown', () => {
	it('counts down to zero and below', () => {
		expect(formatCountdown(90)).toBe('01:30')
		expect(formatCountdown(0.4)).toBe('00:01')
		expect(formatCountdown(0)).toBe('00:00')
		expect(formatCountdown(-0.4)).toBe('−00:01')
		expect(formatCountdown(-75)).toBe('−01:15')
		expect(formatCountdown(3723)).toBe('1:02:03')
	})
})

describe('dates in each language', () => {
	/* 20:30 in UTC on Sunday is Monday in Karachi. */
	const at = Date.parse('2026-03-22T20:30:00Z')
	it('are of Pakistan and in words', () => {
		expect(formatDate(at, 'en')).toMatch(/Monday.*23|23.*Monday/)
		expect(formatDate(at, 'sd')).toBe('سومر، 23 مارچ، 2026')
		expect(formatDay(at, 'sd')).toBe('23 مارچ')
		expect(formatDate(at, 'zh')).toBe('2026年3月23日星期一')
		expect(formatDate(at, 'ur')).toContain('پیر')
	})
	it('know each month and day in Sindhi', () => {
		const days = Array.from({ length: 12 }, (_, n) => Date.UTC(2026, n, n + 1))
		const said = days.map((day) => formatDate(day, 'sd'))
		expect(said.join(' ')).not.toMatch(/undefined|[A-Za-z]/)
		expect(new Set(days.map((day) => formatDay(day, 'sd').split(' ')[1])).size).toBe(12)
	})
})

describe('urgencyOf', () => {
	it('is near with a quarter left, late after', () => {
		expect(urgencyOf(100, 0, 74)).toBe('calm')
		expect(urgencyOf(100, 0, 75)).toBe('near')
		expect(urgencyOf(100, 0, 101)).toBe('late')
	})
})

describe('server time', () => {
	it('runs on the server clock, whatever this machine says', () => {
		const local = Date.now()
		learnServerTime(new Date(local + 3_600_000).toISOString(), local)
		expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(50)
		/* A slow message must not pull the clock back by its delay. */
		learnServerTime(new Date(local + 3_600_000 - 800).toISOString(), local)
		expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(50)
		learnServerTime(new Date(local).toISOString(), local)
		expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50)
	})
	it('ignores what is no time', () => {
		learnServerTime('yesterday')
		expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50)
	})
	it('is shown in Karachi time', () => {
		expect(formatClock(Date.parse('2026-11-22T07:00:05Z'))).toBe('12:00:05')
	})
})

describe('ageParts', () => {
	it('picks the unit', () => {
		expect(ageParts(8)).toEqual({ n: 8, unit: 's' })
		expect(ageParts(420)).toEqual({ n: 7, unit: 'min' })
		expect(ageParts(-3)).toEqual({ n: 0, unit: 's' })
	})
})

describe('parseTypedTime', () => {
	const now = Date.parse('2026-11-22T07:00:00Z')
	it('reads today in Karachi', () => {
		expect(parseTypedTime('11:30', now)).toBe('2026-11-22T06:30:00.000Z')
		expect(parseTypedTime('1130', now)).toBe('2026-11-22T06:30:00.000Z')
	})
	it('takes a time ahead of now as yesterday', () => {
		expect(parseTypedTime('23:30', now)).toBe('2026-11-21T18:30:00.000Z')
	})
	it('refuses nonsense', () => {
		expect(parseTypedTime('25:00', now)).toBeUndefined()
		expect(parseTypedTime('noon', now)).toBeUndefined()
	})
})

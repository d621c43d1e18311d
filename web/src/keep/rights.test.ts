/* SPDX-License-Identifier: Apache-2.0 */
import { expect, it } from 'vitest'
import {
	isToldTerms,
	mayDecide,
	mayEraseIncident,
	mayErasePerson,
	mayHold,
	mayLift,
} from './rights'

const who = (
	role: 'supervisor' | 'administrator' | 'liaison' | 'oversight',
	ours = true,
) => ({
	account: 'khi.a.1',
	role,
	is_control: ours,
})

it('holds are for those who answer for the room', () => {
	expect(mayHold(who('supervisor'))).toBe(true)
	expect(mayHold(who('administrator'))).toBe(true)
	expect(mayHold(who('administrator', false))).toBe(false)
	expect(mayHold(who('oversight'))).toBe(false)
	expect(isToldTerms(who('oversight'))).toBe(true)
	expect(isToldTerms(who('liaison'))).toBe(false)
	expect(isToldTerms(undefined)).toBe(false)
})

it('another person lifts what one set, once', () => {
	const one = { state: 'active', set_by: 'khi.a.2' } as const
	expect(mayLift(who('supervisor'), one)).toBe(true)
	expect(mayLift(who('supervisor'), { ...one, set_by: 'khi.a.1' })).toBe(false)
	expect(mayLift(who('supervisor'), { ...one, state: 'lifted' })).toBe(false)
	expect(mayLift(who('liaison'), one)).toBe(false)
})

it('another person decides what one asked for, once', () => {
	const one = { state: 'asked', asked_by: 'khi.a.2' } as const
	expect(mayDecide(who('liaison', false), one)).toBe(true)
	expect(mayDecide(who('liaison', false), { ...one, asked_by: 'khi.a.1' })).toBe(false)
	expect(mayDecide(who('administrator'), { ...one, state: 'done' })).toBe(false)
	expect(mayDecide(who('oversight'), one)).toBe(false)
})

it('people are erased by their agency, incidents by the room', () => {
	expect(mayErasePerson(who('administrator', false))).toBe(true)
	expect(mayErasePerson(who('supervisor'))).toBe(false)
	expect(mayEraseIncident(who('supervisor'))).toBe(true)
	expect(mayEraseIncident(who('supervisor', false))).toBe(false)
})

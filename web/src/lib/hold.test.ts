/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { ARMED_MS, HOLD_MS, type Hold, type HoldEvent, IDLE, nextHold } from './hold'

function play(steps: [HoldEvent, number][], from: Hold = IDLE): Hold {
	return steps.reduce((hold, [event, at]) => nextHold(hold, event, at), from)
}

describe('hold to press', () => {
	it('presses when held for the whole second', () => {
		expect(
			play([
				['down', 0],
				['tick', HOLD_MS],
			]),
		).toEqual({ phase: 'pressed' })
	})

	it('is nothing when let go early', () => {
		expect(
			play([
				['down', 0],
				['tick', 900],
				['up', 950],
				['tick', 2_000],
			]),
		).toEqual(IDLE)
	})

	it('presses at release when the timer was late', () => {
		expect(
			play([
				['down', 0],
				['up', HOLD_MS + 40],
			]),
		).toEqual({ phase: 'pressed' })
	})

	it('does not add up two short presses', () => {
		const hold = play([
			['down', 0],
			['up', 700],
			['down', 800],
			['tick', 1_500],
		])
		expect(hold).toEqual({ phase: 'holding', since: 800 })
	})

	it('forgets a press that the system took away', () => {
		expect(
			play([
				['down', 0],
				['abort', 600],
				['tick', 1_200],
			]),
		).toEqual(IDLE)
	})

	it('stays pressed once pressed: a press is not undone by a finger', () => {
		const pressed = play([
			['down', 0],
			['tick', HOLD_MS],
		])
		for (const event of ['up', 'abort', 'down', 'click', 'tick'] as const)
			expect(nextHold(pressed, event, 5_000)).toEqual({ phase: 'pressed' })
	})

	it('keeps counting from the first key when the keyboard repeats', () => {
		expect(
			play([
				['down', 0],
				['down', 500],
				['tick', HOLD_MS],
			]),
		).toEqual({ phase: 'pressed' })
	})

	it('takes two clicks from a tool that cannot hold', () => {
		expect(play([['click', 0]])).toEqual({ phase: 'armed', since: 0 })
		expect(
			play([
				['click', 0],
				['click', 2_000],
			]),
		).toEqual({ phase: 'pressed' })
	})

	it('disarms by itself', () => {
		expect(
			play([
				['click', 0],
				['tick', ARMED_MS + 1],
			]),
		).toEqual(IDLE)
		expect(
			play([
				['click', 0],
				['click', ARMED_MS + 1],
			]).phase,
		).toBe('armed')
	})
})

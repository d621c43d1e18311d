/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '../api/types'
import { runsOf } from './runs'

const at = (
	seq: number,
	type: string,
	more: Partial<TimelineEntry> = {},
): TimelineEntry => ({
	seq,
	at: new Date(1_790_000_000_000 + seq * 1_000).toISOString(),
	type,
	...more,
})
const shape = (entries: TimelineEntry[]) =>
	runsOf(entries).map(({ entries: [first, ...rest] }) => [
		first.type,
		first.seq,
		rest.length,
	])

describe('runsOf', () => {
	it('makes one line of each thing that a ladder repeats', () => {
		const ladder = [1, 2, 3, 4].flatMap((n) => [
			at(n * 10, 'incident.escalated', { text: 'duty_officer' }),
			at(n * 10 + 1, 'page.owed', { text: 'duty_officer' }),
			at(n * 10 + 2, 'page.sent'),
		])
		expect(shape([at(1, 'incident.raised'), ...ladder])).toEqual([
			['page.sent', 42, 3],
			['page.owed', 41, 3],
			['incident.escalated', 40, 3],
			['incident.raised', 1, 0],
		])
	})
	it('keeps who was called apart', () => {
		const called = (seq: number, text: string) => at(seq, 'incident.escalated', { text })
		const calls = [
			called(1, 'supervisor'),
			called(2, 'duty_officer'),
			called(3, 'duty_officer'),
			called(4, 'duty_officer'),
		]
		expect(shape(calls)).toEqual([
			['incident.escalated', 4, 2],
			['incident.escalated', 1, 0],
		])
	})
	it('never reaches over what a person did', () => {
		const presses = [1, 2, 3, 5, 6, 7].map((seq) => at(seq, 'signal.received'))
		expect(shape([...presses, at(4, 'incident.acknowledged')])).toEqual([
			['signal.received', 7, 2],
			['incident.acknowledged', 4, 0],
			['signal.received', 3, 2],
		])
	})
	it('leaves two as two, in their places', () => {
		const two = [at(1, 'page.sent'), at(2, 'page.failed'), at(3, 'page.sent')]
		expect(shape(two)).toEqual([
			['page.sent', 3, 0],
			['page.failed', 2, 0],
			['page.sent', 1, 0],
		])
	})
	it('never folds words that people wrote', () => {
		const notes = [1, 2, 3].map((seq) => at(seq, 'incident.note_added', { text: 'ok' }))
		expect(shape(notes)).toHaveLength(3)
	})
})

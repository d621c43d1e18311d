/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import type { Item } from '../state/outbox'
import { headline, isOpen, isUnanswered, linesOf } from './stages'

const AT = Date.parse('2026-01-15T09:30:00.000Z')

function item(change: Partial<Item> = {}): Item {
	return {
		key: 'a',
		press: { key: 'a', language: 'en', at: new Date(AT).toISOString() },
		made: AT,
		tries: 0,
		next: 0,
		stages: [],
		...change,
	}
}

const answer = {
	signal: 's',
	incident: 'i',
	number: 'K1',
	state: 'new',
	trust: 'verified',
} as const

function says(of: Item, online = true): string | undefined {
	return headline(linesOf(of, online))?.say
}

describe('stage sentences', () => {
	it('says saved, never received, before the server answers', () => {
		expect(says(item())).toBe('saved')
		expect(says(item({ tries: 4 }))).toBe('waiting')
		expect(says(item(), false)).toBe('waiting')
		expect(linesOf(item(), true).filter((line) => line.done)).toHaveLength(1)
	})

	it('says received by the answer alone', () => {
		expect(says(item({ answer }))).toBe('received')
	})

	it('follows the stages and keeps the words of the server', () => {
		const stages = [
			{ stage: 'received', at: '2026-01-15T09:30:01.000Z' },
			{ stage: 'acknowledged', at: '2026-01-15T09:30:08.000Z', text: 'By: Inspector Bibi' },
		]
		const lines = linesOf(item({ answer, stages }), true)
		expect(headline(lines)).toEqual({
			say: 'acknowledged',
			done: true,
			at: '2026-01-15T09:30:08.000Z',
			detail: 'By: Inspector Bibi',
		})
		expect(lines.filter((line) => !line.done).map((line) => line.say)).toEqual([
			'unit_accepted',
			'on_scene',
		])
	})

	it('does not say the same thing twice in two ways', () => {
		const stages = [{ stage: 'received', at: '', text: 'Received by the command room.' }]
		expect(headline(linesOf(item({ answer, stages }), true))?.detail).toBeUndefined()
	})

	it('shows a skipped stage as done', () => {
		const lines = linesOf(item({ answer, stages: [{ stage: 'on_scene', at: '' }] }), true)
		expect(lines.every((line) => line.done)).toBe(true)
	})

	it('does not claim that a unit came when the case was closed without one', () => {
		const stages = [
			{ stage: 'received', at: '' },
			{ stage: 'acknowledged', at: '' },
			{ stage: 'closed', at: '' },
		]
		const lines = linesOf(item({ answer, stages }), true)
		expect(lines.map((line) => line.say)).toEqual(['received', 'acknowledged', 'closed'])
	})

	it('has its own words for a test', () => {
		const test = item({ answer, press: { ...item().press, test: true } })
		expect(says(test)).toBe('test_received')
		expect(says({ ...test, stages: [{ stage: 'acknowledged', at: '' }] })).toBe('test_done')
	})

	it('advises the telephone when nobody answers', () => {
		expect(isUnanswered(item({ answer }), AT + 10_000)).toBe(false)
		expect(isUnanswered(item({ answer }), AT + 50_000)).toBe(true)
		const stages = [{ stage: 'acknowledged', at: '' }]
		expect(isUnanswered(item({ answer, stages }), AT + 50_000)).toBe(false)
	})

	it('stays open after cancelling was asked, whatever the code was', () => {
		expect(isOpen(item({ answer, cancelAsked: '2026-01-15T09:31:00.000Z' }))).toBe(true)
		expect(isOpen(item({ answer, stages: [{ stage: 'closed', at: '' }] }))).toBe(false)
	})
})

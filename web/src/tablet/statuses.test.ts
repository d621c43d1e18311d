/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import {
	maySay,
	type Outcome,
	type Said,
	type SaidShelf,
	Statuses,
	shownState,
} from './statuses'

function said(status: Said['status'], n = 1): Said {
	const at = `2026-01-15T09:30:0${n}.000Z`
	return { key: `k${n}`, assignment: 'a', status, at }
}

class MemoryShelf implements SaidShelf {
	stored = new Map<string, Said>()
	put = async (one: Said) => void this.stored.set(one.key, one)
	drop = async (key: string) => void this.stored.delete(key)
	all = async () => [...this.stored.values()]
}

async function settle(): Promise<void> {
	for (let i = 0; i < 30; i++) await Promise.resolve()
}

function setUp(outcomes: Outcome[] = []) {
	const shelf = new MemoryShelf()
	const sent: Said[] = []
	const timers: (() => void)[] = []
	const send = async (one: Said) => {
		sent.push(one)
		return outcomes.shift() ?? 'taken'
	}
	const statuses = new Statuses(
		shelf,
		send,
		() => {},
		(_, run) => timers.push(run),
	)
	return { shelf, sent, timers, statuses }
}

describe('status outbox', () => {
	it('sends in order, the same key until it is taken', async () => {
		const { sent, timers, statuses, shelf } = setUp(['again', 'again'])
		await statuses.say(said('en_route', 1))
		await statuses.say(said('on_scene', 2))
		await settle()
		while (timers.length > 0) {
			timers.shift()?.()
			await settle()
		}
		const keys = sent.map((one) => one.key)
		expect(keys.at(-1)).toBe('k2')
		expect(keys.lastIndexOf('k1')).toBeLessThan(keys.indexOf('k2'))
		expect(statuses.waiting).toEqual([])
		expect(shelf.stored.size).toBe(0)
	})

	it('keeps what waits through a restart', async () => {
		const first = setUp(['again'])
		await first.statuses.say(said('en_route'))
		await settle()
		const sent: Said[] = []
		const again = new Statuses(
			first.shelf,
			async (one) => {
				sent.push(one)
				return 'taken'
			},
			() => {},
		)
		await again.load()
		await settle()
		expect(sent).toEqual([said('en_route')])
	})

	it('lets go of what the server refuses, and goes on', async () => {
		const { sent, statuses } = setUp(['refused'])
		await statuses.say(said('en_route', 1))
		await statuses.say(said('on_scene', 2))
		await settle()
		expect(sent.map((one) => one.status)).toEqual(['en_route', 'on_scene'])
		expect(statuses.waiting).toEqual([])
	})
})

describe('what is shown and allowed', () => {
	it('shows what the crew said before the server knows', () => {
		const assignment = { id: 'a', state: 'accepted' as const }
		expect(shownState(assignment, [])).toBe('accepted')
		expect(shownState(assignment, [said('en_route', 1), said('on_scene', 2)])).toBe(
			'on_scene',
		)
		expect(shownState({ ...assignment, id: 'b' }, [said('cleared')])).toBe('accepted')
	})

	it('allows skipping forward and never going back', () => {
		expect(maySay('accepted', 'on_scene')).toBe(true)
		expect(maySay('on_scene', 'en_route')).toBe(false)
		expect(maySay('offered', 'en_route')).toBe(false)
		expect(maySay('offered', 'declined')).toBe(true)
		expect(maySay('cleared', 'cleared')).toBe(false)
	})
})

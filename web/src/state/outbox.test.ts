/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import {
	type Answer,
	type Clock,
	type Item,
	Outbox,
	type Press,
	type Shelf,
} from './outbox'

class MemoryShelf implements Shelf {
	stored = new Map<string, Item>()
	fails = false
	hangs = false

	async put(item: Item): Promise<void> {
		if (this.hangs) await new Promise(() => {})
		if (this.fails) throw new Error('full')
		this.stored.set(item.key, structuredClone(item))
	}

	async all(): Promise<Item[]> {
		return [...this.stored.values()].map((item) => structuredClone(item))
	}
}

/* A clock whose timers run only when the test moves it. */
class TestClock implements Clock {
	at = 0
	timers: { due: number; run: () => void }[] = []
	now = () => this.at
	random = () => 1
	after = (ms: number, run: () => void) => this.timers.push({ due: this.at + ms, run })

	async pass(ms: number): Promise<void> {
		const end = this.at + ms
		for (;;) {
			this.timers.sort((a, b) => a.due - b.due)
			const first = this.timers[0]
			if (!first || first.due > end) break
			this.timers.shift()
			this.at = Math.max(this.at, first.due)
			first.run()
			await settle()
		}
		this.at = end
	}
}

async function settle(): Promise<void> {
	for (let i = 0; i < 30; i++) await Promise.resolve()
}

/* A server that knows keys, behind a link that can lose the call or only the answer. */
class Server {
	signals = new Map<string, Answer>()
	heard: string[] = []
	down = false
	losesAnswers = 0
	shelfAtCall: boolean[] = []
	shelf: MemoryShelf | undefined

	deliver = async (item: Item) => {
		this.shelfAtCall.push(this.shelf?.stored.has(item.key) ?? false)
		if (this.down) throw new Error('no link')
		this.heard.push(item.key)
		let answer = this.signals.get(item.key)
		if (!answer) {
			const n = this.signals.size + 1
			answer = {
				signal: `s${n}`,
				incident: 'i1',
				number: `K${n}`,
				state: 'new',
				trust: 'verified',
			}
			this.signals.set(item.key, answer)
		}
		if (this.losesAnswers-- > 0) throw new Error('answer lost')
		return { answer }
	}
}

function press(key: string): Press {
	return { key, language: 'ur', at: '2026-01-15T09:30:00.000Z' }
}

function setUp() {
	const shelf = new MemoryShelf()
	const server = new Server()
	server.shelf = shelf
	const clock = new TestClock()
	const outbox = new Outbox(shelf, server.deliver, () => {}, clock)
	return { shelf, server, clock, outbox }
}

describe('outbox', () => {
	it('is on disk before the network hears of it', async () => {
		const { server, outbox } = setUp()
		await outbox.add(press('a'))
		await settle()
		expect(server.shelfAtCall).toEqual([true])
		expect(outbox.items[0]?.answer?.signal).toBe('s1')
	})

	it('counts a press once although its answer was lost', async () => {
		const { server, clock, outbox } = setUp()
		server.losesAnswers = 2
		await outbox.add(press('a'))
		await clock.pass(60_000)
		expect(server.heard).toEqual(['a', 'a', 'a'])
		expect(server.signals.size).toBe(1)
		expect(outbox.waiting).toEqual([])
	})

	it('does not say received before the server did', async () => {
		const { server, clock, outbox } = setUp()
		server.down = true
		await outbox.add(press('a'))
		await clock.pass(120_000)
		expect(outbox.items[0]?.answer).toBeUndefined()
		expect(outbox.items[0]?.tries).toBeGreaterThan(5)
	})

	it('never gives up, and goes out at once when the link is back', async () => {
		const { server, clock, outbox } = setUp()
		server.down = true
		await outbox.add(press('a'))
		await clock.pass(3_600_000)
		server.down = false
		await outbox.hurry()
		expect(server.signals.size).toBe(1)
		expect(outbox.waiting).toEqual([])
	})

	it('survives a restart of the page with the same key', async () => {
		const { shelf, server, outbox } = setUp()
		server.losesAnswers = 1
		await outbox.add(press('a'))
		await settle()
		const again = new Outbox(shelf, server.deliver, () => {}, new TestClock())
		await again.load()
		expect(again.waiting.map((item) => item.key)).toEqual(['a'])
		await again.hurry()
		expect(server.signals.size).toBe(1)
		expect(shelf.stored.get('a')?.answer?.signal).toBe('s1')
	})

	it('sends a press even when the phone cannot store it, and says so', async () => {
		const { shelf, server, outbox } = setUp()
		shelf.fails = true
		await outbox.add(press('a'))
		await settle()
		expect(outbox.durable).toBe(false)
		expect(server.signals.size).toBe(1)
	})

	it('does not wait for storage that hangs', async () => {
		const { shelf, server, clock, outbox } = setUp()
		shelf.hangs = true
		void outbox.add(press('a'))
		await clock.pass(2_000)
		expect(outbox.durable).toBe(false)
		expect(server.signals.size).toBe(1)
	})

	it('sends what was said about a press after the press', async () => {
		const { server, clock, outbox } = setUp()
		server.down = true
		await outbox.add(press('a'))
		await outbox.add(press('b'), 'a')
		await clock.pass(10_000)
		server.down = false
		await outbox.hurry()
		await clock.pass(60_000)
		expect(server.heard).toEqual(['a', 'b'])
	})

	it('keeps two presses apart', async () => {
		const { server, outbox } = setUp()
		await Promise.all([outbox.add(press('a')), outbox.add(press('b'))])
		await settle()
		expect([...server.signals.keys()]).toEqual(['a', 'b'])
		expect(server.heard.length).toBe(2)
	})
})

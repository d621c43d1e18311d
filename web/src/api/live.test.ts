/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { type LinkState, Live, type LiveHandlers, type LiveWorld, type Wire } from './live'
import type { KumakEvent } from './types'

/* A world with its own clock, and wires that the test holds. */
class World implements LiveWorld {
	time = 0
	wires: TestWire[] = []
	private timers: { at: number; run: () => void; id: number }[] = []
	private ids = 0

	open(url: string): Wire {
		const wire = new TestWire(url)
		this.wires.push(wire)
		return wire
	}
	now() {
		return this.time
	}
	after(ms: number, run: () => void) {
		this.timers.push({ at: this.time + ms, run, id: ++this.ids })
		return this.ids
	}
	cancel(timer: unknown) {
		this.timers = this.timers.filter((one) => one.id !== timer)
	}
	random() {
		return 1
	}
	pass(ms: number) {
		const end = this.time + ms
		for (;;) {
			const next = this.timers.sort((a, b) => a.at - b.at)[0]
			if (!next || next.at > end) break
			this.timers.shift()
			this.time = next.at
			next.run()
		}
		this.time = end
	}
	get wire(): TestWire {
		const last = this.wires.at(-1)
		if (!last) throw new Error('no wire')
		return last
	}
}

class TestWire implements Wire {
	sent: string[] = []
	closed = false
	onopen: (() => void) | null = null
	onmessage: ((message: { data: unknown }) => void) | null = null
	onclose: (() => void) | null = null
	readonly url: string
	constructor(url: string) {
		this.url = url
	}
	send(text: string) {
		this.sent.push(text)
	}
	close() {
		this.closed = true
	}
	say(frame: object) {
		this.onmessage?.({ data: JSON.stringify(frame) })
	}
	hello() {
		this.say({ hello: { node: 'khi', seq: 1, account: 'a' } })
	}
	event(seq: number) {
		this.say({
			seq,
			at: '2026-01-01T00:00:00.000Z',
			type: 'incident.raised',
			data: { id: `i${seq}` },
		})
	}
}

function make(over: Partial<LiveHandlers> = {}) {
	const world = new World()
	const events: KumakEvent[] = []
	const links: LinkState[] = []
	const live = new Live(
		'ws://x/api/v1/live',
		10,
		{
			event: (event) => events.push(event),
			fixes: () => undefined,
			resync: async (seq) => seq,
			link: (state) => links.push(state),
			time: () => undefined,
			revoked: () => undefined,
			...over,
		},
		world,
	)
	live.start()
	return { world, live, events, links, seqs: () => events.map((e) => e.seq) }
}

describe('resume', () => {
	it('asks for what came after the lists', () => {
		const { world } = make()
		expect(world.wire.url).toBe('ws://x/api/v1/live?after=10')
	})
	it('hands each event on once and in order, over a broken line', () => {
		const { world, seqs } = make()
		world.wire.hello()
		world.wire.event(11)
		world.wire.event(12)
		world.wire.onclose?.()
		world.pass(500)
		expect(world.wire.url).toContain('after=12')
		world.wire.hello()
		world.wire.event(12)
		world.wire.event(13)
		expect(seqs()).toEqual([11, 12, 13])
	})
	it('ignores what an old wire still says', () => {
		const { world, seqs } = make()
		const old = world.wire
		old.hello()
		old.onclose?.()
		world.pass(500)
		world.wire.hello()
		old.event(11)
		world.wire.event(11)
		expect(seqs()).toEqual([11])
	})
})

describe('a dead line', () => {
	it('is doubtful after 12 s of silence, lost after 30', () => {
		const { world, links } = make()
		world.wire.hello()
		world.pass(13_000)
		expect(links).toEqual(['live', 'late'])
		world.wire.say({ ping: 'now' })
		expect(links.at(-1)).toBe('live')
		world.pass(30_500)
		expect(links.at(-1)).toBe('lost')
		expect(world.wires[0]?.closed).toBe(true)
		world.pass(1_000)
		expect(world.wires.length).toBe(2)
	})
	it('is tried again with growing pauses, up to 15 s', () => {
		const { world } = make()
		for (let i = 0; i < 8; i++) {
			world.wire.onclose?.()
			world.pass(15_000)
		}
		const before = world.wires.length
		world.wire.onclose?.()
		world.pass(14_000)
		expect(world.wires.length).toBe(before)
		world.pass(1_000)
		expect(world.wires.length).toBe(before + 1)
	})
	it('is given up when no greeting comes', () => {
		const { world, links } = make()
		world.pass(10_500)
		expect(links.at(-1)).toBe('lost')
	})
	it('is tried at once when nudged', () => {
		const { world, live } = make()
		world.wire.onclose?.()
		live.nudge()
		expect(world.wires.length).toBe(2)
		live.nudge()
		expect(world.wires.length).toBe(2)
	})
})

describe('resync', () => {
	it('holds events until the lists are there, then goes on after their number', async () => {
		let ready: (seq: number) => void = () => undefined
		const { world, seqs } = make({
			resync: () =>
				new Promise((done) => {
					ready = done
				}),
		})
		world.wire.hello()
		world.wire.say({ resync: { seq: 500 } })
		world.wire.event(501)
		world.wire.event(502)
		expect(seqs()).toEqual([])
		ready(501)
		await Promise.resolve()
		await Promise.resolve()
		await Promise.resolve()
		expect(seqs()).toEqual([502])
	})
	it('begins again when the lists cannot be had', async () => {
		const { world, links } = make({ resync: () => Promise.reject(new Error('no')) })
		world.wire.hello()
		world.wire.say({ resync: { seq: 500 } })
		await Promise.resolve()
		await Promise.resolve()
		await Promise.resolve()
		expect(links.at(-1)).toBe('lost')
		world.pass(500)
		expect(world.wire.url).toContain('after=10')
	})
})

describe('saying', () => {
	it('says its condition again on a new line, and never twice on one', () => {
		const { world, live } = make()
		live.declare('sound', { sound: { unlocked: true } })
		expect(world.wire.sent).toEqual([])
		world.wire.hello()
		live.declare('sound', { sound: { unlocked: true } })
		expect(world.wire.sent).toEqual(['{"sound":{"unlocked":true}}'])
		world.wire.onclose?.()
		expect(live.tell({ presented: { incident: 'i' } })).toBe(false)
		world.pass(500)
		world.wire.hello()
		expect(world.wire.sent).toEqual(['{"sound":{"unlocked":true}}'])
		expect(live.tell({ presented: { incident: 'i' } })).toBe(true)
	})
	it('stays away once revoked', () => {
		let revoked = false
		const { world, links } = make({
			revoked: () => {
				revoked = true
			},
		})
		world.wire.hello()
		world.wire.say({ closing: { code: 'revoked' } })
		world.pass(60_000)
		expect(revoked).toBe(true)
		expect(links.at(-1)).toBe('lost')
		expect(world.wires.length).toBe(1)
	})
	it('survives a frame that is no JSON', () => {
		const { world, seqs } = make()
		world.wire.hello()
		world.wire.onmessage?.({ data: '{' })
		world.wire.event(11)
		expect(seqs()).toEqual([11])
	})
})

/* SPDX-License-Identifier: Apache-2.0 */
/* What this phone has promised to deliver. An item is on the shelf (on disk) before the
 * network hears of it, keeps its key through every try, and is never given up: the
 * server knows a key that it has seen, so a lost answer costs nothing and a press counts
 * exactly once. This file decides; the shelf and the wire are handed in. */

export interface Place {
	lat: number
	lon: number
	accuracy_m?: number
}

export interface Press {
	key: string
	kind?: string
	site?: string
	position?: Place
	message?: string
	language: string
	at: string
	silent?: boolean
	test?: boolean
}

export interface Stage {
	stage: string
	at: string
	text?: string
}

export interface Answer {
	signal: string
	incident: string
	number: string
	state: string
	trust: 'verified' | 'unverified'
	/* No console can hear the alarm now: the caller must telephone. */
	telephone?: boolean
	phone?: string
}

export interface Item {
	key: string
	press: Press
	/* Milliseconds of this phone's clock. */
	made: number
	tries: number
	next: number
	/* Belongs to this earlier press: a message or a kind that came after it. */
	about?: string
	/* The server's durable answer: what "received" means. */
	answer?: Answer
	stages: Stage[]
	cancelAsked?: string
	/* The person put it away; it is history. */
	put_away?: boolean
}

export interface Shelf {
	/* Resolves when the item is durably stored. */
	put(item: Item): Promise<void>
	all(): Promise<Item[]>
}

/* `answer`: delivered. `again`: try later, by the same key. */
export type Delivery = { answer: Answer } | { again: true }
export type Deliver = (item: Item, earlier: Item | undefined) => Promise<Delivery>

const FIRST_PAUSE_MS = 1_000
const PAUSE_MAX_MS = 15_000
/* A shelf that hangs (some phones' storage does) must not hold a press back. */
const SHELF_PATIENCE_MS = 1_500

export interface Clock {
	now(): number
	random(): number
	after(ms: number, run: () => void): unknown
}

export class Outbox {
	items: Item[] = []
	/* False when the last press could not be stored: the screen must say so. */
	durable = true
	private flushing = false
	private flushAgain = false
	private readonly shelf: Shelf
	private readonly deliver: Deliver
	private readonly changed: () => void
	private readonly clock: Clock

	constructor(shelf: Shelf, deliver: Deliver, changed: () => void, clock: Clock) {
		this.shelf = shelf
		this.deliver = deliver
		this.changed = changed
		this.clock = clock
	}

	async load(): Promise<void> {
		try {
			const known = new Set(this.items.map((item) => item.key))
			const stored = (await this.shelf.all()).filter((item) => !known.has(item.key))
			this.items = [...stored, ...this.items].sort((a, b) => a.made - b.made)
		} catch {
			this.durable = false
		}
		this.changed()
	}

	/* Store, then send. Resolves once the item is stored, or storing has failed. */
	async add(press: Press, about?: string): Promise<void> {
		const now = this.clock.now()
		const item: Item = { key: press.key, press, made: now, tries: 0, next: 0, stages: [] }
		if (about) item.about = about
		this.items = [...this.items, item]
		this.changed()
		this.durable = await this.stored(item)
		this.changed()
		void this.flush()
	}

	async update(key: string, change: Partial<Item>): Promise<void> {
		const item = this.items.find((known) => known.key === key)
		if (item) await this.replace(item, change)
	}

	/* Items are never altered in place: the views tell by identity what is new. */
	private async replace(item: Item, change: Partial<Item>): Promise<void> {
		const next = { ...item, ...change }
		this.items = this.items.map((known) => (known.key === item.key ? next : known))
		this.changed()
		await this.stored(next)
	}

	get waiting(): Item[] {
		return this.items.filter((item) => !item.answer)
	}

	/* The link came back: pauses that were waiting for it are over. */
	hurry(): Promise<void> {
		this.items = this.items.map((item) => (item.answer ? item : { ...item, next: 0 }))
		return this.flush()
	}

	async flush(): Promise<void> {
		if (this.flushing) {
			this.flushAgain = true
			return
		}
		this.flushing = true
		try {
			do {
				this.flushAgain = false
				for (const { key } of this.waiting) await this.tryOne(key)
			} while (this.flushAgain)
		} finally {
			this.flushing = false
		}
		this.plan()
	}

	private async tryOne(key: string): Promise<void> {
		const item = this.items.find((known) => known.key === key)
		if (!item || item.answer || item.next > this.clock.now()) return
		const earlier = this.items.find((known) => known.key === item.about)
		/* What was said about a press goes after it. */
		if (earlier && !earlier.answer) return
		const tries = item.tries + 1
		let delivery: Delivery
		try {
			delivery = await this.deliver(item, earlier)
		} catch {
			delivery = { again: true }
		}
		/* It may have changed while it was away: only these fields are set. */
		const present = this.items.find((known) => known.key === key) ?? item
		if ('answer' in delivery) {
			await this.replace(present, { tries, answer: delivery.answer })
			return
		}
		const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), PAUSE_MAX_MS)
		const next = this.clock.now() + pause * (0.5 + this.clock.random() / 2)
		await this.replace(present, { tries, next })
	}

	private plan(): void {
		const next = Math.min(...this.waiting.map((item) => item.next))
		if (!Number.isFinite(next)) return
		this.clock.after(Math.max(next - this.clock.now(), 100), () => void this.flush())
	}

	private async stored(item: Item): Promise<boolean> {
		const late = new Promise<false>((resolve) => {
			this.clock.after(SHELF_PATIENCE_MS, () => resolve(false))
		})
		try {
			return await Promise.race([this.shelf.put(item).then(() => true), late])
		} catch {
			return false
		}
	}
}

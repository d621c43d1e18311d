/* SPDX-License-Identifier: Apache-2.0 */
import { describe, expect, it } from 'vitest'
import { type Draft, type DraftShelf, Drafts } from './drafts'

class MemoryShelf implements DraftShelf {
	rows = new Map<string, Draft>()
	async put(draft: Draft) {
		this.rows.set(draft.key, draft)
	}
	async drop(key: string) {
		this.rows.delete(key)
	}
	async all() {
		return [...this.rows.values()]
	}
}

const draft = (key: string, more: Partial<Draft> = {}): Draft => ({
	key,
	account: 'khi.a.1',
	channel: 'khi.c.1',
	at: 1,
	body: { kind: 'concern', text: 'words', tlp: 'AMBER', priority: 'P3', language: 'en' },
	files: [],
	...more,
})

class Refusal extends Error {}
const reasonOf = (error: unknown) => (error instanceof Refusal ? error.message : undefined)

function make(
	advance: (d: Draft) => Promise<Draft | undefined>,
	shelf = new MemoryShelf(),
) {
	const later: (() => void)[] = []
	const drafts = new Drafts(
		'khi.a.1',
		shelf,
		advance,
		reasonOf,
		() => undefined,
		(_ms, run) => later.push(run),
	)
	return { drafts, shelf, later }
}
const settle = async () => {
	for (let n = 0; n < 30; n++) await Promise.resolve()
}

describe('drafts', () => {
	it('keeps one on disk until each of its steps is taken, under one key', async () => {
		const seen: string[] = []
		const { drafts, shelf, later } = make(async (d) => {
			seen.push(`${d.key} ${d.post ?? '-'}`)
			if (seen.length === 1) throw new Error('no link')
			return d.post ? undefined : { ...d, post: 'khi.b.9' }
		})
		await drafts.send(draft('k1'))
		await settle()
		expect(shelf.rows.has('k1')).toBe(true)
		expect(later.length).toBe(1)
		later[0]?.()
		await settle()
		expect(seen).toEqual(['k1 -', 'k1 -', 'k1 khi.b.9'])
		expect(shelf.rows.size).toBe(0)
		expect(drafts.items).toEqual([])
	})

	it('keeps what was refused, with the reason, and sends the others', async () => {
		const { drafts, shelf } = make(async (d) => {
			if (d.key === 'bad') throw new Refusal('marking_forbids')
			return undefined
		})
		await drafts.send(draft('bad'))
		await drafts.send(draft('good'))
		await settle()
		expect(drafts.items.map((d) => [d.key, d.refused])).toEqual([
			['bad', 'marking_forbids'],
		])
		expect(shelf.rows.get('bad')?.refused).toBe('marking_forbids')
		await drafts.putAway('bad')
		expect(shelf.rows.size).toBe(0)
	})

	it('finds after a restart only what is of the same person', async () => {
		const shelf = new MemoryShelf()
		await shelf.put(draft('mine', { post: 'khi.b.5' }))
		await shelf.put(draft('hers', { account: 'khi.a.2' }))
		const taken: Draft[] = []
		const { drafts } = make(async (d) => {
			taken.push(d)
			return undefined
		}, shelf)
		await drafts.load()
		await settle()
		expect(taken.map((d) => [d.key, d.post])).toEqual([['mine', 'khi.b.5']])
		expect([...shelf.rows.keys()]).toEqual(['hers'])
	})

	it('does not bring back what was put away while it was under way', async () => {
		let go: () => void = () => undefined
		const { drafts, shelf } = make(
			(d) =>
				new Promise((done) => {
					go = () => done({ ...d, post: 'khi.b.1' })
				}),
		)
		await drafts.send(draft('k'))
		await settle()
		await drafts.putAway('k')
		go()
		await settle()
		expect(shelf.rows.size).toBe(0)
		expect(drafts.items).toEqual([])
	})
})

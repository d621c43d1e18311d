/* SPDX-License-Identifier: Apache-2.0 */
/* What the tablet keeps on disk: until the server has them, the crew's words about its
 * assignments and its distress calls; and for a start without a link, what it was last
 * told of this crew. */
import { type IDBPDatabase, openDB } from 'idb'
import type { Assignment, Session, Unit } from '../api/types'
import type { Item, Shelf } from '../state/outbox'
import type { Said, SaidShelf } from './statuses'

let opened: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
	opened ??= openDB('kumak-tablet', 2, {
		upgrade(db, from) {
			if (from < 1) {
				db.createObjectStore('distress', { keyPath: 'key' })
				db.createObjectStore('said', { keyPath: 'key' })
			}
			db.createObjectStore('kept')
		},
	})
	return opened
}

async function write(store: string, value: unknown): Promise<void> {
	const change = (await database()).transaction(store, 'readwrite', {
		durability: 'strict',
	})
	await change.store.put(value)
	await change.done
}

export const distressShelf: Shelf = {
	put: (item: Item) => write('distress', item),
	all: async () => (await database()).getAll('distress'),
}

export const saidShelf: SaidShelf = {
	put: (said: Said) => write('said', said),
	drop: async (key) => (await database()).delete('said', key),
	all: async () => (await database()).getAll('said'),
}

/* The last word of the server, and when it was said. */
export interface Kept {
	session: Session
	unit: Unit
	assignments: readonly Assignment[]
	at: number
}

/* A duty is over by then; what it was about is no longer this tablet's to keep. */
const KEPT_MS = 12 * 3_600_000

export const keptShelf = {
	put: async (kept: Kept) => void (await (await database()).put('kept', kept, 'last')),
	drop: async () => (await database()).delete('kept', 'last'),
	get: async (now: number): Promise<Kept | undefined> => {
		const kept: Kept | undefined = await (await database()).get('kept', 'last')
		if (!kept || now - kept.at < KEPT_MS) return kept
		await keptShelf.drop()
		return undefined
	},
}

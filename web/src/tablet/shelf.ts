/* SPDX-License-Identifier: Apache-2.0 */
/* What the tablet keeps on disk until the server has it: the crew's words about its
 * assignments, and distress calls. */
import { type IDBPDatabase, openDB } from 'idb'
import type { Item, Shelf } from '../state/outbox'
import type { Said, SaidShelf } from './statuses'

let opened: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
	opened ??= openDB('kumak-tablet', 1, {
		upgrade(db) {
			db.createObjectStore('distress', { keyPath: 'key' })
			db.createObjectStore('said', { keyPath: 'key' })
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

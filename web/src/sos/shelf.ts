/* SPDX-License-Identifier: Apache-2.0 */
/* What this phone keeps: presses, its enrolment, the proofs. IndexedDB, each write made
 * durable before it counts as done. */
import { type IDBPDatabase, openDB } from 'idb'
import type { Head, HeadShelf } from '../lib/heads'
import type { Item, Shelf } from '../state/outbox'

let opened: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
	opened ??= openDB('kumak-sos', 1, {
		upgrade(db) {
			db.createObjectStore('items', { keyPath: 'key' })
			db.createObjectStore('heads', { keyPath: 'seq' })
			db.createObjectStore('facts')
		},
	})
	return opened
}

async function write(store: string, value: unknown, key?: string): Promise<void> {
	const db = await database()
	const change = db.transaction(store, 'readwrite', { durability: 'strict' })
	await change.store.put(value, key)
	await change.done
}

export const shelf: Shelf = {
	put: (item: Item) => write('items', item),
	all: async () => (await database()).getAll('items'),
}

/* Presses older than this that were answered for are no longer this phone's affair. */
const KEPT_MS = 90 * 86_400_000

export async function forgetOld(now: number): Promise<void> {
	const db = await database()
	for (const item of (await db.getAll('items')) as Item[])
		if (item.answer && now - item.made > KEPT_MS) await db.delete('items', item.key)
}

export const keepFact = (name: string, value: unknown) => write('facts', value, name)

export async function fact<T>(name: string): Promise<T | undefined> {
	return (await database()).get('facts', name)
}

export async function dropFact(name: string): Promise<void> {
	await (await database()).delete('facts', name)
}

export const headShelf: HeadShelf = {
	put: (head: Head) => write('heads', head),
	all: async () => (await database()).getAll('heads'),
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What this browser keeps: posts of its own that are not sent yet, what is half written,
 * who was here last, so that one can write without a link, and heads of the journal.
 * Never a post of anybody else: what was shared stays with the node. */
import { type IDBPDatabase, openDB } from 'idb'
import type { Session } from '../api/types'
import type { Head, HeadShelf } from '../lib/heads'
import type { Draft, DraftShelf } from './drafts'
import type { Channel } from './types'

let opened: Promise<IDBPDatabase> | undefined
let heads: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
	opened ??= openDB('kumak-liaison', 1, {
		upgrade(db) {
			db.createObjectStore('drafts', { keyPath: 'key' })
			db.createObjectStore('written')
			db.createObjectStore('last')
		},
	})
	return opened
}

/* By itself: a shelf that grows a part waits until every older window is closed. */
function headBase(): Promise<IDBPDatabase> {
	heads ??= openDB('kumak-liaison-heads', 1, {
		upgrade: (db) => void db.createObjectStore('heads', { keyPath: 'seq' }),
	})
	return heads
}

async function write(store: string, value: unknown, key?: string): Promise<void> {
	const change = (await database()).transaction(store, 'readwrite', {
		durability: 'strict',
	})
	await change.store.put(value, key)
	await change.done
}

export const draftShelf: DraftShelf = {
	put: (draft: Draft) => write('drafts', draft),
	drop: async (key) => (await database()).delete('drafts', key),
	all: async () => (await database()).getAll('drafts'),
}

export const headShelf: HeadShelf = {
	put: async (head: Head) => void (await (await headBase()).put('heads', head)),
	all: async () => (await headBase()).getAll('heads'),
}

/* Half written, by person, channel and what it answers. */
export const writtenShelf = {
	put: (where: string, form: object) => write('written', form, where),
	get: async <T>(where: string): Promise<T | undefined> =>
		(await database()).get('written', where),
	drop: async (where: string) => (await database()).delete('written', where),
}

export interface Last {
	session: Session
	channels: readonly Channel[]
	at: number
}

const KEPT_MS = 12 * 3_600_000

export const lastShelf = {
	put: (last: Last) => write('last', last, 'last'),
	drop: async () => (await database()).delete('last', 'last'),
	get: async (now: number): Promise<Last | undefined> => {
		const last: Last | undefined = await (await database()).get('last', 'last')
		if (!last || now - last.at < KEPT_MS) return last
		await lastShelf.drop()
		return undefined
	},
}

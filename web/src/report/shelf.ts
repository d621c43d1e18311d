/* SPDX-License-Identifier: Apache-2.0 */
/* What this browser keeps for who watches the node: its heads, and when they were last
 * laid beside the node. Nothing of any call. */
import { type IDBPDatabase, openDB } from 'idb'
import type { Head, HeadShelf } from '../lib/heads'
import type { Outcome } from './kept'

let opened: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
	opened ??= openDB('kumak-report', 1, {
		upgrade(db) {
			db.createObjectStore('heads', { keyPath: 'seq' })
			db.createObjectStore('facts')
		},
	})
	return opened
}

export const headShelf: HeadShelf = {
	put: async (head: Head) => void (await (await database()).put('heads', head)),
	all: async () => (await database()).getAll('heads'),
}

export const outcomeShelf = {
	put: async (found: Outcome) =>
		void (await (await database()).put('facts', found, 'compared')),
	get: async (): Promise<Outcome | undefined> =>
		(await database()).get('facts', 'compared'),
}

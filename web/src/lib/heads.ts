/* SPDX-License-Identifier: Apache-2.0 */
/* Signed heads of the chain that this device was given, kept by it and saved as a file.
 * Whoever holds one can find out with `kumak-verify` or its page whether anything before it
 * was changed or cut off. */
import { type ReadonlySignal, signal } from '@preact/signals'

export interface Head {
	seq: number
	hash: string
	at: string
	signature: string
}

export interface HeadShelf {
	put(head: Head): Promise<void>
	all(): Promise<Head[]>
}

export interface HeadKeeper {
	kept: ReadonlySignal<readonly Head[]>
	open(): Promise<void>
	keep(): Promise<void>
}

/* A page that stays open keeps one four times a day, whatever happens. */
export const KEEP_MS = 6 * 3_600_000

export function headKeeper(
	shelf: HeadShelf,
	ask: () => Promise<Head | undefined>,
): HeadKeeper {
	const kept = signal<readonly Head[]>([])
	return {
		kept,
		open: async () => {
			kept.value = await shelf.all()
		},
		keep: async () => {
			try {
				const head = await ask()
				if (!head || kept.value.some((known) => known.seq === head.seq)) return
				await shelf.put(head)
				kept.value = [...kept.value, head]
			} catch {
				/* The next time brings another one. */
			}
		},
	}
}

export function saveHeads(heads: readonly Head[]): void {
	const text = `${JSON.stringify({ heads }, null, 1)}\n`
	const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
	const link = document.createElement('a')
	link.href = url
	link.download = 'kumak-heads.json'
	link.click()
	setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the crew has said about its assignments and the server may not yet know. Each
 * word is stored with its key and its time before it is sent, goes in the order in which
 * it was said, and is sent until the server takes it or refuses it. Pure but for what is
 * handed in. */
import type { AssignmentState, AssignmentStatus } from '../api/types'

export interface Said {
	key: string
	assignment: string
	status: AssignmentStatus
	at: string
}

export interface SaidShelf {
	put(said: Said): Promise<void>
	drop(key: string): Promise<void>
	all(): Promise<Said[]>
}

export type Outcome = 'taken' | 'refused' | 'again'
export type Send = (said: Said) => Promise<Outcome>

const RETRY_MS = 4_000

export class Statuses {
	waiting: readonly Said[] = []
	private busy = false
	private readonly shelf: SaidShelf
	private readonly send: Send
	private readonly changed: () => void
	private readonly later: (ms: number, run: () => void) => void

	constructor(
		shelf: SaidShelf,
		send: Send,
		changed: () => void,
		later: (ms: number, run: () => void) => void = (ms, run) => setTimeout(run, ms),
	) {
		this.shelf = shelf
		this.send = send
		this.changed = changed
		this.later = later
	}

	async load(): Promise<void> {
		const stored = await this.shelf.all().catch(() => [])
		this.waiting = stored.sort((a, b) => a.at.localeCompare(b.at))
		this.changed()
		void this.flush()
	}

	async say(said: Said): Promise<void> {
		this.waiting = [...this.waiting, said]
		this.changed()
		await this.shelf.put(said).catch(() => undefined)
		void this.flush()
	}

	/* One after the other: "on scene" must not pass "en route". */
	async flush(): Promise<void> {
		if (this.busy) return
		this.busy = true
		try {
			for (let first = this.waiting[0]; first; first = this.waiting[0]) {
				const outcome = await this.send(first).catch(() => 'again' as const)
				if (outcome === 'again') {
					this.later(RETRY_MS, () => void this.flush())
					return
				}
				const { key } = first
				this.waiting = this.waiting.filter((said) => said.key !== key)
				await this.shelf.drop(key).catch(() => undefined)
				this.changed()
			}
		} finally {
			this.busy = false
		}
	}
}

/* What the crew sees: the server's state, moved on by what waits. */
export function shownState(
	assignment: { id: string; state: AssignmentState },
	waiting: readonly Said[],
): AssignmentState {
	return waiting
		.filter((said) => said.assignment === assignment.id)
		.reduce<AssignmentState>((_, said) => said.status, assignment.state)
}

const ORDER: readonly AssignmentState[] = [
	'offered',
	'accepted',
	'en_route',
	'on_scene',
	'cleared',
]

/* Skipping forward is allowed, going back is not; an offer must be answered first. */
export function maySay(state: AssignmentState, status: AssignmentStatus): boolean {
	if (state === 'offered') return status === 'accepted' || status === 'declined'
	const from = ORDER.indexOf(state)
	const to = ORDER.indexOf(status)
	return from > 0 && to > from
}

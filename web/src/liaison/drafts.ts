/* SPDX-License-Identifier: Apache-2.0 */
/* Posts that wait to be sent. Each is on disk before the network hears of it and keeps
 * its key through every try, so that a lost answer costs nothing and it is sent once. It
 * goes in the order in which it was written. What the server refuses stays, with the
 * reason, until its author mends it or puts it away. Each step that was taken (a file
 * sent, the post made, the matter raised) is kept, so that no step is taken twice. Pure
 * but for what is handed in. */
import type { Kind, Marking } from './types'

export interface Body {
	kind: Kind
	text: string
	tlp: Marking
	priority: 'P1' | 'P2' | 'P3'
	language: string
	subject?: string
	to?: readonly string[]
	recipients?: readonly string[]
	must_ack?: 'agency' | 'person'
	ack_by?: string
	expires_at?: string
	reply_to?: string
	broadcast?: object
	meeting?: string
}

export interface DraftFile {
	name: string
	size: number
	blob?: Blob
	/* What the server called it. */
	id?: string
}

export interface Draft {
	key: string
	account: string
	channel: string
	at: number
	body: Body
	files: readonly DraftFile[]
	/* It is to go the way of a matter too. */
	follow?: boolean
	post?: string
	refused?: string
}

export interface DraftShelf {
	put(draft: Draft): Promise<void>
	drop(key: string): Promise<void>
	all(): Promise<Draft[]>
}

/* Takes the next step of a draft and says what it is then; undefined: all is done. */
export type Advance = (draft: Draft) => Promise<Draft | undefined>
/* Why the server will not have it, or undefined when it only could not be asked. */
export type ReasonOf = (error: unknown) => string | undefined

const RETRY_MS = 4_000

export class Drafts {
	items: readonly Draft[] = []
	durable = true
	private busy = false
	private readonly account: string
	private readonly shelf: DraftShelf
	private readonly advance: Advance
	private readonly reasonOf: ReasonOf
	private readonly changed: () => void
	private readonly later: (ms: number, run: () => void) => void

	constructor(
		account: string,
		shelf: DraftShelf,
		advance: Advance,
		reasonOf: ReasonOf,
		changed: () => void,
		later: (ms: number, run: () => void) => void = (ms, run) => setTimeout(run, ms),
	) {
		this.account = account
		this.shelf = shelf
		this.advance = advance
		this.reasonOf = reasonOf
		this.changed = changed
		this.later = later
	}

	/* Only one's own: another person at this machine must not send them. */
	async load(): Promise<void> {
		const stored = await this.shelf.all().catch(() => [])
		this.items = stored
			.filter((one) => one.account === this.account)
			.sort((a, b) => a.at - b.at)
		this.changed()
		void this.flush()
	}

	async send(draft: Draft): Promise<void> {
		this.items = [...this.items.filter((one) => one.key !== draft.key), draft]
		this.changed()
		await this.keep(draft)
		void this.flush()
	}

	async putAway(key: string): Promise<void> {
		this.items = this.items.filter((one) => one.key !== key)
		this.changed()
		await this.shelf.drop(key).catch(() => undefined)
	}

	async flush(): Promise<void> {
		if (this.busy) return
		this.busy = true
		try {
			for (let one = this.first(); one; one = this.first())
				if (!(await this.go(one))) {
					this.later(RETRY_MS, () => void this.flush())
					return
				}
		} finally {
			this.busy = false
		}
	}

	private first(): Draft | undefined {
		return this.items.find((one) => one.refused === undefined)
	}

	/* False: the server cannot be asked now. */
	private async go(draft: Draft): Promise<boolean> {
		let next: Draft | undefined
		try {
			next = await this.advance(draft)
		} catch (error) {
			const refused = this.reasonOf(error)
			if (refused === undefined) return false
			next = { ...draft, refused }
		}
		/* It may have been put away meanwhile. */
		if (!this.items.some((one) => one.key === draft.key)) return true
		if (!next) {
			await this.putAway(draft.key)
			return true
		}
		const now = next
		this.items = this.items.map((one) => (one.key === now.key ? now : one))
		this.changed()
		await this.keep(now)
		return true
	}

	private async keep(draft: Draft): Promise<void> {
		this.durable = await this.shelf.put(draft).then(
			() => true,
			() => false,
		)
		this.changed()
	}
}

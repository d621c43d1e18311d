/* SPDX-License-Identifier: Apache-2.0 */
/* What this page does at the node, and the words for what the node said no to. */
import { signal } from '@preact/signals'
import { ApiError, get, post } from '../api/client'
import { sendRaw } from '../api/send'
import type { Id, Page } from '../api/types'
import { language, t } from '../lib/i18n'
import { toast } from '../ui/toasts'
import type { Draft, DraftFile } from './drafts'
import { Drafts } from './drafts'
import { draftShelf } from './shelf'
import { fetchPost, keep, opened } from './state'
import type { Matter, Post } from './types'

/* What this page itself finds wrong with what was typed, in words. */
export class Wrong extends Error {}

export function refusal(error: unknown): string {
	if (error instanceof Wrong) return error.message
	if (!(error instanceof ApiError)) return t('refusal.other')
	const key = `refusal.${error.code}`
	const words = t(key)
	if (words !== key) return words
	return error.problem.detail ?? t('refusal.other')
}

/* A button's work: says so when it did not come about. */
export async function attempt(work: () => Promise<unknown>, done = ''): Promise<boolean> {
	try {
		await work()
		if (done) toast(done, 'good')
		return true
	} catch (error) {
		toast(refusal(error), 'bad')
		return false
	}
}

export function freshKey(): string {
	return crypto.randomUUID()
}

/* --- files ------------------------------------------------------------------ */

async function sendFile(channel: Id, { name, blob }: DraftFile): Promise<Id> {
	const path = `/channels/${channel}/files?name=${encodeURIComponent(name)}`
	return (await sendRaw<{ id: Id }>(path, blob ?? null)).id
}

/* --- drafts ----------------------------------------------------------------- */

export const drafts = signal<{ items: readonly Draft[]; durable: boolean }>({
	items: [],
	durable: true,
})
let box: Drafts | undefined

export function openDrafts(account: Id): void {
	if (box) return
	const own = new Drafts(account, draftShelf, advance, reasonOf, () => {
		drafts.value = { items: own.items, durable: own.durable }
	})
	box = own
	void own.load()
}

export const sendDraft = (draft: Draft) => box?.send(draft)
export const putAway = (key: string) => box?.putAway(key)
export const flushDrafts = () => void box?.flush()

/* Refused is what will be refused again; all else is tried again. */
function reasonOf(error: unknown): string | undefined {
	if (!(error instanceof ApiError)) return undefined
	const isFinal = error.status >= 400 && error.status < 500
	return isFinal && ![401, 408, 429].includes(error.status) ? refusal(error) : undefined
}

async function advance(draft: Draft): Promise<Draft | undefined> {
	const file = draft.files.find((one) => !one.id)
	if (file) {
		const id = await sendFile(draft.channel, file)
		const files = draft.files.map((one) =>
			one === file ? { name: one.name, size: one.size, id } : one,
		)
		return { ...draft, files }
	}
	if (!draft.post) {
		const files = draft.files.map((one) => one.id)
		const sent = await post<Post>(`/channels/${draft.channel}/posts`, {
			...draft.body,
			key: draft.key,
			...(files.length > 0 && { files }),
		})
		if (opened.value.has(draft.channel)) keep([sent])
		return draft.follow ? { ...draft, post: sent.id } : undefined
	}
	await follow(await fetchPost(draft.post))
	return undefined
}

/* Puts a post on the way of a matter. A lost answer must not make two of it: the node
 * is asked first whether it has one of this post. */
export async function follow(of: Post | undefined): Promise<void> {
	if (!of) return
	const { items } = await get<Page<Matter>>('/matters?limit=500')
	if (items.some((one) => one.post === of.id)) return
	await post('/matters', {
		kind: of.kind,
		title: of.subject || (of.text ?? '').slice(0, 120),
		text: (of.text ?? '').slice(0, 4_000),
		post: of.id,
	})
}

/* The words of a record in the reader's language, else in the one that it has. */
export function inLanguage(
	record: Readonly<Record<string, unknown>>,
	name: string,
	wanted: string = language.value,
): { text: string; language: string } | undefined {
	for (const code of [wanted, 'ur', 'en', 'sd', 'zh']) {
		const text = record[`${name}_${code}`]
		if (typeof text === 'string' && text) return { text, language: code }
	}
	return undefined
}

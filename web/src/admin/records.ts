/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of the administration page. Each is loaded when it is first looked at and
 * again when an event says that something of it changed. */
import { signal } from '@preact/signals'
import { ApiError, get, getAll, patch, post } from '../api/client'
import { type LinkState, Live, liveUrl } from '../api/live'
import type { KumakEvent } from '../api/types'
import { nameOf } from '../lib/i18n'
import { learnServerTime, serverNow } from '../lib/time'
import type { AnyRecord } from './form'
import { NOUNS, type NounName } from './nouns'

export const link = signal<LinkState>('connecting')
export const now = signal(serverNow())
const lists = Object.fromEntries(
	NOUNS.map((noun) => [noun.name, signal<readonly AnyRecord[] | undefined>(undefined)]),
) as Record<NounName, ReturnType<typeof signal<readonly AnyRecord[] | undefined>>>
export const failed = signal('')

const SINGULAR: Readonly<Record<string, NounName>> = {
	site: 'sites',
	unit: 'units',
	person: 'people',
	account: 'accounts',
	agency: 'agencies',
	invitation: 'invitations',
	device: 'devices',
	run_card: 'run_cards',
	cap_rule: 'cap_rules',
	token: 'invitations',
}
const GATHER_MS = 300

export function listOf(name: NounName): readonly AnyRecord[] | undefined {
	return lists[name].value
}

export async function load(name: NounName): Promise<void> {
	try {
		lists[name].value = await getAll<AnyRecord>(`/${name}`)
		failed.value = ''
	} catch (error) {
		failed.value = error instanceof ApiError ? error.code : 'unreachable'
	}
}

export function need(...names: NounName[]): void {
	for (const name of names) if (lists[name].peek() === undefined) void load(name)
}

/* What another record is called, for a row that refers to it. */
export function labelOf(id: unknown): string {
	if (typeof id !== 'string') return '–'
	for (const name of ['sites', 'units', 'agencies', 'people'] as const) {
		const found = lists[name].value?.find((record) => record.id === id)
		if (!found) continue
		return typeof found.callsign === 'string'
			? found.callsign
			: nameOf(found as unknown as { name: string; name_ur?: string })
	}
	return id
}

export async function save(
	name: NounName,
	id: string | undefined,
	body: object,
): Promise<AnyRecord> {
	const path = id ? `/${name}/${encodeURIComponent(id)}` : `/${name}`
	const answer = id ? await patch<AnyRecord>(path, body) : await post<AnyRecord>(path, body)
	await load(name)
	return answer
}

export async function follow(): Promise<void> {
	setInterval(() => {
		now.value = serverNow()
	}, 1_000)
	const seq = await get<{ seq: number }>('/head').then(
		(head) => head.seq,
		() => 0,
	)
	const live = new Live(liveUrl(), seq, {
		event: onEvent,
		fixes: () => undefined,
		resync: async (at) => {
			for (const noun of NOUNS) if (lists[noun.name].peek()) await load(noun.name)
			return at
		},
		link: (state) => {
			link.value = state
		},
		time: learnServerTime,
		revoked: () => location.replace('/'),
	})
	live.start()
}

const waiting = new Set<NounName>()

function onEvent(event: KumakEvent): void {
	const name = SINGULAR[event.type.split('.')[0] ?? '']
	if (!name || lists[name].peek() === undefined || waiting.has(name)) return
	waiting.add(name)
	setTimeout(() => {
		waiting.delete(name)
		void load(name)
	}, GATHER_MS)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of this page, and what the things are called that they name by an id. */
import { signal } from '@preact/signals'
import { ApiError, get, getAll, post } from '../api/client'
import type { Id, Page, Time } from '../api/types'
import { nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import {
	type ErasureState,
	type HoldState,
	isToldTerms,
	mayErasePerson,
	mayHold,
} from './rights'

export interface Hold {
	id: Id
	subject: Id
	since?: Time
	until?: Time
	reason: string
	state: HoldState
	set_by?: Id
	set_name?: string
	set_at?: Time
	lifted_name?: string
	lifted_at?: Time
	lift_reason?: string
}

export interface Erasure {
	id: Id
	subject: Id
	reason: string
	state: ErasureState
	asked_by?: Id
	asked_name?: string
	asked_at?: Time
	decided_name?: string
	decision?: string
	decided_at?: Time
	done_at?: Time
}

export interface Retention {
	swept_at?: Time
	rules: { what: 'tracks' | 'incidents' | 'media'; days: number; swept: number }[]
	holds: number
}

export interface Named {
	id: Id
	name?: string
	name_ur?: string
	callsign?: string
	number?: string
	erased_at?: Time
}

export const holds = signal<readonly Hold[] | undefined>(undefined)
export const erasures = signal<readonly Erasure[] | undefined>(undefined)
export const retention = signal<Retention | undefined>(undefined)
export const failed = signal('')
/* What can be chosen, by kind. */
export const choices = signal<Readonly<Record<string, readonly Named[]>>>({})

export function explain(error: unknown): string {
	if (!(error instanceof ApiError))
		return error instanceof Error ? error.message : String(error)
	return error.status === 0 ? t('keep.offline') : (error.problem.detail ?? error.message)
}

const newest = <T extends { id: Id }>(list: readonly T[]): T[] => [...list].reverse()

export async function load(): Promise<void> {
	try {
		holds.value = newest(await getAll<Hold>('/holds'))
		erasures.value = newest(await getAll<Erasure>('/erasures'))
		/* Another agency is not told of the house's terms. */
		if (isToldTerms(me.peek())) retention.value = await get<Retention>('/retention')
		failed.value = ''
	} catch (error) {
		failed.value = explain(error)
	}
}

/* Sites and units for who may hold, the agency's own people for who may ask to erase. */
export async function loadChoices(): Promise<void> {
	const who = me.peek()
	if (!who) return
	const list = (path: string) => getAll<Named>(path).catch(() => [])
	const next: Record<string, readonly Named[]> = {}
	if (mayHold(who)) {
		next.site = await list('/sites')
		next.unit = await list('/units')
	}
	if (mayErasePerson(who)) next.person = await list('/people')
	choices.value = next
}

/* "khi.i.77": the letter tells what it is. */
const LETTERS: Readonly<Record<string, string>> = {
	i: 'incident',
	s: 'site',
	u: 'unit',
	h: 'person',
}
export const kindOf = (id: Id) => LETTERS[id.split('.')[1] ?? ''] ?? 'other'

const numbers = signal<ReadonlyMap<Id, string>>(new Map())
const asked = new Set<Id>()

/* An incident is called by its number, which it is asked for once. */
function numberOf(id: Id): string | undefined {
	const known = numbers.value.get(id)
	if (known || asked.has(id)) return known
	asked.add(id)
	void get<Named>(`/incidents/${id}`).then(
		(found) => {
			numbers.value = new Map(numbers.peek()).set(id, found.number ?? id)
		},
		() => undefined,
	)
	return undefined
}

export function labelOf(id: Id): string {
	const kind = kindOf(id)
	if (kind === 'incident') return numberOf(id) ?? id
	const found = choices.value[kind]?.find((one) => one.id === id)
	if (!found) return id
	return found.callsign ?? (found.name ? nameOf(found as Required<Named>) : id)
}

/* An incident by the number that people say. */
export async function incidentOf(number: string): Promise<Id | undefined> {
	const q = encodeURIComponent(number.trim())
	const page = await get<Page<Named>>(`/incidents?q=${q}&limit=20`)
	return page.items.find((one) => one.number?.toLowerCase() === number.trim().toLowerCase())
		?.id
}

export const setHold = (body: object) => post<Hold>('/holds', body)
export const liftHold = (id: Id, reason: string) =>
	post<Hold>(`/holds/${id}/lift`, { reason })
export const askErasure = (body: object) => post<Erasure>('/erasures', body)
export const decideErasure = (id: Id, approve: boolean, reason: string) =>
	post<Erasure>(`/erasures/${id}/decision`, { approve, reason })

/* SPDX-License-Identifier: Apache-2.0 */
/* What the SOS page says to the server. It carries the phone's own token and no cookie,
 * so that a console's session on the same machine never speaks for it; a person who is
 * logged in for a site may press with that session instead. An answer that does not look
 * like the server's (a hotel's login page, say) is no answer. */

import type { Head } from '../lib/heads'
import type { Answer, Deliver, Place, Stage } from '../state/outbox'

export interface Enrolment {
	token: string
	invitation: string
	site: { id: string; name: string; name_ur?: string }
	agency: string
	agency_name: string
	phones: { emergency?: string; room?: string }
	sms?: string
	language?: string
}

/* Who presses: an enrolled phone, a logged-in person of a site, or nobody known. */
export interface Caller {
	token?: string
	csrf?: string
}

const TIMEOUT_MS = 8_000

export class Refused extends Error {
	readonly status: number

	constructor(status: number) {
		super(`refused with ${status}`)
		this.status = status
	}
}

async function ask(method: string, path: string, caller: Caller, body?: object) {
	const headers: Record<string, string> = { accept: 'application/json' }
	if (caller.token) headers.authorization = `Bearer ${caller.token}`
	else if (caller.csrf) headers['x-csrf-token'] = caller.csrf
	if (body) headers['content-type'] = 'application/json'
	const response = await fetch(`/api/v1${path}`, {
		method,
		headers,
		body: body ? JSON.stringify(body) : undefined,
		credentials: !caller.token && caller.csrf ? 'same-origin' : 'omit',
		cache: 'no-store',
		signal: AbortSignal.timeout(TIMEOUT_MS),
	})
	if (!response.ok) throw new Refused(response.status)
	return response.status === 204 || response.status === 202 ? {} : await response.json()
}

/* Older servers have no way to add to a press; then it goes as a press of its own. */
let canAdd = true

function isMissing(error: unknown): boolean {
	return error instanceof Refused && [404, 405, 501].includes(error.status)
}

export function deliverAs(caller: () => Caller): Deliver {
	return async (item, earlier) => {
		if (earlier?.answer && canAdd) {
			const { key, kind, message, position, at } = item.press
			try {
				await addTo(earlier.answer.signal, caller(), { key, kind, message, position, at })
				return { answer: earlier.answer }
			} catch (error) {
				if (!isMissing(error)) throw error
				canAdd = false
			}
		}
		const answer = (await ask('POST', '/sos', caller(), item.press)) as Partial<Answer>
		if (typeof answer.signal !== 'string' || typeof answer.incident !== 'string')
			throw new Error('not an answer')
		return { answer: answer as Answer }
	}
}

interface Addition {
	key: string
	kind?: string
	message?: string
	position?: Place
	at: string
}

function addTo(signal: string, caller: Caller, more: Addition): Promise<unknown> {
	return ask('POST', `/sos/${encodeURIComponent(signal)}/more`, caller, more)
}

/* False when this server takes no later place. */
export async function refine(
	signal: string,
	caller: Caller,
	position: Place,
): Promise<boolean> {
	if (!canAdd) return false
	try {
		const at = new Date().toISOString()
		await addTo(signal, caller, { key: crypto.randomUUID(), position, at })
	} catch (error) {
		if (isMissing(error)) canAdd = false
		return !isMissing(error)
	}
	return true
}

/* The stages so far; undefined when this caller may not follow the press. */
export async function stagesOf(
	signal: string,
	caller: Caller,
): Promise<Stage[] | undefined> {
	try {
		const found = await ask('GET', `/sos/${encodeURIComponent(signal)}`, caller)
		return Array.isArray(found.stages) ? (found.stages as Stage[]) : undefined
	} catch (error) {
		if (error instanceof Refused && [401, 403, 404].includes(error.status)) return undefined
		throw error
	}
}

/* False when the server says that the code was wrong. Whatever else it made of a code is
 * not in its answer. */
export async function askCancel(
	signal: string,
	caller: Caller,
	code: string,
): Promise<boolean> {
	const path = `/sos/${encodeURIComponent(signal)}/cancel`
	const answer = await ask('POST', path, caller, code ? { code } : {})
	return answer.cancel !== 'refused'
}

export async function enrol(code: string): Promise<Enrolment> {
	const found = await ask('POST', '/enrolments', {}, { code })
	if (typeof found.token !== 'string') throw new Error('not an enrolment')
	return found as Enrolment
}

export async function newestHead(caller: Caller): Promise<Head | undefined> {
	const head = await ask('GET', '/head', caller)
	return typeof head.seq === 'number' && typeof head.hash === 'string' ? head : undefined
}

/* The session of a person of a site, when this browser has one. */
export async function siteSession(): Promise<{ csrf: string; name: string } | undefined> {
	const response = await fetch('/api/v1/session', {
		credentials: 'same-origin',
		cache: 'no-store',
		signal: AbortSignal.timeout(TIMEOUT_MS),
	})
	if (!response.ok) return undefined
	const session = await response.json()
	return session.role === 'site' ? { csrf: session.csrf, name: session.name } : undefined
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the server. One place knows the CSRF token, the error format and that
 * every answer tells the server's time. */
import { learnServerTime } from '../lib/time'
import type { Page, Problem, Session } from './types'

export class ApiError extends Error {
	readonly problem: Problem

	constructor(problem: Problem) {
		super(problem.detail ?? problem.title)
		this.problem = problem
	}

	get code(): string {
		return this.problem.code
	}

	get status(): number {
		return this.problem.status
	}
}

const TIMEOUT_MS = 10_000
let csrf = ''
/* For the one thing that is no JSON: a file that is sent. */
export const csrfToken = () => csrf
let onSessionEnd: (() => void) | undefined

/* What a page does when the server says that the session is over. */
export function whenSessionEnds(run: () => void): void {
	onSessionEnd = run
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
	const headers: Record<string, string> = { accept: 'application/json' }
	if (body !== undefined) headers['content-type'] = 'application/json'
	if (method !== 'GET' && csrf) headers['x-csrf-token'] = csrf
	let response: Response
	try {
		response = await fetch(`/api/v1${path}`, {
			method,
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
			credentials: 'same-origin',
			cache: 'no-store',
			signal: AbortSignal.timeout(TIMEOUT_MS),
		})
	} catch {
		throw new ApiError({ code: 'unreachable', title: 'unreachable', status: 0 })
	}
	if (response.status === 204) return undefined as T
	const text = await response.text()
	let parsed: unknown
	try {
		parsed = text ? JSON.parse(text) : undefined
	} catch {
		parsed = undefined
	}
	if (response.ok && parsed !== undefined) return parsed as T
	const said = (parsed ?? {}) as Partial<Problem>
	const problem: Problem = {
		...said,
		code: said.code ?? `http_${response.status}`,
		title: said.title ?? response.statusText,
		status: response.status,
	}
	if (problem.status === 401 && path !== '/session') onSessionEnd?.()
	throw new ApiError(problem)
}

export const get = <T>(path: string) => request<T>('GET', path)
export const post = <T>(path: string, body: unknown = {}) => request<T>('POST', path, body)
export const patch = <T>(path: string, body: unknown) => request<T>('PATCH', path, body)
export const remove = (path: string) => request<void>('DELETE', path)

/* All pages of a list; the cap keeps a wrong cursor from looping for ever. */
export async function getAll<T>(
	path: string,
	from: string | null = null,
	cap = 20_000,
): Promise<T[]> {
	const items: T[] = []
	let after = from
	do {
		const join: string = path.includes('?') ? '&' : '?'
		const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
		const page: Page<T> = await get<Page<T>>(`${path}${join}limit=500${cursor}`)
		items.push(...page.items)
		after = page.next ?? null
	} while (after !== null && items.length < cap)
	return items
}

function keep(session: Session): Session {
	csrf = session.csrf
	learnServerTime(session.now)
	return session
}

export async function login(
	name: string,
	password: string,
	totp: string,
): Promise<Session> {
	return keep(
		await post<Session>('/session', { login: name, password, ...(totp && { totp }) }),
	)
}

/* The secret of a second factor comes once; it is on when a code of it came back. */
export function askTotp(password: string): Promise<{ secret: string; qr_svg: string }> {
	return post('/session/totp', { password })
}

export async function setTotp(state: 'on' | 'off', code: string): Promise<Session> {
	return keep(await patch<Session>('/session/totp', { state, code }))
}

/* The present session, or undefined when there is none. */
export async function session(): Promise<Session | undefined> {
	try {
		return keep(await get<Session>('/session'))
	} catch (error) {
		if (error instanceof ApiError && error.status === 401) return undefined
		throw error
	}
}

export async function setSessionLanguage(language: string): Promise<Session> {
	return keep(await patch<Session>('/session', { language }))
}

export async function changePassword(old: string, next: string): Promise<void> {
	await post('/session/password', { old, new: next })
}

export async function logout(): Promise<void> {
	await remove('/session')
	csrf = ''
}

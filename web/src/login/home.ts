/* SPDX-License-Identifier: Apache-2.0 */
/* Where a person goes after the login: the page that asked for it, else the page of the
 * role. Pure. */
import type { Role } from '../api/types'

export type PageName =
	| 'console'
	| 'board'
	| 'tablet'
	| 'sos'
	| 'admin'
	| 'report'
	| 'liaison'
	| 'keep'

/* The first is the role's own page. */
const PAGES: Readonly<Record<Role, readonly PageName[]>> = {
	administrator: ['admin', 'report', 'keep'],
	dispatcher: ['console', 'board', 'liaison'],
	supervisor: ['console', 'board', 'liaison', 'report', 'keep'],
	duty_officer: ['console', 'board', 'liaison', 'report', 'keep'],
	responder: ['tablet'],
	site: ['sos', 'liaison'],
	liaison: ['liaison', 'report', 'keep'],
	oversight: ['report', 'keep'],
	board: ['board'],
}

export function pagesOf(role: Role): readonly PageName[] {
	return PAGES[role] ?? []
}

/* Only a page of this node: an address from outside must not borrow our login. */
export function safeNext(next: string | null): string | undefined {
	return next && /^\/[a-z]/.test(next) && !next.includes('\\') ? next : undefined
}

export function homeOf(role: Role, next: string | null): string | undefined {
	const wanted = safeNext(next)
	if (wanted) return wanted
	const [first] = pagesOf(role)
	return first && `/${first}`
}

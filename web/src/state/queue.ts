/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the queue and what of it a board page shows. Pure. */
import type { Id, Incident, Priority } from '../api/types'

const RANK: Readonly<Record<Priority, number>> = { P1: 1, P2: 2, P3: 3 }

export function isOpen(incident: Incident): boolean {
	return incident.state !== 'closed'
}

export function isAlarming(incident: Incident): boolean {
	return isOpen(incident) && incident.unacknowledged && incident.priority === 'P1'
}

/* Unacknowledged first, then priority, then the time left to the target. */
export function compareIncidents(a: Incident, b: Incident): number {
	if (a.unacknowledged !== b.unacknowledged) return a.unacknowledged ? -1 : 1
	if (a.priority !== b.priority) return RANK[a.priority] - RANK[b.priority]
	const dueA = a.due ? Date.parse(a.due.at) : Number.MAX_SAFE_INTEGER
	const dueB = b.due ? Date.parse(b.due.at) : Number.MAX_SAFE_INTEGER
	if (dueA !== dueB) return dueA - dueB
	return a.raised_at < b.raised_at ? -1 : a.raised_at > b.raised_at ? 1 : 0
}

export function sortedQueue(incidents: Iterable<Incident>): Incident[] {
	return [...incidents].filter(isOpen).sort(compareIncidents)
}

/* While the pointer or the focus is on the queue nothing moves: known rows keep their
 * places, new ones go below; `moved` tells how many would now stand higher. */
export function holdOrder(
	fresh: readonly Incident[],
	held: readonly Id[],
): { rows: Incident[]; above: number } {
	const byId = new Map(fresh.map((i) => [i.id, i]))
	const kept = held.flatMap((id) => byId.get(id) ?? [])
	const shown = new Set(held)
	const added = fresh.filter((i) => !shown.has(i.id))
	const lastKept = kept.at(-1)
	const above = lastKept
		? added.filter((i) => fresh.indexOf(i) < fresh.indexOf(lastKept)).length
		: 0
	return { rows: [...kept, ...added], above }
}

/* One page of the board. P1 rows are on each page; the others take turns in what room
 * is left (at least one row, unless P1 fill the board). */
export function boardPage(
	queue: readonly Incident[],
	rows: number,
	turn: number,
): { rows: Incident[]; page: number; pages: number; hiddenP1: number } {
	const first = queue.filter((i) => i.priority === 'P1')
	const rest = queue.filter((i) => i.priority !== 'P1')
	const fixed = first.slice(0, rows)
	const room = rows - fixed.length
	if (rest.length === 0 || room === 0)
		return { rows: fixed, page: 0, pages: 1, hiddenP1: first.length - fixed.length }
	const pages = Math.ceil(rest.length / room)
	const page = turn % pages
	return {
		rows: [...fixed, ...rest.slice(page * room, (page + 1) * room)],
		page,
		pages,
		hiddenP1: 0,
	}
}

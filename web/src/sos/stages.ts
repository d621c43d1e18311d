/* SPDX-License-Identifier: Apache-2.0 */
/* What a press has come to, as plain sentences: which are true, since when, and which
 * come next. "Received" is true only with the server's durable answer. Pure. */
import type { Item, Stage } from '../state/outbox'

export const STAGES = [
	'received',
	'acknowledged',
	'unit_accepted',
	'unit_near',
	'on_scene',
	'closed',
] as const
export type StageName = (typeof STAGES)[number]

export interface Line {
	/* The key of the sentence. */
	say: string
	done: boolean
	at?: string
	/* The server's own words: who, when, how far. */
	detail?: string
}

/* Unanswered for so long, a person should telephone as well. */
export const ANSWER_PATIENCE_MS = 45_000

export function linesOf(item: Item, isOnline: boolean): Line[] {
	const reached = new Map(item.stages.map((stage) => [stage.stage, stage]))
	const lines: Line[] = [
		{ say: savedSentence(item, isOnline), done: true, at: iso(item.made) },
	]
	if (item.answer) lines.length = 0
	for (const name of shown(item)) {
		const stage = reached.get(name)
		const done = stage !== undefined || (name === 'received' && item.answer !== undefined)
		const line: Line = { say: sentence(name, item), done }
		if (stage) line.at = stage.at
		if (stage?.text && isTelling(stage)) line.detail = stage.text
		lines.push(line)
	}
	return withoutGaps(lines)
}

/* The newest true sentence: what the screen says large. */
export function headline(lines: Line[]): Line | undefined {
	return lines.findLast((line) => line.done)
}

export function isClosed(item: Item): boolean {
	return item.stages.some((stage) => stage.stage === 'closed')
}

export function isOpen(item: Item): boolean {
	return !item.about && !item.put_away && !isClosed(item)
}

export function isAnswered(item: Item): boolean {
	return item.stages.some((stage) => stage.stage !== 'received')
}

/* Nobody answered in time: say that telephoning is wise. */
export function isUnanswered(item: Item, now: number): boolean {
	return !isAnswered(item) && now - item.made > ANSWER_PATIENCE_MS
}

/* The server's sentence is ours in its words, unless it gives a name's time, a distance,
 * or why the call ended. */
function isTelling(stage: Stage): boolean {
	return stage.stage === 'closed' || /\d|:/.test(stage.text ?? '')
}

function shown(item: Item): StageName[] {
	if (item.press.test) return ['received', 'acknowledged']
	const near = item.stages.some((stage) => stage.stage === 'unit_near')
	const closed = isClosed(item)
	return STAGES.filter((name) =>
		name === 'unit_near' ? near : name === 'closed' ? closed : true,
	)
}

function sentence(name: StageName, item: Item): string {
	if (!item.press.test) return name
	return name === 'received' ? 'test_received' : 'test_done'
}

function savedSentence(item: Item, isOnline: boolean): string {
	return isOnline && item.tries < 2 ? 'saved' : 'waiting'
}

/* A later stage proves the earlier ones, also when the server skipped them. A case that
 * was closed without a unit did not have one, so closing proves nothing. */
function withoutGaps(lines: Line[]): Line[] {
	const last = lines.findLastIndex((line) => line.done && line.say !== 'closed')
	const closed = lines.some((line) => line.say === 'closed')
	return lines
		.map((line, i) => (i < last ? { ...line, done: true } : line))
		.filter((line) => line.done || !closed)
}

function iso(ms: number): string {
	return new Date(ms).toISOString()
}

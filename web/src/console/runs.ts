/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline as a person reads it: what a machine says again and again (the ladder's
 * steps, the messages of the second path, presses of the same button) is one line with
 * how often and when last. What people did is never folded, and it ends a run: the
 * order of their deeds among the machine's is what the timeline is for. Pure. */
import type { TimelineEntry } from '../api/types'

export interface Run {
	/* Newest first; one for what stands by itself. */
	readonly entries: readonly [TimelineEntry, ...TimelineEntry[]]
}

const REPEATED = new Set([
	'incident.escalated',
	'page.owed',
	'page.sent',
	'page.failed',
	'signal.received',
])
/* Two lines are as easily read as one that hides them. */
const FOLDED = 3

/* Newest first, whatever the order they come in. */
export function runsOf(timeline: readonly TimelineEntry[]): Run[] {
	const newest = [...timeline].sort((a, b) => b.seq - a.seq)
	const runs: [TimelineEntry, ...TimelineEntry[]][] = []
	/* Since a person last did something. Step and message take turns. */
	let open = new Map<string, [TimelineEntry, ...TimelineEntry[]]>()
	for (const entry of newest) {
		if (!REPEATED.has(entry.type)) open = new Map()
		const kind = `${entry.type} ${entry.text ?? ''} ${entry.actor_name ?? ''}`
		const run = open.get(kind)
		if (run) {
			run.push(entry)
			continue
		}
		const begun: [TimelineEntry, ...TimelineEntry[]] = [entry]
		if (REPEATED.has(entry.type)) open.set(kind, begun)
		runs.push(begun)
	}
	return runs
		.flatMap<Run>((entries) =>
			entries.length < FOLDED ? entries.map((one) => ({ entries: [one] })) : [{ entries }],
		)
		.sort((a, b) => b.entries[0].seq - a.entries[0].seq)
}

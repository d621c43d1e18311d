/* SPDX-License-Identifier: Apache-2.0 */
/* A page that nobody touches keeps itself well: it takes a new build at a quiet minute,
 * starts afresh each night, and starts afresh when it has been without a line for long
 * although the server answers. */
import { effect } from '@preact/signals'
import { serverNow } from '../lib/time'
import { link, queue } from '../state/room'

const LOOK_MS = 60_000
const STUCK_MS = 120_000
const DAY_MS = 86_400_000
/* 04:10 in Karachi, in UTC. */
const NIGHTLY_MS = (23 * 60 + 10) * 60_000

let lostSince = 0

export function keepWell(): void {
	const born = performance.now()
	let build: string | undefined
	effect(() => {
		if (link.value !== 'lost') lostSince = 0
		else if (lostSince === 0) lostSince = performance.now()
	})
	const look = async () => {
		const answered = await buildId()
		build ??= answered
		const quiet = !queue.peek().some((i) => i.unacknowledged)
		if (answered === undefined) return
		const stuck = lostSince > 0 && performance.now() - lostSince > STUCK_MS
		if (stuck || (quiet && (answered !== build || isNight(born)))) location.reload()
	}
	void look()
	setInterval(() => void look(), LOOK_MS)
}

async function buildId(): Promise<string | undefined> {
	try {
		const answer = await fetch('/build.json', { cache: 'no-store' })
		return ((await answer.json()) as { build?: string }).build
	} catch {
		return undefined
	}
}

function isNight(born: number): boolean {
	const inDay = serverNow() % DAY_MS
	const old = performance.now() - born > DAY_MS / 2
	return old && inDay > NIGHTLY_MS && inDay < NIGHTLY_MS + 10 * 60_000
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that somebody kept elsewhere, as files and paper have them, and what came of laying
 * them beside what the node has at their numbers. Pure but for the question it is given. */

export interface Known {
	seq: number
	hash: string
}

export interface Outcome {
	at: number
	/* Of so many heads; the first and last of them. */
	count: number
	first: number
	last: number
	/* Numbers at which the node has another history, or none. */
	other: readonly number[]
	missing: readonly number[]
}

const HASH = /^[0-9a-f]{64}$/
const PAPER = /^kumak1 \S+ (\d+) ([0-9a-f]{64}) /

function known(value: unknown): Known[] {
	if (Array.isArray(value)) return value.flatMap(known)
	if (typeof value !== 'object' || value === null) return []
	const { seq, hash, heads } = value as Partial<Known> & { heads?: unknown }
	if (heads !== undefined) return known(heads)
	return Number.isSafeInteger(seq) && Number(seq) > 0 && HASH.test(String(hash))
		? [{ seq: Number(seq), hash: String(hash) }]
		: []
}

function ofLine(line: string): Known[] {
	const paper = PAPER.exec(`${line.trim()} `)
	if (paper) return known({ seq: Number(paper[1]), hash: paper[2] })
	try {
		return known(JSON.parse(line))
	} catch {
		return []
	}
}

/* What pages saved, what a witness appended, lines read off paper: all that is a head. */
export function headsOf(text: string): Known[] {
	try {
		return known(JSON.parse(text))
	} catch {
		return text.split('\n').flatMap(ofLine)
	}
}

/* At most so many, the newest and oldest among them. */
export function sampleOf(heads: readonly Known[], most: number): Known[] {
	const sorted = [...new Map(heads.map((h) => [`${h.seq} ${h.hash}`, h])).values()].sort(
		(a, b) => a.seq - b.seq,
	)
	if (sorted.length <= most) return sorted
	const step = (sorted.length - 1) / (most - 1)
	return Array.from({ length: most }, (_, k) => sorted[Math.round(k * step)] as Known)
}

export async function compare(
	heads: readonly Known[],
	hashAt: (seq: number) => Promise<string | undefined>,
	at: number,
): Promise<Outcome> {
	const other: number[] = []
	const missing: number[] = []
	for (const { seq, hash } of heads) {
		const there = await hashAt(seq)
		if (there === undefined) missing.push(seq)
		else if (there !== hash) other.push(seq)
	}
	const first = heads[0]?.seq ?? 0
	return { at, count: heads.length, first, last: heads.at(-1)?.seq ?? 0, other, missing }
}

/* SPDX-License-Identifier: Apache-2.0 */
import { expect, test } from 'vitest'
import { compare, headsOf, sampleOf } from './kept'

const hash = (c: string) => c.repeat(64)
const A = { seq: 7, hash: hash('a') }
const B = { seq: 9, hash: hash('b') }

test('heads of pages, of witnesses and of paper are read, and nothing else is', () => {
	const more = { ...A, at: '2026-03-01T00:00:00.000Z', signature: 'x' }
	expect(headsOf(JSON.stringify({ heads: [more, B] }))).toEqual([A, B])
	expect(headsOf(`${JSON.stringify(more)}\n${JSON.stringify(B)}\n`)).toEqual([A, B])
	expect(headsOf(`kumak1 khi 9 ${hash('b')} 2026-03-01T00:00:00.000Z s k\n`)).toEqual([B])
	expect(headsOf('')).toEqual([])
	for (const bad of [
		{ seq: 0, hash: hash('a') },
		{ seq: 1.5, hash: hash('a') },
		{ seq: 1, hash: 'ab' },
		{ seq: 1, hash: hash('g') },
		null,
		'head',
	])
		expect(headsOf(JSON.stringify(bad))).toEqual([])
})

test('of very many heads the first and the last are always laid beside it', () => {
	const many = Array.from({ length: 1000 }, (_, k) => ({ seq: k + 1, hash: hash('a') }))
	const some = sampleOf([...many].reverse(), 50)
	expect(some).toHaveLength(50)
	expect([some[0]?.seq, some.at(-1)?.seq]).toEqual([1, 1000])
	expect(sampleOf([A, A, B], 50)).toEqual([A, B])
	/* two hashes for one number are two heads: one of them is not of this history */
	expect(sampleOf([A, { ...A, hash: hash('c') }], 50)).toHaveLength(2)
})

test('another history and a tail that is gone are told apart', async () => {
	const there = new Map([[7, hash('a')]])
	const ask = async (seq: number) => there.get(seq)
	expect(await compare([A], ask, 5)).toEqual({
		at: 5,
		count: 1,
		first: 7,
		last: 7,
		other: [],
		missing: [],
	})
	const found = await compare([{ ...A, hash: hash('c') }, B], ask, 5)
	expect(found.other).toEqual([7])
	expect(found.missing).toEqual([9])
})

/* SPDX-License-Identifier: Apache-2.0 */
/* Between a record and the text in a form: what stands in a field, what is wrong with
 * it, and the request that says only what was changed. Pure. */
import { formatPlace, parsePlace } from '../lib/geo'
import type { Field, Noun } from './nouns'

export type AnyRecord = Readonly<Record<string, unknown>> & { id: string }
export type Texts = Readonly<Record<string, string>>
/* Field → the key of the sentence, and its values. */
export type Wrongs = Readonly<Record<string, { say: string; n?: number; words?: string }>>

const ON = '1'

export function textOf(field: Field, record: AnyRecord | undefined): string {
	const value = record?.[field.name]
	if (field.kind === 'secret') return ''
	if (value === undefined || value === null) {
		const other = field.inverse && record ? record[field.inverse] : undefined
		return field.kind === 'bool' && other === false ? ON : ''
	}
	switch (field.kind) {
		case 'bool':
			return value === true ? ON : ''
		case 'place':
			return formatPlace(value as { lat: number; lon: number })
		case 'words':
			return (value as string[]).join(' ')
		case 'phones':
			return (value as { label: string; number: string }[])
				.map((phone) => `${phone.label}: ${phone.number}`)
				.join('\n')
		default:
			return String(value)
	}
}

export function textsOf(noun: Noun, record: AnyRecord | undefined): Texts {
	return Object.fromEntries(noun.fields.map((field) => [field.name, textOf(field, record)]))
}

export function wrongsOf(noun: Noun, texts: Texts, isNew: boolean): Wrongs {
	const wrongs: Record<string, Wrongs[string]> = {}
	for (const field of noun.fields) {
		if (field.once && !isNew) continue
		const wrong = wrongOf(field, (texts[field.name] ?? '').trim())
		if (wrong) wrongs[field.name] = wrong
	}
	if (texts.cancel_code && texts.cancel_code === texts.duress_code)
		wrongs.duress_code = { say: 'wrong.same_code' }
	return wrongs
}

function wrongOf(field: Field, text: string): Wrongs[string] | undefined {
	if (text === '') return field.needed ? { say: 'wrong.needed' } : undefined
	switch (field.kind) {
		case 'int': {
			const n = Number(text)
			if (!/^\d+$/.test(text)) return { say: 'wrong.number' }
			if (field.min !== undefined && n < field.min)
				return { say: 'wrong.least', n: field.min }
			if (field.max !== undefined && n > field.max)
				return { say: 'wrong.most', n: field.max }
			return undefined
		}
		case 'place':
			return parsePlace(text) ? undefined : { say: 'wrong.place' }
		case 'phones': {
			const bad = text.split('\n').find((line) => line.trim() && !phoneOf(line))
			return bad ? { say: 'wrong.phone', words: bad.trim() } : undefined
		}
		case 'secret':
			return text.length < (field.min ?? 0)
				? { say: 'wrong.short', n: field.min ?? 0 }
				: undefined
		case 'text':
			return field.max !== undefined && text.length > field.max
				? { say: 'wrong.long', n: field.max }
				: undefined
		default:
			return undefined
	}
}

function phoneOf(line: string): { label: string; number: string } | undefined {
	const m = /^\s*(?:(.*?)\s*:\s*)?(\+?[\d\s-]{2,24})\s*$/.exec(line)
	return m ? { label: m[1] ?? '', number: (m[2] ?? '').trim() } : undefined
}

/* What goes on the wire: on making, all that was given; on changing, only what changed,
 * and null for what was emptied (RFC 7396). */
export function bodyOf(noun: Noun, texts: Texts, record: AnyRecord | undefined) {
	const body: Record<string, unknown> = {}
	for (const field of noun.fields) {
		if (field.once && record) continue
		const text = (texts[field.name] ?? '').trim()
		if (text === textOf(field, record).trim()) continue
		if (text === '' && field.kind !== 'bool') {
			if (record && field.kind !== 'secret') body[field.name] = null
			continue
		}
		body[field.name] = wireOf(field, text)
	}
	return body
}

function wireOf(field: Field, text: string): unknown {
	switch (field.kind) {
		case 'bool':
			return text === ON
		case 'int':
			return Number(text)
		case 'place':
			return parsePlace(text)
		case 'words':
			return text.split(/[\s,،]+/).filter(Boolean)
		case 'phones':
			return text.split('\n').flatMap((line) => phoneOf(line) ?? [])
		default:
			return text
	}
}

/* The server names the field in `field`, or begins its sentence with it. */
export function fieldOf(
	noun: Noun,
	problem: { field?: unknown; detail?: string | undefined },
): string | undefined {
	const named = typeof problem.field === 'string' ? problem.field : ''
	const first = problem.detail?.split(/[\s:]/)[0]
	return noun.fields.find((field) => field.name === named || field.name === first)?.name
}

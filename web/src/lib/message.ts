/* SPDX-License-Identifier: Apache-2.0 */
/* The part of ICU MessageFormat that the catalogs use: {name}, {n, plural, one {…}
 * other {…}} with # and =0, and {x, select, a {…} other {…}}. A whole library for this
 * weighs a third of a page's budget. Not a general ICU parser. */

export type Values = Readonly<Record<string, string | number>>

type Part = string | { name: string; kind: 'arg' | 'plural' | 'select'; cases: Cases }
type Cases = Map<string, Part[]>

const cache = new Map<string, Part[]>()

export function formatMessage(text: string, language: string, values: Values = {}): string {
	if (!text.includes('{')) return text
	let parts = cache.get(text)
	if (!parts) {
		parts = parse(text)
		cache.set(text, parts)
	}
	return write(parts, language, values, undefined)
}

function parse(text: string): Part[] {
	let i = 0
	const nested = (): Part[] => {
		const out: Part[] = []
		let plain = ''
		while (i < text.length && text[i] !== '}') {
			if (text[i] !== '{') {
				plain += text[i++]
				continue
			}
			if (plain) out.push(plain)
			plain = ''
			i++
			out.push(argument())
		}
		if (plain) out.push(plain)
		return out
	}
	const argument = (): Part => {
		const name = word()
		if (text[i] === '}') {
			i++
			return { name, kind: 'arg', cases: new Map() }
		}
		i++
		const kind = word() === 'plural' ? 'plural' : 'select'
		i++
		const cases: Cases = new Map()
		while (i < text.length) {
			while (/\s/.test(text[i] ?? '')) i++
			if (text[i] === '}') break
			const label = word()
			i++
			cases.set(label, nested())
			i++
		}
		i++
		return { name, kind, cases }
	}
	const word = (): string => {
		const from = i
		while (i < text.length && !'{},'.includes(text[i] ?? '')) i++
		return text.slice(from, i).trim()
	}
	const out: Part[] = []
	while (i < text.length) {
		out.push(...nested())
		if (text[i] === '}') i++
	}
	return out
}

function write(parts: Part[], language: string, values: Values, count?: number): string {
	return parts
		.map((part) => {
			if (typeof part === 'string')
				return count === undefined ? part : part.replaceAll('#', String(count))
			const value = values[part.name] ?? ''
			if (part.kind === 'arg') return String(value)
			const key =
				part.kind === 'select'
					? String(value)
					: pluralKey(part.cases, Number(value), language)
			const chosen = part.cases.get(key) ?? part.cases.get('other') ?? []
			return write(chosen, language, values, part.kind === 'plural' ? Number(value) : count)
		})
		.join('')
}

function pluralKey(cases: Cases, n: number, language: string): string {
	if (cases.has(`=${n}`)) return `=${n}`
	return new Intl.PluralRules(language).select(n)
}

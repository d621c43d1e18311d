/* SPDX-License-Identifier: Apache-2.0 */
/* Folding for search in the page: letter variants of Urdu, Arabic and Persian keyboards
 * become one, diacritics go, digits become Latin, case goes. */

const SAME: Readonly<Record<string, string>> = {
	ي: 'ی',
	ى: 'ی',
	ئ: 'ی',
	ك: 'ک',
	ه: 'ہ',
	ة: 'ہ',
	ۃ: 'ہ',
	ھ: 'ہ',
	أ: 'ا',
	إ: 'ا',
	آ: 'ا',
	ٱ: 'ا',
	ؤ: 'و',
	ء: '',
}

export function fold(text: string): string {
	return text
		.normalize('NFC')
		.replace(/[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200c\u200d]/g, '')
		.replace(/[\u0660-\u0669]/g, (d) => String(d.charCodeAt(0) - 0x660))
		.replace(/[\u06f0-\u06f9]/g, (d) => String(d.charCodeAt(0) - 0x6f0))
		.replace(/[يىئكهةۃھأإآٱؤء]/g, (c) => SAME[c] ?? c)
		.toLowerCase()
		.trim()
}

export function matches(query: string, ...fields: (string | undefined)[]): boolean {
	const wanted = fold(query).split(/\s+/).filter(Boolean)
	const have = fold(fields.filter(Boolean).join(' '))
	return wanted.every((w) => have.includes(w))
}

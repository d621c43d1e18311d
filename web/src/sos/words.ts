/* SPDX-License-Identifier: Apache-2.0 */
/* The languages of the SOS page. Four are complete; six have the main sentences, and the
 * rest of theirs is English, marked as English so that it is read out as such. English
 * is in the page itself: a sentence can be late, never missing. */
import { computed, signal } from '@preact/signals'
import { formatMessage, type Values } from '../lib/message'
import english from './strings/en.json'

type Catalog = Readonly<Record<string, string>>

interface Tongue {
	/* In its own words: the list must be readable by who needs it. */
	name: string
	dir: 'rtl' | 'ltr'
	load: () => Promise<{ default: Catalog }>
}

export const TONGUES = {
	ur: { name: 'اردو', dir: 'rtl', load: () => import('./strings/ur.json') },
	sd: { name: 'سنڌي', dir: 'rtl', load: () => import('./strings/sd.json') },
	en: { name: 'English', dir: 'ltr', load: async () => ({ default: english as Catalog }) },
	zh: { name: '中文', dir: 'ltr', load: () => import('./strings/zh.json') },
	ar: { name: 'العربية', dir: 'rtl', load: () => import('./strings/ar.json') },
	fa: { name: 'فارسی', dir: 'rtl', load: () => import('./strings/fa.json') },
	ru: { name: 'Русский', dir: 'ltr', load: () => import('./strings/ru.json') },
	fr: { name: 'Français', dir: 'ltr', load: () => import('./strings/fr.json') },
	ja: { name: '日本語', dir: 'ltr', load: () => import('./strings/ja.json') },
	ko: { name: '한국어', dir: 'ltr', load: () => import('./strings/ko.json') },
} as const satisfies Record<string, Tongue>

export type Code = keyof typeof TONGUES
export const CODES = Object.keys(TONGUES) as Code[]

const STORED = 'kumak.sos.language'
const spoken = signal<Code>('en')
const catalog = signal<Catalog>(english)

export const language = computed(() => spoken.value)

export interface Said {
	text: string
	/* Set when the sentence is not in the page's language. */
	lang?: 'en'
}

export function say(key: string, values?: Values): Said {
	const own = catalog.value[key]
	if (own !== undefined) return { text: formatMessage(own, spoken.value, values) }
	const fallback = (english as Catalog)[key] ?? key
	return { text: formatMessage(fallback, 'en', values), lang: 'en' }
}

export function text(key: string, values?: Values): string {
	return say(key, values).text
}

/* What this phone was last told, then ?lang=, then its own languages, then Urdu. */
export function firstLanguage(): Code {
	const asked = new URLSearchParams(location.search).get('lang')
	const wanted = [asked, localStorage.getItem(STORED), ...navigator.languages]
	for (const tag of wanted) {
		const code = CODES.find((known) => known === tag?.slice(0, 2))
		if (code) return code
	}
	return 'ur'
}

export function isChosen(): boolean {
	return localStorage.getItem(STORED) !== null || location.search.includes('lang=')
}

export async function speak(code: Code, remember = true): Promise<void> {
	let loaded: Catalog
	try {
		loaded = (await TONGUES[code].load()).default
	} catch {
		return
	}
	catalog.value = loaded
	spoken.value = code
	document.documentElement.lang = code
	document.body.dir = TONGUES[code].dir
	document.title = text('title')
	if (remember) localStorage.setItem(STORED, code)
}

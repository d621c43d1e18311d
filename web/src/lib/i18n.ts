/* SPDX-License-Identifier: Apache-2.0 */
/* The language of the page: its catalogs, its direction, its switch. Each app brings
 * one catalog file per language; they are merged with the common ones and loaded only
 * when that language is wanted. `t()` reads a signal, so a switch redraws the page. */
import { computed, signal } from '@preact/signals'
import { formatMessage, type Values } from './message'

export type Language = 'ur' | 'sd' | 'en' | 'zh'
export type Catalog = Readonly<Record<string, string>>
export type Loader = () => Promise<{ default: Catalog }>
export type Loaders = Readonly<Record<Language, Loader>>

export const LANGUAGES: readonly Language[] = ['ur', 'sd', 'en', 'zh']
/* Each language in its own words: the switch must be readable by who needs it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
	ur: 'اردو',
	sd: 'سنڌي',
	en: 'English',
	zh: '中文',
}

const STORED = 'kumak.language'
const DENSE = 'kumak.dense'
const common: Loaders = {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
}

const current = signal<Language>('ur')
const catalog = signal<Catalog>({})
const sources: Loaders[] = [common]

export const language = computed(() => current.value)
export const direction = computed<'rtl' | 'ltr'>(() => directionOf(current.value))
/* Dense: Naskh instead of Nastaliq in Urdu tables. */
export const dense = signal(false)

function directionOf(one: Language): 'rtl' | 'ltr' {
	return one === 'ur' || one === 'sd' ? 'rtl' : 'ltr'
}

export function isLanguage(text: string | null | undefined): text is Language {
	return LANGUAGES.some((l) => l === text)
}

/* Called once by each page before its first draw: ?lang=, then the last choice of this
 * browser, then Urdu. */
export async function initLanguage(app: Loaders): Promise<void> {
	sources.push(app)
	const asked = new URLSearchParams(location.search).get('lang')
	const stored = localStorage.getItem(STORED)
	dense.value = localStorage.getItem(DENSE) === '1'
	await setLanguage(isLanguage(asked) ? asked : isLanguage(stored) ? stored : 'ur', false)
	setDense(dense.value)
}

/* A part of a page that comes late brings its words with it. */
export async function addCatalogs(late: Loaders): Promise<void> {
	sources.push(late)
	await setLanguage(current.value, false)
}

export async function setLanguage(next: Language, remember = true): Promise<void> {
	const loaded = await Promise.all(sources.map((s) => s[next]()))
	catalog.value = Object.assign({}, ...loaded.map((l) => l.default))
	current.value = next
	document.documentElement.lang = next
	/* On <body>: on <html> it makes MapLibre's canvases mirror brackets. */
	document.body.dir = directionOf(next)
	if (remember) localStorage.setItem(STORED, next)
}

export function setDense(on: boolean): void {
	dense.value = on
	document.documentElement.dataset.dense = on ? 'on' : 'off'
	localStorage.setItem(DENSE, on ? '1' : '0')
}

export function t(key: string, values?: Values): string {
	const text = catalog.value[key]
	return text === undefined ? key : formatMessage(text, current.value, values)
}

/* A word from the server's open lists (kinds, labels): the catalog's word where there
 * is one, else the word itself. */
export function word(group: string, value: string | undefined): string {
	if (!value) return '–'
	const text = catalog.value[`${group}.${value}`]
	return text ?? value.replaceAll('_', ' ')
}

/* What stands between the words of a list. */
export function listed(words: readonly string[]): string {
	return words.join({ ur: '، ', sd: '، ', en: ', ', zh: '、' }[current.value])
}

/* The name of a record in the reader's language, else in its script. */
export function nameOf(record: { name: string; name_ur?: string } | undefined): string {
	if (!record) return '–'
	return current.value === 'ur' || current.value === 'sd'
		? record.name_ur || record.name
		: record.name
}

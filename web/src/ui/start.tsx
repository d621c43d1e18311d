/* SPDX-License-Identifier: Apache-2.0 */
/* How each page begins: language, theme, then its app. */
import { type ComponentType, render } from 'preact'
import { initLanguage, type Loaders } from '../lib/i18n'
import './theme.css'

export type Theme = 'dark' | 'light' | 'night'
const STORED = 'kumak.theme'
const THEMES: readonly Theme[] = ['dark', 'light', 'night']

export function theme(): Theme {
	const asked = new URLSearchParams(location.search).get('theme')
	const kept = asked ?? localStorage.getItem(STORED)
	return THEMES.find((one) => one === kept) ?? 'dark'
}

export function setTheme(next: Theme): void {
	document.documentElement.dataset.theme = next
	localStorage.setItem(STORED, next)
}

export function cycleTheme(): Theme {
	const shown = document.documentElement.dataset.theme
	const at = THEMES.indexOf(shown as Theme)
	const next = THEMES[(at + 1) % THEMES.length] ?? 'dark'
	setTheme(next)
	return next
}

export async function startPage(App: ComponentType, catalogs: Loaders): Promise<void> {
	document.documentElement.dataset.theme = theme()
	await initLanguage(catalogs)
	const root = document.getElementById('app')
	if (root) render(<App />, root)
}

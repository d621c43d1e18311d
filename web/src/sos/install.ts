/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this phone may throw away what the page keeps, and what to do about it. An
 * installed page keeps its storage; an iPhone's browser clears it after seven days. */
import { signal } from '@preact/signals'

interface InstallPrompt extends Event {
	prompt(): Promise<unknown>
}

export const installAdvice = signal<'none' | 'ios' | 'other' | 'offered'>('none')
let prompt: InstallPrompt | undefined

function isInstalled(): boolean {
	const ios = navigator as Navigator & { standalone?: boolean }
	return ios.standalone === true || matchMedia('(display-mode: standalone)').matches
}

function isIos(): boolean {
	const isPad = navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1
	return /iPhone|iPad|iPod/.test(navigator.userAgent) || isPad
}

export async function watchInstall(): Promise<void> {
	addEventListener('beforeinstallprompt', (event) => {
		event.preventDefault()
		prompt = event as InstallPrompt
		installAdvice.value = 'offered'
	})
	addEventListener('appinstalled', () => {
		installAdvice.value = 'none'
	})
	if (isInstalled()) return
	if (isIos()) {
		installAdvice.value = 'ios'
		return
	}
	const isKept = await navigator.storage?.persisted?.().catch(() => false)
	if (!isKept && installAdvice.value === 'none') installAdvice.value = 'other'
}

export async function install(): Promise<void> {
	await prompt?.prompt()
	prompt = undefined
	installAdvice.value = 'none'
}

/* Only the shell of this page works without a link; no other page, no answer. */
export async function registerWorker(): Promise<void> {
	if (!import.meta.env.PROD) return
	try {
		await navigator.serviceWorker?.register('/sw.js', { scope: '/sos' })
	} catch {
		/* No worker: the page works, but needs a link to open. */
	}
}

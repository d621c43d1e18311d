/* SPDX-License-Identifier: Apache-2.0 */
/* The channels of the liaison room at the console: how much is unread and owed stands on
 * its button, and they open in a drawer over the units. Its code comes after all else. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { addCatalogs, t } from '../lib/i18n'
import './liaison.css'

type Room = typeof import('../liaison/pane')
const room = signal<Room | undefined>(undefined)
const isOpen = signal(false)
let isComing = false

async function come(): Promise<void> {
	if (isComing) return
	isComing = true
	for (;;) {
		try {
			const found = await import('../liaison/pane')
			await addCatalogs(found.words)
			room.value = found
			void found.begin()
			return
		} catch {
			await new Promise((done) => setTimeout(done, 3_000))
		}
	}
}

export function LiaisonLink() {
	useEffect(() => {
		void come()
	}, [])
	const unread = room.value?.unread.value ?? 0
	const owed = room.value?.owed.value.length ?? 0
	return (
		<button
			type="button"
			class="btn small"
			aria-expanded={isOpen.value}
			onClick={() => {
				isOpen.value = !isOpen.value
			}}
		>
			{t('tool.liaison')}
			{unread > 0 && (
				<b class="badge num">
					{unread >= 50 ? '50+' : unread}
					<span class="hidden"> {t('liaison.unread')}</span>
				</b>
			)}
			{owed > 0 && <span class="chip warn">{t('liaison.owed', { n: owed })}</span>}
		</button>
	)
}

export function Drawer() {
	if (!isOpen.value) return null
	const found = room.value
	const close = () => {
		isOpen.value = false
	}
	return (
		<aside
			class="liaison drawer"
			aria-label={t('tool.liaison')}
			onKeyDown={(e) => {
				const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test((e.target as Element).tagName)
				if (e.key === 'Escape' && !isTyping && !document.querySelector('dialog[open]'))
					close()
			}}
		>
			<header class="row wrap">
				<h2 class="grow">{t('tool.liaison')}</h2>
				{found && found.owed.value.length > 0 && (
					<button type="button" class="btn small main" onClick={found.openOwed}>
						{t('liaison.owed', { n: found.owed.value.length })}
					</button>
				)}
				<a class="btn small" href="/liaison" target="_blank" rel="noopener">
					{t('liaison.window')}
				</a>
				<button type="button" class="btn small" onClick={close}>
					{t('close_dialog')}
				</button>
			</header>
			{found?.isHere.value ? <found.Pane /> : <p class="dim">{t('console.coming')}</p>}
		</aside>
	)
}

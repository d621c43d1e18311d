/* SPDX-License-Identifier: Apache-2.0 */
/* A dialog over the browser's own: it gives the focus back and closes on Esc; Enter in
 * a field submits. A modal one keeps the focus inside; an open one leaves the page at
 * work, for forms that one must be able to leave half filled. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../lib/i18n'

interface Props {
	title: string
	onClose: () => void
	onSubmit?: () => void
	submit?: string
	danger?: boolean
	disabled?: boolean
	wide?: boolean
	open?: boolean
	children: ComponentChildren
}

export function Dialog(props: Props) {
	const { title, onClose, onSubmit, submit, danger, disabled, wide, open, children } = props
	const ref = useRef<HTMLDialogElement>(null)
	const label = useId()
	useEffect(() => {
		const back = document.activeElement
		if (open) ref.current?.show()
		else ref.current?.showModal()
		const first =
			ref.current?.querySelector<HTMLElement>('[data-first]') ??
			ref.current?.querySelector<HTMLElement>('button[type=submit]')
		first?.focus()
		return () => {
			if (back instanceof HTMLElement) back.focus()
		}
	}, [])
	return (
		<dialog
			ref={ref}
			class={`dialog${wide ? ' wide' : ''}${open ? ' open' : ''}`}
			aria-labelledby={label}
			onCancel={(e) => {
				e.preventDefault()
				onClose()
			}}
		>
			<form
				onKeyDown={(e) => {
					if (open && e.key === 'Escape') {
						e.stopPropagation()
						onClose()
					}
				}}
				onSubmit={(e) => {
					e.preventDefault()
					if (!disabled) onSubmit?.()
				}}
			>
				<header>
					<h2 id={label}>{title}</h2>
					<button type="button" class="btn small" onClick={onClose}>
						<kbd>Esc</kbd> {t('close_dialog')}
					</button>
				</header>
				<div class="body">{children}</div>
				{onSubmit && (
					<footer>
						<button
							type="submit"
							class={danger ? 'btn alarm' : 'btn main'}
							disabled={disabled}
						>
							{submit ?? t('save')}
						</button>
					</footer>
				)}
			</form>
		</dialog>
	)
}

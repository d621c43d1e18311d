/* SPDX-License-Identifier: Apache-2.0 */
/* A modal dialog over the browser's own: it keeps the focus inside, gives it back, and
 * closes on Esc. Enter in a field submits. */
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
	children: ComponentChildren
}

export function Dialog(props: Props) {
	const { title, onClose, onSubmit, submit, danger, disabled, wide, children } = props
	const ref = useRef<HTMLDialogElement>(null)
	const label = useId()
	useEffect(() => {
		const back = document.activeElement
		ref.current?.showModal()
		ref.current?.querySelector<HTMLElement>('[data-first]')?.focus()
		return () => {
			if (back instanceof HTMLElement) back.focus()
		}
	}, [])
	return (
		<dialog
			ref={ref}
			class={wide ? 'dialog wide' : 'dialog'}
			aria-labelledby={label}
			onCancel={(e) => {
				e.preventDefault()
				onClose()
			}}
		>
			<form
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Short messages, some with an undo for eight seconds. Nothing that must be seen is
 * only a toast. */
import { signal } from '@preact/signals'
import { t } from '../lib/i18n'

interface Toast {
	id: number
	text: string
	tone: 'plain' | 'good' | 'bad'
	undo?: () => void
}

const SHOWN_MS = 5_000
export const UNDO_MS = 8_000
const toasts = signal<readonly Toast[]>([])
let counter = 0

export function toast(
	text: string,
	tone: Toast['tone'] = 'plain',
	undo?: () => void,
): void {
	const id = ++counter
	toasts.value = [...toasts.value.slice(-4), { id, text, tone, ...(undo && { undo }) }]
	setTimeout(() => dismiss(id), undo ? UNDO_MS : SHOWN_MS)
}

function dismiss(id: number): void {
	toasts.value = toasts.value.filter((one) => one.id !== id)
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((one) => (
				<div key={one.id} class={`toast ${one.tone}`}>
					<span class="grow">{one.text}</span>
					{one.undo && (
						<button
							type="button"
							class="btn small"
							onClick={() => {
								one.undo?.()
								dismiss(one.id)
							}}
						>
							{t('undo')}
						</button>
					)}
				</div>
			))}
		</div>
	)
}

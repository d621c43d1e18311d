/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. F2 or / comes here from anywhere, Esc goes back to where one was
 * and leaves the line as it is. Always left to right, Latin verbs and digits. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { t } from '../lib/i18n'
import { answerWhy } from './actions'
import { reasonOfKey } from './choice'
import { completions, latinDigits } from './command'
import { obey, scene } from './orders'

let cameFrom: Element | null = null

export function goToCommandLine(): void {
	const field = document.getElementById('cmd')
	if (!field || document.activeElement === field) return
	cameFrom = document.activeElement
	field.focus()
}

const HISTORY = 50

export function CommandLine() {
	const text = useSignal('')
	const said = useSignal<{ text: string; ok: boolean } | undefined>(undefined)
	const offered = useSignal<readonly string[]>([])
	const at = useSignal(-1)
	const busy = useSignal(false)
	const history = useRef<string[]>([])
	const back = useRef(0)

	const set = (next: string) => {
		text.value = next
		offered.value = completions(next, scene())
		at.value = -1
	}
	const go = async () => {
		const line = text.value.trim()
		if (!line || busy.value) return
		busy.value = true
		history.current = [...history.current.filter((h) => h !== line), line].slice(-HISTORY)
		back.current = 0
		try {
			said.value = { text: await obey(line), ok: true }
			set('')
		} catch (error) {
			said.value = {
				text: error instanceof Error ? error.message : String(error),
				ok: false,
			}
		} finally {
			busy.value = false
		}
	}
	const recall = (step: number) => {
		const past = history.current
		if (past.length === 0) return
		back.current = Math.min(past.length, Math.max(0, back.current + step))
		set(back.current === 0 ? '' : (past[past.length - back.current] ?? ''))
		offered.value = []
	}
	const onKey = (e: KeyboardEvent) => {
		const list = offered.value
		/* No command begins with a digit. */
		if (text.value === '' && answerWhy(reasonOfKey(latinDigits(e.key)))) e.preventDefault()
		else if (e.key === 'Enter') {
			e.preventDefault()
			const chosen = list[at.value]
			if (chosen !== undefined) set(`${chosen} `)
			else void go()
		} else if (e.key === 'Tab' && list.length > 0 && !e.shiftKey) {
			e.preventDefault()
			set(`${list[Math.max(0, at.value)] ?? text.value} `)
		} else if (e.key === 'ArrowUp' || e.key === 'ArrowDown') {
			e.preventDefault()
			const step = e.key === 'ArrowUp' ? 1 : -1
			if (text.value === '' || list.length === 0 || back.current > 0) recall(step)
			else at.value = Math.min(list.length - 1, Math.max(-1, at.value - step))
		} else if (e.key === 'Escape') {
			e.preventDefault()
			offered.value = []
			if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus()
			else (e.currentTarget as HTMLElement).blur()
		}
	}
	return (
		<section class="command" aria-label={t('cmd.title')}>
			<kbd>F2</kbd>
			<div class="command-field ltr" dir="ltr">
				<input
					id="cmd"
					class="input"
					dir="ltr"
					lang="en"
					spellcheck={false}
					autocomplete="off"
					role="combobox"
					aria-expanded={offered.value.length > 0}
					aria-controls="cmd-list"
					aria-autocomplete="list"
					aria-activedescendant={at.value >= 0 ? `cmd-${at.value}` : undefined}
					aria-label={t('cmd.title')}
					placeholder="D P-12 K4101 · K · E 12 · A 12 · C 12 R1 · N K4101 text · F karsaz"
					value={text.value}
					onInput={(e) => set(e.currentTarget.value)}
					onKeyDown={onKey}
					onBlur={() => {
						offered.value = []
					}}
				/>
				<div
					id="cmd-list"
					role="listbox"
					aria-label={t('cmd.title')}
					hidden={offered.value.length === 0}
				>
					{offered.value.map((one, n) => (
						<div
							key={one}
							id={`cmd-${n}`}
							role="option"
							tabIndex={-1}
							aria-selected={n === at.value}
							onPointerDown={(e) => {
								e.preventDefault()
								set(`${one} `)
							}}
						>
							{one}
						</div>
					))}
				</div>
			</div>
			<output class={said.value ? (said.value.ok ? 'said ok' : 'said bad') : 'said dim'}>
				{said.value ? said.value.text : t('cmd.hint')}
			</output>
		</section>
	)
}

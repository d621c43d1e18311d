/* SPDX-License-Identifier: Apache-2.0 */
/* The keys. By place on the keyboard, not by letter, so that they work while an Urdu
 * layout is on. Single keys can be turned off in the key map; F2 and Esc stay. */
import { unlock } from '../lib/sound'
import { unitOf } from '../state/room'
import {
	acknowledge,
	answerWhy,
	callBack,
	mute,
	OUTCOMES,
	offer,
	point,
	reopen,
} from './actions'
import { reasonOfKey } from './choice'
import { goToCommandLine } from './commandline'
import { asked, stopAsking } from './override'
import {
	type DialogName,
	dialog,
	mapHandle,
	recommendations,
	select,
	selected,
	selectNext,
	singleKeys,
} from './state'

/* Forms that one may leave half filled for the command line. */
const OPEN_FORMS: readonly DialogName[] = ['call', 'late']

const ignore = (work: Promise<unknown>) => void work.catch(() => undefined)

export function listenToKeys(): void {
	window.addEventListener('keydown', (e: KeyboardEvent) => {
		if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return
		if (e.code === 'F2') {
			e.preventDefault()
			if (!dialog.value || OPEN_FORMS.includes(dialog.value)) goToCommandLine()
			return
		}
		if (e.code === 'Escape' && !dialog.value && isTyping(e.target)) {
			;(e.target as HTMLElement).blur()
			return
		}
		if (dialog.value || isTyping(e.target) || !singleKeys.value) return
		if (onKey(e)) e.preventDefault()
	})
}

function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLInputElement ||
		target instanceof HTMLTextAreaElement ||
		target instanceof HTMLSelectElement
	)
}

/* Space is a button's own key; the chosen row and the map have no use for it. */
function isFree(target: EventTarget | null): boolean {
	if (!(target instanceof Element)) return true
	if (target.matches('.incident-row.chosen .pick, canvas')) return true
	return !target.closest('button, a, summary, [tabindex]')
}

/* True when the key meant something here. */
function onKey(e: KeyboardEvent): boolean {
	if (e.key === '?' || e.key === '؟') {
		dialog.value = 'keys'
		return true
	}
	const typed = /^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1]
	if (!e.shiftKey && answerWhy(reasonOfKey(typed))) return true
	const digit = /^(?:Digit|Numpad)([1-5])$/.exec(e.code)
	if (digit) return onDigit(Number(digit[1]), e.shiftKey)
	if (e.shiftKey) return false
	const incident = selected.value
	switch (e.code) {
		case 'Slash':
		case 'NumpadDivide':
			goToCommandLine()
			return true
		case 'ArrowDown':
			selectNext(1)
			return true
		case 'ArrowUp':
			selectNext(-1)
			return true
		case 'Escape':
			if (asked.value) stopAsking()
			else select(undefined)
			return true
		case 'KeyA':
			if (incident?.unacknowledged) ignore(acknowledge(incident))
			return true
		case 'KeyN':
			document.getElementById('note')?.focus()
			return true
		case 'KeyX':
			if (incident && incident.state !== 'closed') dialog.value = 'close'
			return true
		case 'KeyO':
			if (incident?.state === 'closed') ignore(reopen(incident))
			else dialog.value = 'closed'
			return true
		case 'KeyC':
			dialog.value = 'call'
			return true
		case 'KeyL':
			dialog.value = 'late'
			return true
		case 'KeyT':
			dialog.value = 'tests'
			return true
		case 'KeyS':
			window.open('/paper', '_blank', 'noopener')
			return true
		case 'KeyU':
			document.getElementById('unit-filter')?.focus()
			return true
		case 'KeyG':
			if (incident?.position) mapHandle.value?.goTo(incident.position, 14)
			return true
		case 'KeyH':
			mapHandle.value?.home()
			return true
		case 'Space':
			return isFree(e.target) && point()
		case 'Equal':
		case 'NumpadAdd':
			mapHandle.value?.zoomBy(1)
			return true
		case 'Minus':
		case 'NumpadSubtract':
			mapHandle.value?.zoomBy(-1)
			return true
		case 'KeyM':
			void unlock()
			ignore(mute())
			return true
		default:
			return false
	}
}

function onDigit(n: number, shift: boolean): boolean {
	const incident = selected.value
	if (!incident || incident.state === 'closed') return false
	if (shift) {
		const outcome = OUTCOMES[n - 1]
		if (outcome) ignore(callBack(incident, outcome))
		return true
	}
	const unit = unitOf(recommendations.value?.items[n - 1]?.unit)
	if (n > 3 || !unit) return false
	ignore(offer(incident, [unit]))
	return true
}

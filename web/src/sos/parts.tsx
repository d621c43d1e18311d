/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the SOS page: sentences that know their language, the button that must be
 * held, the language list, the way by telephone that is always there. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Values } from '../lib/message'
import { emergencyNumber, enrolment } from './call'
import { HOLD_MS, type HoldEvent, IDLE, nextHold } from './hold'
import { Pictogram } from './pictograms'
import { place } from './place'
import { CODES, language, say, speak, TONGUES, text } from './words'

export function Say({ k, values }: { k: string; values?: Values }) {
	const said = say(k, values)
	return said.lang ? (
		<span lang={said.lang} dir="ltr">
			{said.text}
		</span>
	) : (
		<>{said.text}</>
	)
}

/* A name that people wrote: its own direction, whatever the page's is. */
export function Name({ children }: { children: string }) {
	return <bdi>{children}</bdi>
}

const RING = 2 * Math.PI * 47

interface HoldProps {
	tone: 'sos' | 'test' | 'again'
	label: string
	hint: string
	onPress: () => void
}

export function HoldButton({ tone, label, hint, onPress }: HoldProps) {
	const [hold, setHold] = useState(IDLE)
	const latest = useRef(hold)
	const touched = useRef(0)
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

	const step = (event: HoldEvent) => {
		const before = latest.current
		const next = nextHold(before, event, performance.now())
		if (next === before) return
		latest.current = next
		setHold(next)
		clearTimeout(timer.current)
		if (next.phase === 'holding') timer.current = setTimeout(() => step('tick'), HOLD_MS)
		if (next.phase === 'armed') timer.current = setTimeout(() => step('tick'), 8_100)
		if (next.phase === 'pressed') {
			onPress()
			timer.current = setTimeout(() => step('reset'), 1_500)
		}
	}
	useEffect(() => {
		const away = () => document.visibilityState === 'hidden' && step('abort')
		document.addEventListener('visibilitychange', away)
		return () => {
			document.removeEventListener('visibilitychange', away)
			clearTimeout(timer.current)
		}
	}, [])
	const isKey = (key: string) => key === ' ' || key === 'Enter'

	return (
		<div class={`hold ${tone} ${hold.phase}`}>
			<button
				type="button"
				aria-describedby={`hint-${tone}`}
				onPointerDown={(e) => {
					if (e.button !== 0) return
					touched.current = performance.now()
					e.currentTarget.setPointerCapture(e.pointerId)
					step('down')
				}}
				onPointerUp={() => step('up')}
				onPointerCancel={() => step('abort')}
				onContextMenu={(e) => e.preventDefault()}
				onKeyDown={(e) => {
					if (!isKey(e.key)) return
					e.preventDefault()
					touched.current = performance.now()
					step('down')
				}}
				onKeyUp={(e) => {
					if (!isKey(e.key)) return
					e.preventDefault()
					step('up')
				}}
				onBlur={() => step('abort')}
				onClick={() => {
					/* A click without a finger or a key: a tool that cannot hold. */
					if (performance.now() - touched.current > 3_000) step('click')
				}}
			>
				<svg viewBox="0 0 100 100" aria-hidden="true">
					<circle class="rim" cx="50" cy="50" r="47" />
					<circle
						class="ring"
						cx="50"
						cy="50"
						r="47"
						stroke-dasharray={RING}
						stroke-dashoffset={RING}
					/>
				</svg>
				<span>{label}</span>
			</button>
			<p id={`hint-${tone}`} aria-live="polite">
				{hold.phase === 'holding' ? <Say k="holding" /> : hint}
			</p>
		</div>
	)
}

export function LanguageList() {
	return (
		<select
			class="btn"
			aria-label={text('language')}
			value={language.value}
			onChange={(e) => {
				const code = CODES.find((known) => known === e.currentTarget.value)
				if (code) void speak(code)
			}}
		>
			{CODES.map((code) => (
				<option key={code} value={code} lang={code}>
					{TONGUES[code].name}
				</option>
			))}
		</select>
	)
}

/* The way without data. It is on the screen in each state, and it needs no script to
 * have worked. */
export function Fallback() {
	const known = place.value
	const where = known ? `${known.lat.toFixed(5)},${known.lon.toFixed(5)}` : ''
	const site = enrolment.value?.site.name ?? ''
	const body = text('sms_text', { site, place: where }).trim().replace(/\s+/g, ' ')
	const number = emergencyNumber.value
	return (
		<nav class="fallback" aria-label={text('fallback')}>
			<a class="btn" href={`tel:${number}`}>
				<Pictogram name="phone" />
				<Say k="call" values={{ n: number }} />
			</a>
			<a class="btn" href={`sms:${enrolment.value?.sms ?? ''}?body=${encodeURIComponent(body)}`}>
				<Pictogram name="sms" />
				<Say k="sms" />
			</a>
		</nav>
	)
}

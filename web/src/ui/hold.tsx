/* SPDX-License-Identifier: Apache-2.0 */
/* The button that must be held for a second: for a finger, a key and a switch alike. The
 * ring shows how far; letting go early is nothing. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ARMED_MS, HOLD_MS, type HoldEvent, IDLE, nextHold } from '../lib/hold'
import './hold.css'

const RING = 2 * Math.PI * 47

interface HoldProps {
	tone: 'sos' | 'test' | 'again' | 'key'
	label: string
	hint: string
	holding: string
	/* For a tool that clicked and cannot hold. */
	armed: string
	onPress: () => void
}

export function HoldButton({ tone, label, hint, holding, armed, onPress }: HoldProps) {
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
		if (next.phase === 'armed')
			timer.current = setTimeout(() => step('tick'), ARMED_MS + 100)
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
				{hold.phase === 'holding' ? holding : hold.phase === 'armed' ? armed : hint}
			</p>
		</div>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts that all pages share: priority, countdown, ages, unit shapes, the
 * language switch. */
import type { ComponentChildren } from 'preact'
import type { Due, Incident, Priority, Storm, Unit } from '../api/types'
import { LANGUAGE_NAMES, LANGUAGES, language, t, word } from '../lib/i18n'
import { ageParts, formatClockShort, formatCountdown, urgencyOf } from '../lib/time'
import { chooseLanguage } from '../state/session'

const SHAPES: Readonly<Record<Priority, string>> = { P1: '▲', P2: '◆', P3: '●' }

/* Numbers, plates, call signs, times: kept in their own direction. */
export function Bdi({ children }: { children: ComponentChildren }) {
	return <bdi class="num">{children}</bdi>
}

export function PriorityBadge({
	priority,
	short,
}: {
	priority: Priority
	short?: boolean
}) {
	return (
		<span class={`prio ${priority}`}>
			<span class="shape" aria-hidden="true">
				{SHAPES[priority]}
			</span>
			{short ? <bdi>{priority}</bdi> : <span>{t(`priority.${priority}`)}</span>}
		</span>
	)
}

export function Countdown({ due, at }: { due: Due | undefined; at: number }) {
	if (!due) return <span class="count none">–</span>
	const end = Date.parse(due.at)
	const urgency = urgencyOf(end, Date.parse(due.from), at)
	return (
		<span class={`count ${urgency}`} title={t(`due.${due.what}`)}>
			{formatCountdown((end - at) / 1000)}
		</span>
	)
}

export function Age({ seconds }: { seconds: number | undefined }) {
	if (seconds === undefined) return <span class="dim">{t('age.never')}</span>
	const { n, unit } = ageParts(seconds)
	return <span class="age">{t(`age.${unit}`, { n })}</span>
}

/* What the queue says about where an incident stands. */
export function stageOf(incident: Incident): string {
	if (incident.unacknowledged) return t('stage.waiting')
	if (incident.state === 'closed') return t('stage.closed')
	const m = incident.milestones
	if (m.on_scene && incident.assignments_open > 0) return t('stage.on_scene')
	if (m.en_route && incident.assignments_open > 0) return t('stage.en_route')
	if (m.dispatched && incident.assignments_open > 0) return t('stage.accepted')
	if (incident.assignments_open > 0) return t('stage.offered')
	if (m.cleared) return t('stage.cleared')
	return t('stage.acknowledged')
}

/* A flood of one kind, grouped: the incidents in it stay in the queue. */
export function StormText({ storm }: { storm: Storm }) {
	const n = storm.incidents ?? storm.devices ?? 0
	return (
		<>
			{storm.carrier && <bdi>{storm.carrier}</bdi>}
			{storm.carrier && ' · '}
			{t('storm.row', { n, kind: word('kind', storm.kind) })}
			{storm.since && (
				<>
					{' '}
					<Bdi>{formatClockShort(Date.parse(storm.since))}</Bdi>
				</>
			)}
		</>
	)
}

export function kindOf(incident: Incident): string {
	return word('kind', incident.kind)
}

/* Colour class of a unit: what it is doing. */
export function unitTone(unit: Unit): 'available' | 'busy' | 'moving' | 'off' {
	if (unit.state === 'available') return 'available'
	if (unit.state !== 'busy') return 'off'
	return unit.busy_as === 'en_route' ? 'moving' : 'busy'
}

export function unitStatus(unit: Unit): string {
	if (unit.state === 'busy' && unit.busy_as) return t(`busy_as.${unit.busy_as}`)
	return t(`unit_state.${unit.state}`)
}

/* Shape by type: car ■, motorcycle ▲ (arrow), response ⬢, escort ●. */
export function UnitShape({ unit, stale }: { unit: Unit; stale?: boolean }) {
	const tone = stale ? 'outline' : unitTone(unit)
	return (
		<svg class={`unit-shape ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
			{unit.kind === 'patrol' && <rect x="3" y="3" width="10" height="10" />}
			{unit.kind === 'motorcycle' && <path d="M8 2 14 14 8 11 2 14Z" />}
			{unit.kind === 'response' && <path d="M8 1 14 4.5v7L8 15 2 11.5v-7Z" />}
			{unit.kind === 'escort' && <circle cx="8" cy="8" r="5.5" />}
		</svg>
	)
}

export function LanguageSwitch() {
	return (
		<select
			class="btn small"
			aria-label={t('language')}
			value={language.value}
			onChange={(e) => {
				const next = LANGUAGES.find((l) => l === e.currentTarget.value)
				if (next) void chooseLanguage(next)
			}}
		>
			{LANGUAGES.map((l) => (
				<option key={l} value={l} lang={l}>
					{LANGUAGE_NAMES[l]}
				</option>
			))}
		</select>
	)
}

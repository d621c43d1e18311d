/* SPDX-License-Identifier: Apache-2.0 */
/* The queue. Nothing moves under the pointer or the focus: for three seconds after the
 * last touch the order stands, and new rows are counted above. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Id, Incident } from '../api/types'
import { nameOf, t, word } from '../lib/i18n'
import { holdOrder } from '../state/queue'
import { now, pointed, queue, room, world } from '../state/room'
import { Bdi, Countdown, kindOf, PriorityBadge, StormText, stageOf } from '../ui/parts'
import { acknowledge } from './actions'
import { PopOut } from './popout'
import { dialog, late, select, selectedId } from './state'

const HOLD_MS = 3_000

export function QueuePane() {
	const held = useSignal<readonly Id[] | undefined>(undefined)
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
	const hold = () => {
		held.value ??= queue.peek().map((i) => i.id)
		clearTimeout(timer.current)
		timer.current = setTimeout(() => {
			held.value = undefined
		}, HOLD_MS)
	}
	const release = () => {
		clearTimeout(timer.current)
		held.value = undefined
	}
	const order = held.value
		? holdOrder(queue.value, held.value)
		: { rows: queue.value, above: 0 }
	const flashing = order.rows.find((i) => i.unacknowledged && i.priority === 'P1')
	const waiting = queue.value.filter((i) => i.unacknowledged).length
	return (
		<section class="zone queue" aria-labelledby="queue-title">
			<header class="zone-title">
				<h2 id="queue-title">{t('queue.title')}</h2>
				<span class="dim">{t('queue.count', { n: queue.value.length, waiting })}</span>
				<button type="button" class="btn small" onClick={() => (dialog.value = 'closed')}>
					{t('queue.closed')}
				</button>
				<PopOut pane="queue" />
			</header>
			{order.above > 0 && (
				<button type="button" class="btn alarm above" onClick={release}>
					▲ {t('queue.above', { n: order.above })}
				</button>
			)}
			<ol class="rows" onPointerMove={hold} onKeyDown={hold} onFocusCapture={hold}>
				{(room.value?.storms ?? []).map((storm, n) => (
					<li key={`storm${n}`} class="storm">
						<span class="prio P2" aria-hidden="true">
							≋
						</span>
						<span>
							<StormText storm={storm} />
						</span>
					</li>
				))}
				{late.value && <late.value.LostSites />}
				{order.rows.map((incident) => (
					<Row key={incident.id} incident={incident} flash={incident === flashing} />
				))}
				{order.rows.length === 0 && <li class="empty dim">{t('queue.empty')}</li>}
			</ol>
		</section>
	)
}

function Row({ incident, flash }: { incident: Incident; flash: boolean }) {
	const chosen = selectedId.value === incident.id
	const site =
		incident.site === undefined ? undefined : world.value.sites.get(incident.site)
	const classes = ['incident-row', `bar-${incident.priority}`]
	if (chosen) classes.push('chosen')
	if (incident.unacknowledged && incident.priority === 'P1') classes.push('unacked')
	if (flash) classes.push('flash')
	if (pointed.value?.incident === incident.id) classes.push('pointed')
	return (
		<li class={classes.join(' ')} data-incident={incident.id}>
			<button
				type="button"
				class="pick"
				aria-current={chosen ? 'true' : undefined}
				onClick={() => select(incident.id)}
			>
				<span class="line">
					<PriorityBadge priority={incident.priority} />
					<span class="kind clip grow">{kindOf(incident)}</span>
					<Countdown due={incident.due} at={now.value} />
				</span>
				<span class="line second">
					<Bdi>{incident.number}</Bdi>
					<span class="clip grow">
						<bdi>
							{site ? nameOf(site) : (incident.site_name ?? incident.message ?? '')}
						</bdi>
					</span>
					<span class="stage">{stageOf(incident)}</span>
				</span>
				<Labels incident={incident} />
			</button>
			{incident.unacknowledged && (
				<button
					type="button"
					class={incident.priority === 'P1' ? 'btn small alarm ack' : 'btn small ack'}
					onClick={() => {
						select(incident.id)
						void acknowledge(incident).catch(() => undefined)
					}}
				>
					{t('act.acknowledge')} {chosen && <kbd>A</kbd>}
				</button>
			)}
		</li>
	)
}

export function Labels({ incident }: { incident: Incident }) {
	const several = incident.signals_count > 1
	const { cancel } = incident
	if (
		incident.trust === 'verified' &&
		!incident.test &&
		incident.labels.length === 0 &&
		!several &&
		!cancel &&
		!incident.escalation?.step
	)
		return null
	return (
		<span class="labels">
			{incident.trust === 'unverified' && (
				<span class="chip warn">{t('label.unverified')}</span>
			)}
			{incident.test && <span class="chip">{t('label.test')}</span>}
			{incident.labels
				.filter((label) => label !== 'unverified') // trust says it already
				.map((label) => (
					<span key={label} class="chip warn">
						{word('label', label)}
					</span>
				))}
			{several && (
				<span class="chip">
					{t('label.signals', { n: incident.signals_count, people: incident.people_count })}
				</span>
			)}
			{cancel && (
				<span class={cancel.code === 'duress' ? 'chip bad' : 'chip warn'}>
					{cancel.code === 'duress' ? t('label.duress') : t('label.cancel')}
				</span>
			)}
			{incident.escalation &&
				incident.escalation.step > 0 &&
				incident.state !== 'closed' && (
					<span class="chip">{word('escalated', incident.escalation.text)}</span>
				)}
		</span>
	)
}

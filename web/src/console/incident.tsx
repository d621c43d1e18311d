/* SPDX-License-Identifier: Apache-2.0 */
/* One incident whole: what happened, who may be called, who can go, who is going, and
 * all that was done. */
import type {
	Assignment,
	AssignmentStatus,
	Incident,
	MilestoneName,
	Priority,
} from '../api/types'
import { distanceM, formatDistance, formatPlace } from '../lib/geo'
import { language, listed, nameOf, t, word } from '../lib/i18n'
import { landmarkText } from '../lib/landmark'
import { formatCountdown, formatWhen } from '../lib/time'
import { fixAge, now, queue, unitOf, world } from '../state/room'
import { isSupervisor } from '../state/session'
import { Age, Bdi, Countdown, kindOf, PriorityBadge, stageOf, UnitShape } from '../ui/parts'
import {
	acknowledge,
	callBack,
	isOpenAssignment,
	OUTCOMES,
	offer,
	point,
	reopen,
	setPriority,
	setStatus,
} from './actions'
import { CallerDevices } from './devices'
import { linkTo, release } from './entries'
import { Joint } from './joint'
import { ask } from './override'
import { PopOut } from './popout'
import { Labels } from './queue'
import { reasonText } from './reasons'
import { Notes, Timeline } from './record'
import {
	dialog,
	recommendations,
	recommendationsFailed,
	selected,
	selectedUnit,
} from './state'

const MILESTONES: readonly MilestoneName[] = [
	'raised',
	'presented',
	'acknowledged',
	'offered',
	'dispatched',
	'en_route',
	'on_scene',
	'cleared',
	'closed',
]
const PRIORITIES: readonly Priority[] = ['P1', 'P2', 'P3']
const NEAR_M = 300
const NEAR_MS = 600_000

const ignore = (work: Promise<unknown>) => void work.catch(() => undefined)

export function IncidentPane() {
	const incident = selected.value
	if (!incident)
		return (
			<section class="zone incident none" aria-label={t('incident.title')}>
				<p class="dim">
					{t('incident.none')} <PopOut pane="incident" />
				</p>
			</section>
		)
	return (
		<section class="zone incident" aria-label={t('incident.title')} key={incident.id}>
			<Head incident={incident} />
			<Notices incident={incident} />
			<div class="columns">
				<div class="column">
					<Facts incident={incident} />
					<SiteCard incident={incident} />
					<CallBack incident={incident} />
					<Joint incident={incident} />
				</div>
				<div class="column">
					<Recommended incident={incident} />
					<Assignments incident={incident} />
				</div>
				<div class="column">
					<Roll incident={incident} />
					<Notes incident={incident} />
					<Timeline incident={incident} />
				</div>
			</div>
		</section>
	)
}

function Head({ incident }: { incident: Incident }) {
	const closed = incident.state === 'closed'
	return (
		<header class={`incident-head bar-${incident.priority}`}>
			<PriorityBadge priority={incident.priority} />
			<h2>
				{kindOf(incident)} · <Bdi>{incident.number}</Bdi>
			</h2>
			<span class="dim">{stageOf(incident)}</span>
			<Labels incident={incident} />
			<span class="grow" />
			{!closed && <Countdown due={incident.due} at={now.value} />}
			{incident.unacknowledged && !closed && (
				<button
					type="button"
					class={incident.priority === 'P1' ? 'btn alarm' : 'btn main'}
					onClick={() => ignore(acknowledge(incident))}
				>
					{t('act.acknowledge')} <kbd>A</kbd>
				</button>
			)}
			{!closed && (
				<select
					class="btn small"
					aria-label={t('act.priority')}
					value={incident.priority}
					onChange={(e) => {
						const next = PRIORITIES.find((p) => p === e.currentTarget.value)
						if (next && next !== incident.priority) ignore(setPriority(incident, next))
					}}
				>
					{PRIORITIES.map((p) => (
						<option key={p} value={p}>
							{t(`priority.${p}`)}
						</option>
					))}
				</select>
			)}
			{!closed && (
				<button type="button" class="btn small" onClick={point}>
					{t('act.point')} <kbd>Space</kbd>
				</button>
			)}
			{closed ? (
				<button type="button" class="btn" onClick={() => ignore(reopen(incident))}>
					{t('act.reopen')} <kbd>O</kbd>
				</button>
			) : (
				<button type="button" class="btn" onClick={() => (dialog.value = 'close')}>
					{t('act.close')} <kbd>X</kbd>
				</button>
			)}
			<PopOut pane="incident" />
		</header>
	)
}

/* What must not be overlooked: cancel asked, duress, a likely double. */
function Notices({ incident }: { incident: Incident }) {
	const { cancel } = incident
	const double = doubleOf(incident)
	return (
		<>
			{cancel && cancel.code !== 'duress' && incident.state !== 'closed' && (
				<p class="notice warn" role="note">
					<b>{t('cancel.asked', { at: formatWhen(cancel.asked_at, language.value) })}</b>{' '}
					{t(`cancel.${cancel.code}`)} {t('cancel.go_on')}
				</p>
			)}
			{cancel?.code === 'duress' && (
				<p class="notice bad" role="note">
					<b>{t('cancel.duress_title')}</b> {t('cancel.duress')}
					{isSupervisor.value && cancel.held_from_site !== false && (
						<button
							type="button"
							class="btn small"
							onClick={() => ignore(release(incident))}
						>
							{t('act.release')}
						</button>
					)}
				</p>
			)}
			{double && (
				<p class="notice" role="note">
					{t('double.maybe', { number: double.number, kind: kindOf(double) })}
					<button
						type="button"
						class="btn small"
						onClick={() => ignore(linkTo(incident, double))}
					>
						{t('double.link', { number: double.number })}
					</button>
				</p>
			)}
		</>
	)
}

/* An older open incident within 300 m and ten minutes. */
export function doubleOf(
	incident: Pick<Incident, 'id' | 'position' | 'raised_at' | 'state'>,
) {
	const { position } = incident
	if (!position || incident.state === 'closed') return undefined
	const at = Date.parse(incident.raised_at)
	return queue.value.find(
		(other) =>
			other.id !== incident.id &&
			other.position !== undefined &&
			other.raised_at < incident.raised_at &&
			at - Date.parse(other.raised_at) < NEAR_MS &&
			distanceM(other.position, position) < NEAR_M,
	)
}

function Facts({ incident }: { incident: Incident }) {
	const shown = MILESTONES.filter((m) => incident.milestones[m])
	return (
		<section class="card">
			{incident.message && (
				<p class="message" dir="auto">
					{incident.message}
				</p>
			)}
			{incident.caller && (
				<p>
					{t('incident.caller')} <bdi>{incident.caller.name ?? ''}</bdi>{' '}
					<Bdi>{incident.caller.phone ?? ''}</Bdi>
				</p>
			)}
			<CallerDevices incident={incident} />
			<dl class="milestones">
				{shown.map((m) => (
					<div key={m}>
						<dt>{t(`milestone.${m}`)}</dt>
						<dd>
							<Bdi>{formatWhen(incident.milestones[m], language.value)}</Bdi>
							{m === 'acknowledged' && incident.acknowledged_by && (
								<>
									{' '}
									<bdi class="dim">{incident.acknowledged_by.name}</bdi>
								</>
							)}
						</dd>
					</div>
				))}
			</dl>
			{incident.late_entry && (
				<p class="chip warn">{t('incident.late', { form: incident.late_entry.form })}</p>
			)}
			{incident.position && (
				<p class="dim">
					{incident.landmark && <>{landmarkText(incident.landmark)} · </>}
					<span class="ltr">{formatPlace(incident.position)}</span>
					{incident.position.accuracy_m !== undefined &&
						` ± ${Math.round(incident.position.accuracy_m)} m`}
				</p>
			)}
		</section>
	)
}

function SiteCard({ incident }: { incident: Incident }) {
	const site =
		incident.site_card ??
		(incident.site === undefined ? undefined : world.value.sites.get(incident.site))
	if (!site) return null
	return (
		<section class="card">
			<h3>
				<bdi>{nameOf(site)}</bdi>
			</h3>
			<p class="dim">
				{word('site_class', site.class)}
				{site.address && (
					<>
						{' · '}
						<bdi>{site.address}</bdi>
					</>
				)}
			</p>
			<ul class="phones">
				{(site.phones ?? []).map((phone) => (
					<li key={phone.number}>
						<span class="dim">
							<bdi>{phone.label}</bdi>
						</span>
						<a class="ltr num" href={`tel:${phone.number.replace(/[^\d+]/g, '')}`}>
							{phone.number}
						</a>
					</li>
				))}
			</ul>
			{site.challenge_word && (
				<p>
					{t('site.challenge')} <b class="challenge">{site.challenge_word}</b>
				</p>
			)}
			{incident.state !== 'closed' && (
				<p>
					<a
						class="btn small"
						href={`/liaison#/sites/${encodeURIComponent(site.id)}`}
						target="_blank"
						rel="noopener"
					>
						{t('site.register')}
					</a>
				</p>
			)}
		</section>
	)
}

function CallBack({ incident }: { incident: Incident }) {
	if (incident.state === 'closed') return null
	return (
		<section class="card">
			<h3>{t('callback.title')}</h3>
			{incident.callback && (
				<p>
					<b>{word('callback', incident.callback.outcome)}</b>{' '}
					<Bdi>{formatWhen(incident.callback.at, language.value)}</Bdi>
				</p>
			)}
			<div class="row wrap">
				{OUTCOMES.map((outcome, n) => (
					<button
						key={outcome}
						type="button"
						class="btn small"
						onClick={() => ignore(callBack(incident, outcome))}
					>
						{t(`callback.${outcome}`)} <kbd>⇧{n + 1}</kbd>
					</button>
				))}
			</div>
		</section>
	)
}

function Recommended({ incident }: { incident: Incident }) {
	if (incident.state === 'closed') return null
	const found = recommendations.value
	return (
		<section class="card">
			<h3>{t('recommend.title')}</h3>
			{!found && (
				<p class="dim">
					{recommendationsFailed.value ? t('recommend.failed') : t('recommend.coming')}
				</p>
			)}
			{found && found.items.length === 0 && <p class="warn-text">{t('recommend.none')}</p>}
			<ol class="recommended">
				{found?.items.map((one, n) => {
					const unit = unitOf(one.unit)
					return (
						<li key={one.unit}>
							<button
								type="button"
								class={n === 0 ? 'btn main offer' : 'btn offer'}
								disabled={!unit}
								onClick={() => unit && ignore(offer(incident, [unit]))}
							>
								<kbd>{n + 1}</kbd> {t('act.offer')}{' '}
								<Bdi>{unit?.callsign ?? one.callsign ?? one.unit}</Bdi>
							</button>
							<span class="eta">
								<Bdi>{one.eta_s === undefined ? '–' : formatCountdown(one.eta_s)}</Bdi>
							</span>
							<span class="dim">
								{one.distance_m !== undefined && (
									<>
										<span class="ltr">{formatDistance(one.distance_m)}</span>
										{' · '}
									</>
								)}
								{word('method', one.method)}
								{one.fix_age_s !== undefined && (
									<>
										{' · '}
										<Age seconds={one.fix_age_s} />
									</>
								)}
							</span>
							<span class="why dim">
								{listed(one.reasons.flatMap((r) => reasonText(r) ?? []))}
							</span>
						</li>
					)
				})}
			</ol>
			{found && found.left_out.length > 0 && (
				<details>
					<summary>{t('recommend.left_out', { n: found.left_out.length })}</summary>
					<ul class="left-out">
						{found.left_out.map((one) => (
							<li key={one.unit}>
								<Bdi>{one.callsign ?? unitOf(one.unit)?.callsign ?? one.unit}</Bdi>{' '}
								<span class="dim">{reasonText(one.reason)}</span>
							</li>
						))}
					</ul>
				</details>
			)}
		</section>
	)
}

const NEXT: Readonly<Record<string, readonly AssignmentStatus[]>> = {
	offered: ['accepted', 'en_route', 'on_scene', 'declined', 'cancelled'],
	accepted: ['en_route', 'on_scene', 'cleared', 'cancelled'],
	en_route: ['on_scene', 'cleared', 'cancelled'],
	on_scene: ['cleared'],
}

function Assignments({ incident }: { incident: Incident }) {
	const all = incident.assignments ?? []
	const open = all.filter(isOpenAssignment)
	const past = all.filter((a) => !isOpenAssignment(a))
	return (
		<section class="card">
			<h3>{t('assignments.title')}</h3>
			{all.length === 0 && <p class="dim">{t('assignments.none')}</p>}
			<ul class="assignments">
				{open.map((one) => (
					<OpenAssignment key={one.id} assignment={one} />
				))}
			</ul>
			{past.length > 0 && (
				<ul class="past dim">
					{past.map((one) => (
						<li key={one.id}>
							<Bdi>{one.callsign}</Bdi> {t(`assignment.${one.state}`)}
						</li>
					))}
				</ul>
			)}
		</section>
	)
}

function OpenAssignment({ assignment }: { assignment: Assignment }) {
	const unit = unitOf(assignment.unit)
	const left = assignment.expires_at
		? (Date.parse(assignment.expires_at) - now.value) / 1000
		: undefined
	return (
		<li>
			<button
				type="button"
				class="btn small"
				onClick={() => {
					selectedUnit.value = assignment.unit
				}}
			>
				{unit && <UnitShape unit={unit} />}
				<Bdi>{assignment.callsign}</Bdi>
			</button>
			<b>{t(`assignment.${assignment.state}`)}</b>
			{assignment.state === 'offered' && left !== undefined && (
				<span class={left < 10 ? 'warn-text num' : 'dim num'}>
					{left > 0 ? formatCountdown(left) : t('assignments.expired')}
				</span>
			)}
			{unit && (
				<span class="dim">
					<Age seconds={fixAge(unit, now.value)} />
				</span>
			)}
			{assignment.override_reason ? (
				<span class="dim">{t(`override.${assignment.override_reason}`)}</span>
			) : assignment.is_offered_at_once ? null : (
				<button
					type="button"
					class="btn small"
					onClick={() => ask([{ id: assignment.id, callsign: assignment.callsign }])}
				>
					{t('override.why')}
				</button>
			)}
			<span class="row wrap voice">
				<span class="dim">{t('assignments.voice')}</span>
				{(NEXT[assignment.state] ?? []).map((status) => (
					<button
						key={status}
						type="button"
						class="btn small"
						onClick={() => ignore(setStatus(assignment.id, status, assignment.callsign))}
					>
						{t(`radio.${status}`)}
					</button>
				))}
			</span>
		</li>
	)
}

function Roll({ incident }: { incident: Incident }) {
	const roll = incident.roll ?? []
	if (roll.length === 0) return null
	return (
		<section class="card">
			<h3>{t('roll.title', { n: incident.people_count })}</h3>
			<ul class="roll">
				{roll.map((one) => (
					<li key={`${one.name}${one.first_at}`}>
						<bdi class="grow">{one.name}</bdi>
						{one.count > 1 && <span class="num ltr">×{one.count}</span>}
						<span class="dim">
							<Bdi>{formatWhen(one.last_at, language.value)}</Bdi>
						</span>
					</li>
				))}
			</ul>
		</section>
	)
}

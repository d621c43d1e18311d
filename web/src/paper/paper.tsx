/* SPDX-License-Identifier: Apache-2.0 */
/* What the room works from when the screens are gone: every open incident with its
 * telephone numbers, every unit, and numbered forms whose entries are typed in later.
 * Black on white, no colour needed. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/client'
import { wholeIncident, wholeUnit } from '../api/records'
import type { Incident, Snapshot, Unit } from '../api/types'
import { language, nameOf, t, word } from '../lib/i18n'
import { formatClockShort, formatDate, formatWhen } from '../lib/time'
import { me, needSession } from '../state/session'
import {
	Bdi,
	kindOf,
	LanguageSwitch,
	PriorityBadge,
	stageOf,
	unitStatus,
} from '../ui/parts'
import { WorldBanner } from '../ui/strip'
import './paper.css'

const RESULTS = [
	'handled',
	'false_alarm',
	'duplicate',
	'test',
	'handed_over',
	'cancelled',
] as const
const MAX_FORMS = 40

export function Paper() {
	const snapshot = useSignal<Snapshot | undefined>(undefined)
	const failed = useSignal(false)
	const load = () => {
		failed.value = false
		get<Snapshot>('/snapshot').then(
			(found) => {
				snapshot.value = {
					...found,
					incidents: found.incidents.map(wholeIncident),
					units: found.units.map(wholeUnit),
				}
			},
			() => {
				failed.value = true
			},
		)
	}
	useEffect(() => {
		void needSession().then(load)
	}, [])
	const s = snapshot.value
	if (!s)
		return (
			<div class="pageload">
				{failed.value ? (
					<p>
						{t('paper.failed')}{' '}
						<button type="button" class="btn" onClick={load}>
							{t('paper.again')}
						</button>
					</p>
				) : (
					<p>{t('paper.coming')}</p>
				)}
			</div>
		)
	const numbers: number[] = []
	for (let n = s.forms.from; n <= s.forms.to && numbers.length < MAX_FORMS; n++)
		numbers.push(n)
	return (
		<div class="paper">
			<nav class="strip screen-only">
				<h1>{t('paper.title')}</h1>
				<span class="grow" />
				<LanguageSwitch />
				<button type="button" class="btn small" onClick={load}>
					{t('paper.again')}
				</button>
				<button type="button" class="btn main" onClick={() => print()}>
					{t('paper.print')}
				</button>
			</nav>
			<main>
				<Queue snapshot={s} />
				{numbers.map((number) => (
					<Form key={number} number={number} />
				))}
			</main>
		</div>
	)
}

function Queue({ snapshot }: { snapshot: Snapshot }) {
	const made = Date.parse(snapshot.made_at)
	const onShift = snapshot.units.filter((u) => u.state !== 'off_duty')
	return (
		<article class="page">
			<header class="page-head">
				<div>
					<h2>{me.value?.node.name}</h2>
					<p>{t('paper.snapshot', { number: String(snapshot.number) })}</p>
				</div>
				<p class="made">
					{formatDate(made, language.value)} <b class="ltr">{formatClockShort(made)}</b>
				</p>
			</header>
			<WorldBanner />
			<h3>{t('paper.open', { n: snapshot.incidents.length })}</h3>
			<table class="table">
				<thead>
					<tr>
						<th>{t('paper.number')}</th>
						<th>{t('paper.priority')}</th>
						<th>{t('paper.what')}</th>
						<th class="where">{t('paper.where')}</th>
						<th>{t('paper.raised')}</th>
						<th>{t('paper.state')}</th>
						<th>{t('paper.units')}</th>
					</tr>
				</thead>
				<tbody>
					{snapshot.incidents.map((incident) => (
						<Line key={incident.id} incident={incident} />
					))}
				</tbody>
			</table>
			<h3>{t('paper.on_shift', { n: onShift.length })}</h3>
			<ul class="unit-list">
				{onShift.map((unit: Unit) => (
					<li key={unit.id}>
						<b>
							<Bdi>{unit.callsign}</Bdi>
						</b>{' '}
						{unitStatus(unit)}
					</li>
				))}
			</ul>
		</article>
	)
}

function Line({ incident }: { incident: Incident }) {
	const phones = incident.site_card?.phones ?? []
	return (
		<tr>
			<td>
				<b>
					<Bdi>{incident.number}</Bdi>
				</b>
			</td>
			<td>
				<PriorityBadge priority={incident.priority} short />
			</td>
			<td>
				{kindOf(incident)}
				{incident.message && (
					<div class="small" dir="auto">
						{incident.message}
					</div>
				)}
			</td>
			<td>
				<bdi>
					{incident.site_card ? nameOf(incident.site_card) : (incident.site_name ?? '')}
				</bdi>
				<div class="small phones">
					{phones.map((phone) => (
						<span key={phone.number}>
							<bdi>{phone.label}</bdi> <b class="ltr num">{phone.number}</b>
						</span>
					))}
				</div>
			</td>
			<td>
				<Bdi>{formatWhen(incident.raised_at, language.value)}</Bdi>
			</td>
			<td>{stageOf(incident)}</td>
			<td>
				{(incident.assignments ?? [])
					.filter((a) => ['offered', 'accepted', 'en_route', 'on_scene'].includes(a.state))
					.map((a) => a.callsign)
					.join(' ')}
			</td>
		</tr>
	)
}

function Blank({ label, wide }: { label: string; wide?: boolean }) {
	return (
		<div class={wide ? 'blank wide' : 'blank'}>
			<span>{label}</span>
		</div>
	)
}

function Form({ number }: { number: number }) {
	return (
		<article class="page form">
			<header class="page-head">
				<h2>{t('form.title')}</h2>
				<p class="form-number">
					<Bdi>{number}</Bdi>
				</p>
			</header>
			<div class="blanks">
				<Blank label={t('form.date')} />
				<Blank label={t('form.raised')} />
				<Blank label={t('form.caller')} />
				<Blank label={t('form.phone')} />
				<Blank label={t('form.where')} wide />
				<Blank label={t('form.what')} wide />
				<Blank label={t('form.taken_by')} />
				<Blank label={t('form.acknowledged')} />
				<Blank label={t('form.unit')} />
				<Blank label={t('form.dispatched')} />
				<Blank label={t('form.on_scene')} />
				<Blank label={t('form.closed')} />
			</div>
			<p class="boxes">
				{(['P1', 'P2', 'P3'] as const).map((p) => (
					<span key={p}>
						☐ <PriorityBadge priority={p} />
					</span>
				))}
			</p>
			<p class="boxes">
				{RESULTS.map((r, n) => (
					<span key={r}>
						☐ <span class="ltr">R{n + 1}</span> {word('result', r)}
					</span>
				))}
			</p>
			<div class="blanks">
				<Blank label={t('form.entered')} wide />
			</div>
		</article>
	)
}

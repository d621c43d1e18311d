/* SPDX-License-Identifier: Apache-2.0 */
/* What of advisories is of their exchange with others: the area as a picture, rules for
 * alerts from outside, and an alert that came as a file. */
import { useState } from 'preact/hooks'
import { getAll } from '../api/client'
import { sendRaw } from '../api/send'
import { formatDistance, formatPlace } from '../lib/geo'
import { t } from '../lib/i18n'
import { toast } from '../ui/toasts'
import { outline, ringOf } from './area'
import { Tlp } from './parts'
import { attempt } from './say'
import { go, refetch } from './state'
import type { Advisory, CapRule } from './types'

export function Area({ advisory }: { advisory: Advisory }) {
	const path = outline(advisory)
	const { centre, radius_m } = advisory
	if (!path) return null
	return (
		<figure class="area">
			<svg viewBox="-50 -50 100 100" role="img" aria-label={t('area.picture')}>
				<path d={path} />
			</svg>
			<figcaption class="num ltr">
				{centre && radius_m
					? `${formatPlace(centre)} · ${formatDistance(radius_m)}`
					: ringOf(advisory.polygon)
							.slice(0, -1)
							.map((place) => <div key={formatPlace(place)}>{formatPlace(place)}</div>)}
			</figcaption>
		</figure>
	)
}

/* What becomes of alerts from outside; administrators of the control agency write it. */
export function Rules() {
	const [rules, setRules] = useState<readonly CapRule[]>()
	const look = () =>
		void getAll<CapRule>('/cap_rules')
			.then((all) => setRules([...all].sort((a, b) => (a.rank ?? 100) - (b.rank ?? 100))))
			.catch(() => setRules([]))
	return (
		<details onToggle={(e) => e.currentTarget.open && look()}>
			<summary>{t('cap_rule.title')}</summary>
			<p class="dim">{t('cap_rule.why')}</p>
			<ol class="people">
				{rules?.map((one) => (
					<li key={one.id} class="row wrap">
						<b dir="auto">{one.name}</b>
						{one.sender && <bdi class="dim">{one.sender}</bdi>}
						{one.event_code && <bdi class="dim">{one.event_code}</bdi>}
						{one.severity && (
							<span class="dim">
								{t('cap_rule.from', { severity: t(`severity.${one.severity}`) })}
							</span>
						)}
						<span class="chip">{t(`cap_outcome.${one.outcome}`)}</span>
						{one.outcome === 'advisory' && one.tlp && <Tlp marking={one.tlp} />}
						{one.disabled && <span class="chip warn">{t('cap_rule.off')}</span>}
					</li>
				))}
			</ol>
			{rules?.length === 0 && <p class="dim">{t('cap_rule.none')}</p>}
		</details>
	)
}

interface Taken {
	pending: number
	issued: number
	signals: number
	known: number
	ignored: number
	id?: string
}

/* An alert that came as a file, by whatever way. */
export function BringIn() {
	const bring = (file: File) =>
		attempt(async () => {
			const taken = await sendRaw<Taken>('/cap', file, 'application/cap+xml')
			toast(
				t('cap.taken', {
					n: taken.pending + taken.issued + taken.signals,
					known: taken.known + taken.ignored,
				}),
				'good',
			)
			refetch('advisories')
			if (taken.id) go({ place: 'advisories', id: taken.id })
		})
	return (
		<label class="btn small picker">
			{t('cap.bring')}
			<input
				class="hidden"
				type="file"
				accept=".xml,.cap"
				onChange={(e) => {
					const [file] = e.currentTarget.files ?? []
					if (file) void bring(file)
					e.currentTarget.value = ''
				}}
			/>
		</label>
	)
}

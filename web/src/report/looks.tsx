/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what is kept closed, as figures: never at what, by whom, or what for. */
import type { Looks } from '../api/types'
import { t } from '../lib/i18n'

const KINDS = ['track', 'person', 'search', 'grant'] as const

export const shareOf = (n: number | undefined, of: number | undefined) =>
	n !== undefined && of ? `${((n / of) * 100).toFixed(1)} %` : '–'

export function LooksCard({ looks }: { looks: Looks }) {
	return (
		<section class="sheet" aria-labelledby="looks-title">
			<header class="sheet-head">
				<h2 id="looks-title">{t('looks.title')}</h2>
				{looks.unusual > 0 && (
					<span class="chip warn">
						{t('looks.unusual_n', { n: looks.unusual, of: looks.count })}
					</span>
				)}
			</header>
			{looks.count === 0 ? (
				<p class="dim">{t('looks.none')}</p>
			) : (
				<>
					<LooksFacts looks={looks} />
					<LookedBy looks={looks} most={50} />
				</>
			)}
			<p class="dim">{t('looks.note')}</p>
		</section>
	)
}

export function LooksFacts({ looks }: { looks: Looks }) {
	const facts: [string, number | string][] = [
		[t('looks.count'), looks.count],
		...KINDS.map((kind): [string, number] => [t(`look.${kind}`), looks.kinds[kind] ?? 0]),
		[t('looks.unusual'), `${looks.unusual} (${shareOf(looks.unusual, looks.count)})`],
		[t('looks.many'), looks.many],
		[t('looks.idle'), looks.idle],
	]
	return (
		<dl class="facts">
			{facts.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>
						<bdi class="num">{value}</bdi>
					</dd>
				</div>
			))}
		</dl>
	)
}

/* The busiest first; on paper only so many, the rest as one line. */
export function LookedBy({ looks, most }: { looks: Looks; most: number }) {
	const sorted = [...looks.agencies].sort((a, b) => (b.count ?? -1) - (a.count ?? -1))
	const shown = sorted.length > most ? sorted.slice(0, most - 1) : sorted
	const rest = sorted.slice(shown.length)
	const sum = (pick: (one: (typeof rest)[number]) => number | undefined) =>
		rest.reduce((all, one) => all + (pick(one) ?? 0), 0)
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label={t('looks.by')}>
			<table class="table">
				<thead>
					<tr>
						<th>{t('looks.by')}</th>
						<th class="num">{t('looks.count')}</th>
						<th class="num">{t('looks.unusual')}</th>
						<th class="num">{t('looks.share')}</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((one) => (
						<tr key={one.key}>
							<th scope="row">
								<bdi>{one.name || one.key || t('report.unknown')}</bdi>
							</th>
							<td class="num">{one.withheld ? '…' : one.count}</td>
							<td class="num">{one.withheld ? '…' : one.unusual}</td>
							<td class="num">
								<bdi>{one.withheld ? '…' : shareOf(one.unusual, one.count)}</bdi>
							</td>
						</tr>
					))}
					{rest.length > 0 && (
						<tr>
							<th scope="row">{t('looks.rest', { n: rest.length })}</th>
							<td class="num">
								{rest.some((r) => r.withheld) ? '…' : sum((r) => r.count)}
							</td>
							<td class="num">
								{rest.some((r) => r.withheld) ? '…' : sum((r) => r.unusual)}
							</td>
							<td />
						</tr>
					)}
				</tbody>
			</table>
		</div>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the report beside its main table: how a clock is spread, two periods side by
 * side, what came of calls, the load, the map of cells, and the proof at its foot. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/client'
import type { ReportPeriod, ResponseTimes } from '../api/types'
import { t, word } from '../lib/i18n'
import { serverNow } from '../lib/time'
import { me } from '../state/session'
import {
	boundName,
	cellsOf,
	formatSeconds,
	INTERVALS,
	minute,
	UNIT_INTERVALS,
} from './targets'

const ALL = [...INTERVALS, ...UNIT_INTERVALS]
type Name = (typeof ALL)[number]

const intervalOf = (data: ReportPeriod, name: Name) =>
	data.intervals[name] ?? data.units.intervals[name]

export function Spread({ data }: { data: ResponseTimes }) {
	const name = useSignal<Name>('total')
	const interval = intervalOf(data, name.value)
	const bars = interval?.histogram ?? []
	const most = Math.max(1, ...bars)
	return (
		<section class="sheet" aria-labelledby="spread-title">
			<header class="sheet-head">
				<h2 id="spread-title">{t('spread.title')}</h2>
				<select
					class="input"
					aria-label={t('report.interval')}
					value={name.value}
					onChange={(e) => {
						name.value = ALL.find((n) => n === e.currentTarget.value) ?? 'total'
					}}
				>
					{ALL.map((n) => (
						<option key={n} value={n}>
							{t(`interval.${n}`)}
						</option>
					))}
				</select>
			</header>
			<p class="print-only">{t(`interval.${name.value}`)}</p>
			<p class="dim">
				{t('spread.sum', { n: interval?.count ?? 0, missing: interval?.missing ?? 0 })}
			</p>
			{bars.length > 0 && (
				<ul class="bars" dir="ltr">
					{bars.map((n, k) => (
						<li key={boundName(data.bounds_s, k)}>
							<span class="num">{boundName(data.bounds_s, k)}</span>
							<span class="bar" style={{ inlineSize: `${(n / most) * 100}%` }} />
							<span class="num">{n}</span>
						</li>
					))}
				</ul>
			)}
		</section>
	)
}

export function Compared({ data }: { data: ResponseTimes }) {
	const base = data.baseline
	const found = data.comparison
	if (!base || !found) return null
	return (
		<section class="sheet" aria-labelledby="compared-title">
			<header class="sheet-head">
				<h2 id="compared-title">{t('compared.title')}</h2>
				<span class="dim">
					{minute(Date.parse(base.from))} – {minute(Date.parse(base.to))}
				</span>
			</header>
			<div class="scroll" tabIndex={0} role="region" aria-labelledby="compared-title">
				<table class="table">
					<thead>
						<tr>
							<th>{t('report.interval')}</th>
							<th class="num">{t('compared.before')}</th>
							<th class="num">{t('compared.now')}</th>
							<th class="num">{t('compared.difference')}</th>
							<th>{t('compared.says')}</th>
						</tr>
					</thead>
					<tbody>
						{ALL.map((name) => {
							const one = found[name]
							if (!one) return null
							const sign = one.difference_s < 0 ? '−' : '+'
							return (
								<tr key={name}>
									<th scope="row">{t(`interval.${name}`)}</th>
									<td class="num">
										<bdi>{formatSeconds(intervalOf(base, name)?.median_s)}</bdi>
										<small class="dim">n = {one.baseline}</small>
									</td>
									<td class="num">
										<bdi>{formatSeconds(intervalOf(data, name)?.median_s)}</bdi>
										<small class="dim">n = {one.now}</small>
									</td>
									<td class="num">
										<bdi>
											{one.now > 0 && one.baseline > 0
												? `${sign}${formatSeconds(Math.abs(one.difference_s))}`
												: '–'}
										</bdi>
									</td>
									<td>
										{t(`compared.${one.says}`)}
										{one.says !== 'too_few' && (
											<small class="dim">
												<bdi>p = {one.p < 0.0001 ? '< 0.0001' : one.p.toFixed(4)}</bdi>
											</small>
										)}
									</td>
								</tr>
							)
						})}
					</tbody>
				</table>
			</div>
			<p class="dim">{t('compared.note')}</p>
		</section>
	)
}

export function Outcomes({ data }: { data: ResponseTimes }) {
	const { load, outcomes } = data
	const ended = Object.entries(outcomes).filter(
		([key, n]) => n > 0 && key !== 'unverified' && key !== 'open',
	)
	const closed = ended.reduce((sum, [, n]) => sum + n, 0)
	const share = (n: number) => (closed ? `${((n / closed) * 100).toFixed(1)} %` : '–')
	return (
		<section class="sheet" aria-labelledby="outcomes-title">
			<header class="sheet-head">
				<h2 id="outcomes-title">{t('outcomes.title')}</h2>
			</header>
			<dl class="facts">
				<Fact name={t('outcomes.incidents')} value={data.incidents} />
				<Fact name={t('outcomes.open')} value={outcomes.open ?? 0} />
				{ended.map(([key, n]) => (
					<Fact key={key} name={word('outcome', key)} value={`${n} (${share(n)})`} />
				))}
				<Fact name={t('outcomes.unverified')} value={outcomes.unverified ?? 0} />
				<Fact name={t('load.signals')} value={load.signals} />
				<Fact name={t('load.per_hour')} value={load.signals_per_hour.toFixed(2)} />
				<Fact name={t('load.busiest')} value={load.busiest_hour} />
				{Object.entries(load.doors).map(([door, n]) => (
					<Fact key={door} name={t('load.door', { door })} value={n} />
				))}
				<Fact name={t('load.console')} value={load.per_console_hour.toFixed(2)} />
				<Fact
					name={t('tests.overdue')}
					value={`${data.tests.overdue} / ${data.tests.sites}`}
				/>
				<Fact name={t('left_out.late')} value={data.left_out.late_entries} />
				<Fact name={t('left_out.tests')} value={data.left_out.tests} />
				{data.day_only > 0 && <Fact name={t('left_out.day')} value={data.day_only} />}
			</dl>
		</section>
	)
}

function Fact({ name, value }: { name: string; value: number | string }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>
				<bdi class="num">{value}</bdi>
			</dd>
		</div>
	)
}

const CELL = 44

/* Squares by how long half of their calls waited; a square of too few is hatched. */
export function AreaMap({ data }: { data: ResponseTimes }) {
	const cells = cellsOf(data.groups.map((g) => g.key))
	if (cells.length === 0) return null
	const medians = data.groups.map((g) => g.intervals?.total?.median_s ?? 0)
	const worst = Math.max(1, ...medians)
	const wide = Math.max(...cells.map((c) => c.x)) + 1
	const high = Math.max(...cells.map((c) => c.y)) + 1
	return (
		<figure class="areas">
			<svg
				viewBox={`0 0 ${wide * CELL} ${high * CELL}`}
				style={{ maxInlineSize: `${wide * CELL * 1.6}px` }}
				role="img"
				aria-label={t('areas.title')}
			>
				{cells.map(({ key, x, y }) => {
					const group = data.groups.find((g) => g.key === key)
					const median = group?.intervals?.total?.median_s
					const mid = { x: x * CELL + CELL / 2, y: y * CELL + CELL / 2 }
					return (
						<g key={key}>
							<rect
								class="cell"
								x={x * CELL + 1}
								y={y * CELL + 1}
								width={CELL - 2}
								height={CELL - 2}
								fill-opacity={median === undefined ? 0.05 : 0.15 + (0.6 * median) / worst}
							/>
							<text x={mid.x} y={mid.y} text-anchor="middle" dominant-baseline="middle">
								{group?.withheld ? '…' : formatSeconds(median)}
							</text>
						</g>
					)
				})}
			</svg>
			<figcaption class="dim">{t('areas.note')}</figcaption>
		</figure>
	)
}

/* Asked for by itself: a report of one agency tells nothing of what others do. */
export function Proof({ data }: { data: ResponseTimes }) {
	const head = useSignal<{ seq: number; hash: string; qr_svg?: string } | undefined>(
		undefined,
	)
	useEffect(() => {
		get<NonNullable<typeof head.value>>('/head?paper=1').then(
			(found) => {
				head.value = found
			},
			() => undefined,
		)
	}, [data])
	return (
		<footer class="sheet proof">
			<p>
				{t('proof.sheet', {
					node: me.value?.node.name ?? '',
					from: minute(Date.parse(data.from)),
					to: minute(Date.parse(data.to)),
					at: minute(serverNow()),
				})}
			</p>
			{head.value && (
				<p>
					{t('proof.head')}{' '}
					<bdi class="mono">
						{head.value.seq}:{head.value.hash}
					</bdi>
				</p>
			)}
			{head.value?.qr_svg && (
				<img
					class="qr"
					src={`data:image/svg+xml,${encodeURIComponent(head.value.qr_svg)}`}
					alt={t('proof.code')}
				/>
			)}
			{data.withheld_below && <p>{t('proof.withheld', { n: data.withheld_below })}</p>}
		</footer>
	)
}

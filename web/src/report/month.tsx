/* SPDX-License-Identifier: Apache-2.0 */
/* One month on one sheet of paper, for who watches the room: clocks against what was
 * promised, what came of calls, looks at what is kept closed, the chain's head, and lines to
 * sign on. Counts only: what oversight may see, anybody may hold in his hand. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/client'
import type { Page, ResponseTimes, Witness } from '../api/types'
import { language, t, word } from '../lib/i18n'
import { serverNow } from '../lib/time'
import { me } from '../state/session'
import { ask, explain } from './ask'
import { LookedBy, LooksFacts, shareOf } from './looks'
import { monthBefore, monthName, monthOf, spanOf } from './months'
import { formatSeconds, INTERVALS, minute, TARGETS, verdictOf } from './targets'
import './month.css'

interface PaperHead {
	seq: number
	hash: string
	at: string
	paper: string
	qr_svg: string
}

interface Sheet {
	month: string
	data: ResponseTimes
	head: PaperHead | undefined
	witnesses: readonly Witness[] | undefined
	made: number
}

/* On one page with all the rest. */
const AGENCIES_MOST = 6
const KINDS_MOST = 12

async function sheetOf(month: string): Promise<Sheet> {
	const span = spanOf(month)
	const past = spanOf(monthBefore(month))
	const iso = (ms: number) => new Date(ms).toISOString()
	const query = new URLSearchParams({
		from: iso(span.from),
		to: iso(span.to),
		baseline_from: iso(past.from),
		baseline_to: iso(past.to),
		by: 'kind',
	})
	const data = await ask(query, () => true)
	const head = await get<PaperHead>('/head?paper=1').catch(() => undefined)
	const witnesses = me.peek()?.is_control
		? await get<Page<Witness>>('/witnesses').then(
				(page) => page.items,
				() => undefined,
			)
		: undefined
	if (!data) throw new Error('superseded')
	return { month, data, head, witnesses, made: serverNow() }
}

export function Month() {
	const thisMonth = monthOf(serverNow())
	const month = useSignal(monthBefore(thisMonth))
	const sheet = useSignal<Sheet | undefined>(undefined)
	const failed = useSignal('')
	const tries = useSignal(0)
	useEffect(() => {
		const wanted = month.value
		failed.value = ''
		sheetOf(wanted).then(
			(made) => {
				if (month.peek() !== wanted) return
				sheet.value = made
				document.title = `Kumak: ${t('month.title')} ${wanted}`
			},
			(error) => {
				if (month.peek() === wanted) failed.value = explain(error)
			},
		)
	}, [month.value, tries.value])
	const shown = sheet.value?.month === month.value ? sheet.value : undefined
	return (
		<div class="month">
			<div class="row wrap no-print month-tools">
				<label class="row">
					<span class="dim">{t('month.which')}</span>
					<input
						class="input ltr"
						type="month"
						value={month.value}
						max={thisMonth}
						onChange={(e) => {
							const next = e.currentTarget.value
							if (/^\d{4}-\d{2}$/.test(next)) month.value = next
						}}
					/>
				</label>
				<button
					type="button"
					class="btn main"
					disabled={!shown}
					onClick={() => window.print()}
				>
					{t('report.print')}
				</button>
				<span class="dim">{t('month.how')}</span>
			</div>
			{failed.value && (
				<p class="bad" role="alert">
					{failed.value}{' '}
					<button type="button" class="btn small" onClick={() => tries.value++}>
						{t('month.again')}
					</button>
				</p>
			)}
			{!shown && !failed.value && <p class="dim">{t('report.coming')}</p>}
			{shown && <Paper sheet={shown} />}
		</div>
	)
}

function Paper({ sheet }: { sheet: Sheet }) {
	const { data, month } = sheet
	return (
		<article class="a4" aria-labelledby="month-title">
			<header>
				<h2 id="month-title">
					{t('month.title')} · <bdi>{monthName(month, language.value)}</bdi>
				</h2>
				<p>
					{t('proof.sheet', {
						node: me.value?.node.name ?? '',
						from: minute(Date.parse(data.from)),
						to: minute(Date.parse(data.to)),
						at: minute(sheet.made),
					})}
				</p>
				{month === monthOf(sheet.made) && <p class="unfinished">{t('month.unfinished')}</p>}
			</header>
			<Clocks data={data} />
			<div class="halves">
				<Kinds data={data} />
				<Ends data={data} />
			</div>
			<section>
				<h3>{t('looks.title')}</h3>
				<LooksFacts looks={data.looks} />
				{data.looks.agencies.length > 0 && (
					<LookedBy looks={data.looks} most={AGENCIES_MOST} />
				)}
			</section>
			<Head sheet={sheet} />
			<footer>
				{(['room', 'oversight', 'witness'] as const).map((office) => (
					<div key={office} class="sign">
						<span class="line" />
						<span>{t(`sign.${office}`)}</span>
						<span class="dim">{t('sign.what')}</span>
					</div>
				))}
			</footer>
		</article>
	)
}

function Clocks({ data }: { data: ResponseTimes }) {
	return (
		<section>
			<h3>{t('month.clocks')}</h3>
			<div class="scroll" tabIndex={0} role="region" aria-label={t('month.clocks')}>
				<table class="table">
					<thead>
						<tr>
							<th>{t('report.interval')}</th>
							<th class="num">{t('report.count')}</th>
							<th class="num">{t('report.missing')}</th>
							<th class="num">{t('report.median')}</th>
							<th class="num">{t('month.before')}</th>
							<th class="num">
								<bdi>90 %</bdi>
							</th>
							<th class="num">
								<bdi>95 %</bdi>
							</th>
							<th>{t('month.promise')}</th>
							<th>{t('report.verdict')}</th>
						</tr>
					</thead>
					<tbody>
						{INTERVALS.map((name) => {
							const one = data.intervals[name]
							const target = TARGETS[name]
							const verdict = verdictOf(one, target)
							return (
								<tr key={name}>
									<th scope="row">{t(`interval.${name}`)}</th>
									<td class="num">{one?.count ?? 0}</td>
									<td class="num">{one?.missing ?? 0}</td>
									<Time seconds={one?.median_s} />
									<Time seconds={data.baseline?.intervals[name]?.median_s} />
									<Time seconds={one?.p90_s} />
									<Time seconds={one?.p95_s} />
									<td>
										{promisesOf(target).map((text) => (
											<span key={text} class="promise ltr">
												{text}
											</span>
										))}
									</td>
									<td>
										{verdict === 'met' && `✓ ${t('report.met')}`}
										{verdict === 'missed' && <b>✗ {t('report.missed')}</b>}
										{verdict === 'none' && '–'}
									</td>
								</tr>
							)
						})}
					</tbody>
				</table>
			</div>
		</section>
	)
}

function promisesOf(target: { p90_s?: number; p95_s?: number }): string[] {
	const parts: string[] = []
	if (target.p90_s !== undefined) parts.push(`90 % ≤ ${formatSeconds(target.p90_s)}`)
	if (target.p95_s !== undefined) parts.push(`95 % ≤ ${formatSeconds(target.p95_s)}`)
	return parts.length ? parts : ['–']
}

function Time({ seconds }: { seconds: number | undefined }) {
	return (
		<td class="num">
			<bdi>{formatSeconds(seconds)}</bdi>
		</td>
	)
}

function Kinds({ data }: { data: ResponseTimes }) {
	const sorted = [...data.groups].sort((a, b) => (b.incidents ?? 0) - (a.incidents ?? 0))
	const shown = sorted.slice(0, KINDS_MOST)
	return (
		<section>
			<h3>{t('month.kinds')}</h3>
			{sorted.length === 0 && <p class="dim">{t('month.no_calls')}</p>}
			<table class="table">
				<tbody>
					{shown.map((group) => (
						<tr key={group.key}>
							<th scope="row">
								<bdi>{word('kind', group.key) || t('report.unknown')}</bdi>
							</th>
							<td class="num">{group.withheld ? '…' : group.incidents}</td>
							<td class="num">
								<bdi>{group.withheld ? '…' : shareOf(group.incidents, data.incidents)}</bdi>
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{sorted.length > shown.length && (
				<p class="dim">{t('month.more_kinds', { n: sorted.length - shown.length })}</p>
			)}
		</section>
	)
}

/* What came of calls. Those that were no emergency stand by themselves: it is what the
 * room is asked about first. */
function Ends({ data }: { data: ResponseTimes }) {
	const { outcomes, tests } = data
	const ended = Object.entries(outcomes).filter(
		([key]) => key !== 'open' && key !== 'unverified',
	)
	const closed = ended.reduce((sum, [, n]) => sum + n, 0)
	const rows: [string, string][] = [
		[t('outcomes.incidents'), String(data.incidents)],
		[t('outcomes.open'), String(outcomes.open ?? 0)],
		...ended
			.filter(([key, n]) => n > 0 || key === 'handled')
			.map(([key, n]): [string, string] => [
				word('outcome', key),
				`${n} (${shareOf(n, closed)})`,
			]),
		[t('month.hoax'), shareOf(outcomes.false_alarm ?? 0, closed)],
		[t('outcomes.unverified'), String(outcomes.unverified ?? 0)],
		[t('month.tests'), `${tests.overdue} / ${tests.sites}`],
		[t('left_out.late'), String(data.left_out.late_entries)],
	]
	return (
		<section>
			<h3>{t('month.outcomes')}</h3>
			<table class="table">
				<tbody>
					{rows.map(([name, value]) => (
						<tr key={name}>
							<th scope="row">{name}</th>
							<td class="num">
								<bdi>{value}</bdi>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	)
}

function Head({ sheet }: { sheet: Sheet }) {
	const { head, witnesses, data } = sheet
	return (
		<section class="head">
			{head && (
				<img
					class="qr"
					src={`data:image/svg+xml,${encodeURIComponent(head.qr_svg)}`}
					alt={t('proof.code')}
				/>
			)}
			<div>
				<h3>{t('proof.head')}</h3>
				{head ? (
					<p class="mono ltr">
						<bdi>{head.paper}</bdi>
					</p>
				) : (
					<p class="bad">{t('chain.no')}</p>
				)}
				{witnesses?.map((way) => (
					<p key={way.kind}>
						{t(`witness.${way.kind}`)}
						{way.host && (
							<>
								{' '}
								<bdi>{way.host}</bdi>
							</>
						)}
						:{' '}
						{way.seq ? (
							<bdi>
								{way.seq} · {minute(Date.parse(way.at ?? ''))}
							</bdi>
						) : (
							t('chain.waits')
						)}
						{way.wrong && <b> ✗ {t(`witness_wrong.${way.wrong}`)}</b>}
					</p>
				))}
				{witnesses?.length === 0 && <p>{t('chain.nobody')}</p>}
				<p class="dim">
					{t('month.no_content')}
					{data.withheld_below ? ` ${t('month.withheld', { n: data.withheld_below })}` : ''}
				</p>
			</div>
		</section>
	)
}

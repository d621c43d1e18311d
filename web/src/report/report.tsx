/* SPDX-License-Identifier: Apache-2.0 */
/* The report page. The figures come from the server's one code path over the events;
 * this page only shows them against their targets. It shows no content of any call, so
 * that oversight can have it. */
import { signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { get } from '../api/client'
import type { KumakEvent, Page, ResponseTimes, SiteTest } from '../api/types'
import { addCatalogs, language, nameOf, t, word } from '../lib/i18n'
import { formatDate, formatWhen, serverNow } from '../lib/time'
import { me, needSession } from '../state/session'
import { LanguageSwitch } from '../ui/parts'
import { WorldBanner } from '../ui/strip'
import { ask, explain } from './ask'
import { AreaMap, Compared, Outcomes, Proof, Spread } from './family'
import { baselineOf, formatSeconds, INTERVALS, rateOf, TARGETS, verdictOf } from './targets'
import './report.css'

const GROUPINGS = [
	'',
	'site',
	'agency',
	'district',
	'area',
	'shift',
	'kind',
	'priority',
	'day',
	'week',
	'month',
] as const
const BASELINES = ['', 'before', 'year'] as const
const DAY_MS = 86_400_000
const PKT_MS = 5 * 3_600_000
const ALARMS = new Set([
	'incident.raised',
	'incident.unacknowledged',
	'incident.escalated',
	'device.lost',
])
/* The newest events are looked at, this many and no more. */
const LOOK_BACK = 5_000

const dayText = (ms: number) => new Date(ms + PKT_MS).toISOString().slice(0, 10)
const dayStart = (text: string) => new Date(Date.parse(`${text}T00:00:00Z`) - PKT_MS)

/* The chain, looks and the sheet of a month come when the first figures are there. */
const late = signal<typeof import('./late') | undefined>(undefined)

async function loadLate(): Promise<void> {
	if (late.peek()) return
	const found = await import('./late')
	await addCatalogs(found.words)
	late.value = found
}

const isMonth = () => location.hash === '#month'

export function Report() {
	const ready = useSignal(false)
	const atMonth = useSignal(isMonth())
	useEffect(() => {
		void needSession().then(() => {
			ready.value = true
			void loadLate()
		})
		const turn = () => {
			atMonth.value = isMonth()
		}
		addEventListener('hashchange', turn)
		return () => removeEventListener('hashchange', turn)
	}, [])
	if (!ready.value) return <p class="pageload">{t('report.coming')}</p>
	return (
		<div class="report">
			<header class="strip">
				<h1>{t('report.title')}</h1>
				<span class="dim">{me.value?.node.name}</span>
				<nav class="views" aria-label={t('report.views')}>
					<a
						class="btn small"
						href="#figures"
						aria-current={atMonth.value ? undefined : 'page'}
					>
						{t('report.figures')}
					</a>
					<a
						class="btn small"
						href="#month"
						aria-current={atMonth.value ? 'page' : undefined}
					>
						{t('report.month')}
					</a>
				</nav>
				<span class="grow" />
				<span class="dim">{formatDate(serverNow(), language.value)}</span>
				<LanguageSwitch />
				{!atMonth.value && (
					<button type="button" class="btn small" onClick={() => print()}>
						{t('report.print')}
					</button>
				)}
			</header>
			<WorldBanner />
			<main>{atMonth.value ? <LateMonth /> : <Figures />}</main>
		</div>
	)
}

function LateMonth() {
	const Month = late.value?.Month
	return Month ? <Month /> : <p class="pageload">{t('report.coming')}</p>
}

function Figures() {
	const Chain = late.value?.Chain
	return (
		<>
			<ResponseTimesCard />
			{Chain && <Chain />}
			{me.value?.role === 'oversight' ? (
				<p class="sheet dim">{t('report.room_only')}</p>
			) : (
				<>
					<AlarmRate />
					<Tests />
				</>
			)}
		</>
	)
}

function ResponseTimesCard() {
	const from = useSignal(dayText(serverNow() - 30 * DAY_MS))
	const to = useSignal(dayText(serverNow()))
	const by = useSignal<(typeof GROUPINGS)[number]>('')
	const base = useSignal<(typeof BASELINES)[number]>('')
	const world = useSignal('')
	const data = useSignal<ResponseTimes | undefined>(undefined)
	const failed = useSignal('')
	const query = () => {
		const first = dayStart(from.value).getTime()
		const end = dayStart(to.value).getTime() + DAY_MS
		const past = base.value ? baselineOf(base.value, first, end) : undefined
		return new URLSearchParams({
			from: new Date(first).toISOString(),
			to: new Date(end).toISOString(),
			...(by.value && { by: by.value }),
			...(world.value && { world: world.value }),
			...(past && { baseline_from: new Date(past.from).toISOString() }),
			...(past && { baseline_to: new Date(past.to).toISOString() }),
		})
	}
	const asked = useRef(0)
	/* The newest question counts. */
	const load = async () => {
		const mine = ++asked.current
		const isWanted = () => mine === asked.current
		try {
			const found = await ask(query(), isWanted)
			if (!found) return
			data.value = found
			failed.value = ''
			document.title = `Kumak: ${t('report.title')}, ${from.value} – ${to.value}`
		} catch (error) {
			if (isWanted()) failed.value = explain(error)
		}
	}
	useEffect(() => void load(), [from.value, to.value, by.value, base.value, world.value])
	const isPolice = me.value?.world === 'live'
	const LooksCard = late.value?.LooksCard
	return (
		<>
			{data.value?.world === 'history' && (
				<div class="world" role="note">
					{t('world.history')}
				</div>
			)}
			<section class="sheet" aria-labelledby="times-title">
				<header class="sheet-head">
					<h2 id="times-title">{t('report.times')}</h2>
					<label class="row">
						<span class="dim">{t('report.from')}</span>
						<input
							class="input ltr"
							type="date"
							value={from.value}
							max={to.value}
							onChange={(e) => {
								if (e.currentTarget.value) from.value = e.currentTarget.value
							}}
						/>
					</label>
					<label class="row">
						<span class="dim">{t('report.to')}</span>
						<input
							class="input ltr"
							type="date"
							value={to.value}
							min={from.value}
							onChange={(e) => {
								if (e.currentTarget.value) to.value = e.currentTarget.value
							}}
						/>
					</label>
					<label class="row">
						<span class="dim">{t('report.by')}</span>
						<select
							class="input"
							value={by.value}
							onChange={(e) => {
								by.value = GROUPINGS.find((g) => g === e.currentTarget.value) ?? ''
							}}
						>
							{GROUPINGS.map((g) => (
								<option key={g} value={g}>
									{g ? t(`by.${g}`) : t('report.no_groups')}
								</option>
							))}
						</select>
					</label>
					<label class="row">
						<span class="dim">{t('report.baseline')}</span>
						<select
							class="input"
							value={base.value}
							onChange={(e) => {
								base.value = BASELINES.find((b) => b === e.currentTarget.value) ?? ''
							}}
						>
							{BASELINES.map((b) => (
								<option key={b} value={b}>
									{b ? t(`baseline.${b}`) : t('baseline.none')}
								</option>
							))}
						</select>
					</label>
					{isPolice && (
						<label class="row">
							<span class="dim">{t('report.world')}</span>
							<select
								class="input"
								value={world.value}
								onChange={(e) => {
									world.value = e.currentTarget.value
								}}
							>
								<option value="">{t('world.live')}</option>
								<option value="history">{t('world.history_short')}</option>
							</select>
						</label>
					)}
					<a
						class="btn small"
						href={`/api/v1/reports/response_times?${query()}&format=csv`}
						download="kumak.csv"
					>
						CSV
					</a>
				</header>
				{failed.value && (
					<p class="bad" role="alert">
						{failed.value}
					</p>
				)}
				{data.value && <Totals data={data.value} />}
				{data.value && <Offers offers={data.value.offers} />}
				{data.value && data.value.groups.length > 0 && (
					<Groups data={data.value} by={by.value} />
				)}
				{data.value && by.value === 'area' && <AreaMap data={data.value} />}
			</section>
			{data.value && <Compared data={data.value} />}
			{data.value && <Spread data={data.value} />}
			{data.value && <Outcomes data={data.value} />}
			{data.value && LooksCard && <LooksCard looks={data.value.looks} />}
			{data.value && <Proof data={data.value} />}
		</>
	)
}

function Totals({ data }: { data: ResponseTimes }) {
	return (
		<div class="scroll" tabIndex={0} role="region" aria-labelledby="times-title">
			<table class="table">
				<thead>
					<tr>
						<th>{t('report.interval')}</th>
						<th class="num">{t('report.count')}</th>
						<th class="num">{t('report.missing')}</th>
						<th class="num">{t('report.median')}</th>
						<th class="num">
							<bdi>90 %</bdi>
						</th>
						<th class="num">{t('report.target')}</th>
						<th class="num">
							<bdi>95 %</bdi>
						</th>
						<th class="num">{t('report.target')}</th>
						<th>{t('report.verdict')}</th>
					</tr>
				</thead>
				<tbody>
					{INTERVALS.map((name) => {
						const interval = data.intervals[name]
						const target = TARGETS[name]
						const verdict = verdictOf(interval, target)
						return (
							<tr key={name}>
								<th scope="row">
									{t(`interval.${name}`)}
									<small class="dim">{t(`interval_from.${name}`)}</small>
								</th>
								<td class="num">{interval?.count ?? 0}</td>
								<td class="num dim">{interval?.missing ?? 0}</td>
								<Figure seconds={interval?.median_s} />
								<Figure seconds={interval?.p90_s} limit={target.p90_s} />
								<Figure seconds={target.p90_s} quiet />
								<Figure seconds={interval?.p95_s} limit={target.p95_s} />
								<Figure seconds={target.p95_s} quiet />
								<td>
									{verdict === 'met' && <span class="chip good">✓ {t('report.met')}</span>}
									{verdict === 'missed' && (
										<span class="chip bad">✗ {t('report.missed')}</span>
									)}
									{verdict === 'none' && <span class="dim">–</span>}
								</td>
							</tr>
						)
					})}
				</tbody>
			</table>
		</div>
	)
}

/* How often a unit was sent that was not the one suggested, and why. */
function Offers({ offers }: { offers: ResponseTimes['offers'] }) {
	const given = Object.entries(offers.overrides).filter(([, n]) => n > 0)
	const all = given.reduce((sum, [, n]) => sum + n, 0)
	return (
		<>
			<p class="offers-sum">{t('offers.sum', { count: offers.count, n: all })}</p>
			{given.length > 0 && (
				<ul class="offers">
					{given.map(([reason, n]) => (
						<li key={reason}>
							{word('override', reason)} <bdi class="num">{n}</bdi>
						</li>
					))}
				</ul>
			)}
		</>
	)
}

interface FigureProps {
	seconds: number | undefined
	limit?: number | undefined
	quiet?: boolean
}

function Figure({ seconds, limit, quiet }: FigureProps) {
	const over = seconds !== undefined && limit !== undefined && seconds > limit
	return (
		<td class={`num${quiet ? ' dim' : ''}${over ? ' over' : ''}`}>
			<span class="ltr">
				{quiet && seconds !== undefined ? '≤ ' : ''}
				{formatSeconds(seconds)}
			</span>
		</td>
	)
}

function Groups({ data, by }: { data: ResponseTimes; by: string }) {
	const shown = INTERVALS.filter((name) => name !== 'presentation')
	const label = (key: string | undefined, name: string | undefined) => {
		if (by === 'kind') return word('kind', key ?? name)
		if (by === 'priority') return word('priority', key ?? name)
		return name || key || t('report.unknown')
	}
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label={t('report.groups')}>
			<table class="table groups">
				<caption>{t('report.groups_note')}</caption>
				<thead>
					<tr>
						<th>{by ? t(`by.${by}`) : ''}</th>
						<th class="num">{t('report.count')}</th>
						{shown.map((name) => (
							<th key={name} class="num">
								{t(`interval.${name}`)}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{data.groups.map((group, n) => (
						<tr key={group.key ?? n}>
							<th scope="row">
								<bdi>{label(group.key, group.name)}</bdi>
							</th>
							<td class="num">{group.withheld ? '…' : (group.incidents ?? 0)}</td>
							{shown.map((name) => (
								<Figure
									key={name}
									seconds={group.intervals?.[name]?.p90_s}
									limit={TARGETS[name].p90_s}
								/>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	)
}

interface Alarms {
	times: number[]
	split: [number, number, number]
	from: number
}

function AlarmRate() {
	const box = useRef<HTMLDivElement>(null)
	const data = useSignal<Alarms | undefined>(undefined)
	const failed = useSignal('')
	useEffect(() => {
		newestAlarms().then(
			(found) => {
				data.value = found
			},
			(error) => {
				failed.value = explain(error)
			},
		)
	}, [])
	useEffect(() => {
		const place = box.current
		const alarms = data.value
		if (!place || !alarms) return
		let stop: (() => void) | undefined
		let gone = false
		void import('./plot').then(({ plotRate }) => {
			if (gone) return
			stop = plotRate(place, rateOf(alarms.times, alarms.from, serverNow()), {
				alarms: t('alarms.per_10'),
				target: t('alarms.target'),
				flood: t('alarms.flood'),
				time: t('alarms.time'),
			})
		})
		return () => {
			gone = true
			stop?.()
		}
	}, [data.value, language.value])
	const alarms = data.value
	const all = alarms ? alarms.split.reduce((a, b) => a + b, 0) : 0
	const share = (n: number) => (all ? Math.round((n / all) * 100) : 0)
	return (
		<section class="sheet" aria-labelledby="alarms-title">
			<header class="sheet-head">
				<h2 id="alarms-title">{t('alarms.title')}</h2>
				<span class="dim">{t('alarms.note')}</span>
			</header>
			{failed.value && (
				<p class="bad" role="alert">
					{failed.value}
				</p>
			)}
			{alarms && alarms.times.length === 0 && <p class="dim">{t('alarms.none')}</p>}
			<div class="plot" ref={box} dir="ltr" aria-hidden="true" />
			{alarms && all > 0 && (
				<p class="split">
					<span class="prio P1">
						<span aria-hidden="true">▲</span> {t('priority.P1')} {share(alarms.split[0])} %
					</span>
					<span class="prio P2">
						<span aria-hidden="true">◆</span> {t('priority.P2')} {share(alarms.split[1])} %
					</span>
					<span class="prio P3">
						<span aria-hidden="true">●</span> {t('priority.P3')} {share(alarms.split[2])} %
					</span>
					<span class="dim">{t('alarms.split')}</span>
				</p>
			)}
		</section>
	)
}

/* Alarms of the last day, from the newest events that this account may see. */
async function newestAlarms(): Promise<Alarms> {
	const head = await get<{ seq: number }>('/head')
	const since = serverNow() - DAY_MS
	const found: Alarms = { times: [], split: [0, 0, 0], from: since }
	let after = Math.max(0, head.seq - LOOK_BACK)
	for (let asked = 0; asked * 500 < LOOK_BACK + 500; asked++) {
		const page = await get<{ items: KumakEvent[]; through: number }>(
			`/events?after=${after}&limit=500`,
		)
		for (const event of page.items) {
			const at = Date.parse(event.at)
			if (at < since || !ALARMS.has(event.type)) continue
			found.times.push(at)
			const rank = { P1: 0, P2: 1, P3: 2 }[event.data.priority ?? 'P3'] as 0 | 1 | 2
			found.split[rank]++
		}
		if (page.through <= after || page.through >= head.seq) break
		after = page.through
	}
	return found
}

function Tests() {
	const tests = useSignal<readonly SiteTest[] | undefined>(undefined)
	const failed = useSignal('')
	useEffect(() => {
		get<Page<SiteTest>>('/site_tests').then(
			(page) => {
				tests.value = [...page.items].sort((a, b) => Number(b.overdue) - Number(a.overdue))
			},
			(error) => {
				failed.value = explain(error)
			},
		)
	}, [])
	const overdue = tests.value?.filter((one) => one.overdue).length ?? 0
	return (
		<section class="sheet" aria-labelledby="tests-title">
			<header class="sheet-head">
				<h2 id="tests-title">{t('tests.title')}</h2>
				{tests.value && (
					<span class={overdue ? 'chip warn' : 'chip good'}>
						{t('tests.summary', { n: overdue, all: tests.value.length })}
					</span>
				)}
			</header>
			{failed.value && (
				<p class="bad" role="alert">
					{failed.value}
				</p>
			)}
			<div class="scroll" tabIndex={0} role="region" aria-labelledby="tests-title">
				<table class="table">
					<thead>
						<tr>
							<th>{t('by.site')}</th>
							<th>{t('tests.last')}</th>
							<th>{t('tests.due')}</th>
							<th>{t('tests.state')}</th>
						</tr>
					</thead>
					<tbody>
						{tests.value?.map((one) => (
							<tr key={one.site}>
								<th scope="row">
									<bdi>{nameOf(one)}</bdi>
								</th>
								<td>
									<bdi class="num">{formatWhen(one.last_test_at, language.value)}</bdi>
								</td>
								<td>
									<bdi class="num">{formatWhen(one.due_at, language.value)}</bdi>
								</td>
								<td>
									{one.overdue ? (
										<span class="chip warn">{t('tests.overdue')}</span>
									) : (
										<span class="chip good">✓ {t('tests.fine')}</span>
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</section>
	)
}

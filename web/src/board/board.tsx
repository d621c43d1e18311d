/* SPDX-License-Identifier: Apache-2.0 */
/* The wall board. Queue at the start, map in the middle, units at the end, the strip on
 * top: places never change. Nothing here can be scrolled, hovered or pressed. P1 rows
 * stay; the rest take turns. When the line is lost the board stands still, says so and
 * stays readable. */
import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Incident } from '../api/types'
import { language, nameOf, t } from '../lib/i18n'
import { unlocked } from '../lib/sound'
import { formatClock } from '../lib/time'
import { MapPane } from '../map/pane'
import { boardPage } from '../state/queue'
import { fixAge, loaded, now, openRoom, pointed, queue, room, world } from '../state/room'
import { needSession } from '../state/session'
import { watchAlarms } from '../ui/alarm'
import { keepWell } from '../ui/heal'
import {
	Bdi,
	Countdown,
	kindOf,
	PriorityBadge,
	StormText,
	stageOf,
	UnitShape,
	unitTone,
} from '../ui/parts'
import { theme } from '../ui/start'
import { HealthChips, isLinkLost, LinkChip, SoundChip, WorldBanner } from '../ui/strip'
import { readNumber, rootPixels, rowsFor } from './scale'
import './board.css'

const TURN_MS = 15_000
const LOST_FIX_S = 300
/* Height of a row in root sizes; must agree with board.css. */
const ROW_REM = { ur: 2.4, sd: 2.05, en: 2.05, zh: 2.05 }

const asked = new URLSearchParams(location.search)
const distance = readNumber(asked.get('distance'), 0.5, 30, 3)
const panel = readNumber(asked.get('panel'), 10, 200, 55)

function setScale(): void {
	document.documentElement.style.fontSize = `${rootPixels(distance, panel, innerWidth).toFixed(2)}px`
}

export function Board() {
	useEffect(() => {
		void needSession()
			.then(async () => {
				for (;;) {
					try {
						await openRoom()
						return
					} catch {
						await new Promise((done) => setTimeout(done, 3_000))
					}
				}
			})
			.then(() => {
				watchAlarms()
				keepWell()
			})
		void navigator.wakeLock?.request('screen').catch(() => undefined)
	}, [])
	useLayoutEffect(() => {
		setScale()
		addEventListener('resize', setScale)
		return () => removeEventListener('resize', setScale)
	}, [])
	if (!loaded.value) return <p class="pageload">{t('board.coming')}</p>
	return (
		<div class={isLinkLost() ? 'board frozen' : 'board'}>
			<Top />
			<div class="zones">
				<Queue />
				<section class="zone map-zone" aria-label={t('board.map')}>
					<MapPane theme={theme()} interactive={false} />
				</section>
				<Units />
			</div>
		</div>
	)
}

function Top() {
	const lost = isLinkLost()
	return (
		<>
			<header class={lost ? 'strip lost' : 'strip'}>
				<h1 class="clip">{room.value ? room.value.node.name : ''}</h1>
				<span class="grow" />
				<HealthChips />
				{!unlocked.value && <SoundChip />}
				<span class="chip">{t('board.open', { n: queue.value.length })}</span>
				<LinkChip />
				<time class="clock">{formatClock(now.value)}</time>
			</header>
			<WorldBanner />
		</>
	)
}

function Queue() {
	const list = useRef<HTMLOListElement>(null)
	const rows = useSignal(9)
	const turn = useSignal(0)
	useLayoutEffect(() => {
		const box = list.current
		if (!box) return
		const measure = () => {
			const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
			rows.value = rowsFor(box.clientHeight, rem * ROW_REM[language.value])
		}
		measure()
		const watch = new ResizeObserver(measure)
		watch.observe(box)
		return () => watch.disconnect()
	}, [language.value])
	useEffect(() => {
		const timer = setInterval(() => {
			turn.value += 1
		}, TURN_MS)
		return () => clearInterval(timer)
	}, [])
	const storms = room.value?.storms ?? []
	const page = boardPage(queue.value, rows.value - Math.min(storms.length, 2), turn.value)
	/* One thing flashes: the first unacknowledged P1. */
	const flashing = page.rows.find((i) => i.unacknowledged && i.priority === 'P1')
	return (
		<section class="zone queue" aria-labelledby="queue-title">
			<header class="zone-title">
				<h2 id="queue-title">{t('board.queue')}</h2>
				{page.pages > 1 && (
					<span class="dim">
						<Bdi>
							{page.page + 1}/{page.pages}
						</Bdi>
					</span>
				)}
			</header>
			<ol ref={list}>
				{storms.slice(0, 2).map((storm, n) => (
					<li key={n} class="line storm">
						<span class="prio P2">≋</span>
						<span class="clip">
							<StormText storm={storm} />
						</span>
					</li>
				))}
				{page.rows.map((incident) => (
					<Line key={incident.id} incident={incident} flash={incident === flashing} />
				))}
				{page.rows.length === 0 && <li class="no-rows dim">{t('board.calm')}</li>}
			</ol>
			{page.hiddenP1 > 0 && (
				<p class="more prio P1">▲ {t('board.more_p1', { n: page.hiddenP1 })}</p>
			)}
		</section>
	)
}

function Line({ incident, flash }: { incident: Incident; flash: boolean }) {
	const site =
		incident.site === undefined ? undefined : world.value.sites.get(incident.site)
	const place = site ? nameOf(site) : incident.site_name
	const classes = ['line', `bar-${incident.priority}`]
	if (flash) classes.push('flash')
	if (pointed.value?.incident === incident.id) classes.push('pointed')
	if (incident.unacknowledged && incident.priority === 'P1') classes.push('unacked')
	return (
		<li class={classes.join(' ')} data-incident={incident.id}>
			<PriorityBadge priority={incident.priority} />
			<div class="what">
				<p class="kind clip">
					{kindOf(incident)}
					{incident.trust === 'unverified' && (
						<small class="chip warn">{t('board.unverified')}</small>
					)}
				</p>
				<p class="place clip">
					<PriorityBadge priority={incident.priority} /> <Bdi>{incident.number}</Bdi>
					{place && (
						<>
							{' · '}
							<bdi>{place}</bdi>
						</>
					)}
				</p>
			</div>
			<span class="stage clip">{stageOf(incident)}</span>
			<Countdown due={incident.due} at={now.value} />
		</li>
	)
}

function Units() {
	const counts = useComputed(() => {
		const all = [...world.value.units.values()].filter((u) => u.state !== 'off_duty')
		const lost = all.filter((u) => (fixAge(u, now.value) ?? LOST_FIX_S + 1) > LOST_FIX_S)
		const of = (tone: string) => all.filter((u) => unitTone(u) === tone)
		return [
			{ key: 'available', tone: 'available', n: of('available').length },
			{ key: 'busy', tone: 'busy', n: of('busy').length },
			{ key: 'en_route', tone: 'moving', n: of('moving').length },
			{ key: 'no_fix', tone: 'off', n: lost.length },
		]
	})
	const going = useComputed(() =>
		[...world.value.units.values()]
			.filter((u) => u.state === 'busy')
			.sort((a, b) => (a.callsign < b.callsign ? -1 : 1)),
	)
	return (
		<section class="zone units" aria-labelledby="units-title">
			<header class="zone-title">
				<h2 id="units-title">{t('board.units')}</h2>
			</header>
			<dl class="tiles">
				{counts.value.map((tile) => (
					<div key={tile.key} class={`tile ${tile.tone}`}>
						<dt>{t(`tile.${tile.key}`)}</dt>
						<dd>{tile.n}</dd>
					</div>
				))}
			</dl>
			<ul class="going">
				{going.value.map((unit) => {
					const age = fixAge(unit, now.value)
					return (
						<li key={unit.id}>
							<UnitShape unit={unit} stale={(age ?? LOST_FIX_S + 1) > 60} />
							<Bdi>{unit.callsign}</Bdi>
							<span class="clip grow">
								{unit.busy_as ? t(`busy_as.${unit.busy_as}`) : ''}
							</span>
						</li>
					)
				})}
			</ul>
		</section>
	)
}

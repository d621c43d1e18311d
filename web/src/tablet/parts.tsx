/* SPDX-License-Identifier: Apache-2.0 */
/* The tablet's parts: the strip, the offer that fills the screen, the card of an
 * assignment, the four keys. Targets are for gloves: 56 px and more. */
import { useState } from 'preact/hooks'
import type { Assignment, AssignmentStatus } from '../api/types'
import { distanceM, formatDistance, formatPlace } from '../lib/geo'
import { nameOf, t, word } from '../lib/i18n'
import { landmarkText } from '../lib/landmark'
import { unlock, unlocked } from '../lib/sound'
import { formatClock, formatCountdown } from '../lib/time'
import { me } from '../state/session'
import { HoldButton } from '../ui/hold'
import { Bdi, LanguageSwitch, PriorityBadge } from '../ui/parts'
import { cycleTheme } from '../ui/start'
import { drive } from './drive'
import {
	callDistress,
	chosen,
	distress,
	heardAt,
	hideDistress,
	isCutOff,
	isDistressDurable,
	isOnDuty,
	loaded,
	now,
	offers,
	say,
	selected,
	setShift,
	unit,
	waiting,
} from './duty'
import { here, sharing } from './sharing'
import { maySay } from './statuses'

export function TopStrip({ onTheme }: { onTheme: (theme: string) => void }) {
	const isLost = loaded.value && isCutOff.value
	const place = sharing.value
	return (
		<>
			<header class={isLost ? 'strip lost' : 'strip'}>
				<h1>
					<bdi>{unit.value?.callsign ?? me.value?.name ?? t('tablet')}</bdi>
				</h1>
				<span class={isOnDuty.value ? 'chip good' : 'chip'}>
					{t(isOnDuty.value ? 'shift.on' : 'shift.off')}
				</span>
				<span class={place === 'denied' ? 'chip bad' : 'chip'} title={t('place.hint')}>
					{t(`place.${place}`)}
				</span>
				<span class="grow" />
				<LanguageSwitch />
				<button
					type="button"
					class="btn"
					aria-label={t('theme')}
					title={t('theme')}
					onClick={() => {
						cycleTheme()
						onTheme(document.documentElement.dataset.theme ?? 'dark')
					}}
				>
					◐
				</button>
				<time class="clock">{formatClock(now.value).slice(0, 5)}</time>
			</header>
			{isLost && (
				<p class="lostband" role="alert">
					<strong>{t('link_lost')}</strong>
					{heardAt.value > 0 && (
						<>
							{' '}
							{t('link.as_of')} <Bdi>{formatClock(heardAt.value)}</Bdi>
						</>
					)}
					{' · '}
					{t('link_lost_hint')}
				</p>
			)}
			{waiting.value.length > 0 && (
				<p class="waitband" role="status">
					{t('queued', { n: waiting.value.length })}
				</p>
			)}
			{!unlocked.value && isOnDuty.value && (
				<button type="button" class="btn soundband" onClick={() => void unlock()}>
					{t('sound.unlock')}
				</button>
			)}
			<DistressBand />
		</>
	)
}

function DistressBand() {
	const item = distress.value
	if (!item) return null
	const text = item.answer
		? t('distress.received', { n: item.answer.number })
		: t(isDistressDurable.value ? 'distress.saved' : 'distress.unsaved')
	return (
		<div class={item.answer ? 'distressband' : 'distressband unsent'} role="alert">
			<span class="grow">{text}</span>
			{item.answer && (
				<button type="button" class="btn" onClick={hideDistress}>
					{t('distress.hide')}
				</button>
			)}
		</div>
	)
}

export function ShiftPane() {
	const own = unit.value
	return (
		<section class="shift">
			<p class="word">{t(isOnDuty.value ? 'idle' : 'shift.off')}</p>
			<p class="dim">{t(isOnDuty.value ? 'idle_hint' : 'shift.off_hint')}</p>
			{own?.state === 'out_of_service' && (
				<p class="chip warn">{t('out_of_service', { reason: own.reason ?? '–' })}</p>
			)}
			<button
				type="button"
				class={isOnDuty.value ? 'btn' : 'btn main'}
				onClick={() => {
					void unlock()
					void setShift(!isOnDuty.value)
				}}
			>
				{t(isOnDuty.value ? 'shift.end' : 'shift.start')}
			</button>
			{!isOnDuty.value && (
				<a class="btn" href="/?home">
					{t('logout')}
				</a>
			)}
		</section>
	)
}

/* How far, in words: a line on a map is not enough on a bright day. */
function Away({ assignment }: { assignment: Assignment }) {
	const to = assignment.incident_card?.position
	if (!to) return <p class="dim">{t('no_place')}</p>
	/* Isolated: in a line of Urdu "430 m" would stand as "m 430". */
	const way = drive.value?.assignment === assignment.id ? drive.value : undefined
	const far = here.value && `\u2066${formatDistance(distanceM(here.value, to))}\u2069`
	return (
		<p class="dim">
			<Bdi>{formatPlace(to)}</Bdi>
			{way ? (
				<>
					{' · '}
					{t('drive', {
						distance: `\u2066${formatDistance(way.distance)}\u2069`,
						n: Math.max(1, Math.round(way.eta / 60)),
					})}
				</>
			) : (
				far && <> · {t('away', { distance: far })}</>
			)}
			{way?.crosses && <strong> · {t('drive_closed')}</strong>}
		</p>
	)
}

function siteOf({ incident_card: card }: Assignment): string {
	if (!card?.site_name) return word('kind', card?.kind)
	const { site_name: name, site_name_ur: name_ur } = card
	return nameOf(name_ur ? { name, name_ur } : { name })
}

function Where({ assignment }: { assignment: Assignment }) {
	const card = assignment.incident_card
	return (
		<>
			<p class="site">
				<bdi>{siteOf(assignment)}</bdi>
			</p>
			{card?.address && (
				<p class="address">
					<bdi>{card.address}</bdi>
				</p>
			)}
			{card?.landmark && <p class="address">{landmarkText(card.landmark)}</p>}
			<Away assignment={assignment} />
			{card?.message && (
				<p class="message">
					<bdi>{card.message}</bdi>
				</p>
			)}
		</>
	)
}

function Head({ assignment }: { assignment: Assignment }) {
	const card = assignment.incident_card
	return (
		<p class="row wrap">
			{card && <PriorityBadge priority={card.priority} />}
			<strong>{word('kind', card?.kind)}</strong>
			<Bdi>{card?.number}</Bdi>
		</p>
	)
}

export function Offer() {
	const [isSure, setSure] = useState<string>()
	const offer = offers.value[0]
	if (!offer) return null
	const end = offer.expires_at ? Date.parse(offer.expires_at) : undefined
	const more = offers.value.length - 1
	return (
		<div class="offer" role="alertdialog" aria-modal="true" aria-labelledby="offer">
			<div class="offer-body">
				<h2 id="offer">{t('offer')}</h2>
				<Head assignment={offer} />
				<Where assignment={offer} />
				{more > 0 && <p class="chip warn">{t('offer.more', { n: more })}</p>}
			</div>
			{end !== undefined && (
				<p class="offer-left">
					{t('offer.left')}
					<span class="count">{formatCountdown((end - now.value) / 1000)}</span>
				</p>
			)}
			<div class="offer-keys">
				<button type="button" class="btn main" onClick={() => say(offer, 'accepted')}>
					{t('accept')}
				</button>
				<button
					type="button"
					class="btn"
					onClick={() => (isSure === offer.id ? say(offer, 'declined') : setSure(offer.id))}
				>
					{t(isSure === offer.id ? 'decline_sure' : 'decline')}
				</button>
			</div>
		</div>
	)
}

export function Card({ assignment }: { assignment: Assignment }) {
	const isChosen = selected.value?.id === assignment.id
	const isUnsent = waiting.value.some((said) => said.assignment === assignment.id)
	return (
		<button
			type="button"
			class={`card bar-${assignment.incident_card?.priority ?? 'P3'}`}
			aria-pressed={isChosen}
			onClick={() => {
				chosen.value = assignment.id
			}}
		>
			<Head assignment={assignment} />
			<Where assignment={assignment} />
			<p class="row wrap">
				<span class="chip good">{t(`state.${assignment.state}`)}</span>
				{isUnsent && <span class="chip warn">{t('state.unsent')}</span>}
			</p>
		</button>
	)
}

const COMING: readonly string[] = ['accepted', 'en_route', 'on_scene']

/* Who has said that he comes may open the register of the place; in a window beside, so
 * that this one goes on telling where the crew is. */
export function RegisterLink() {
	const one = selected.value
	const site = one?.incident_card?.site
	if (!one || !site || !COMING.includes(one.state)) return null
	return (
		<a
			class="btn"
			href={`/liaison#/sites/${encodeURIComponent(site)}`}
			target="_blank"
			rel="noopener"
		>
			{t('register')}
		</a>
	)
}

const KEYS: readonly AssignmentStatus[] = ['en_route', 'on_scene', 'cleared']

export function Keys() {
	const assignment = selected.value
	return (
		<nav class="keys" aria-label={t('keys')}>
			{KEYS.map((status) => {
				const isNow = assignment?.state === status
				return (
					<button
						key={status}
						type="button"
						class={isNow ? `btn key now ${status}` : `btn key ${status}`}
						aria-pressed={isNow}
						disabled={!assignment || (!isNow && !maySay(assignment.state, status))}
						onClick={() => assignment && say(assignment, status)}
					>
						{t(`say.${status}`)}
					</button>
				)
			})}
			<HoldButton
				tone="key"
				label={t('distress')}
				hint={t('distress.hold')}
				holding={t('distress.holding')}
				armed={t('distress.armed')}
				onPress={() => void callDistress()}
			/>
		</nav>
	)
}

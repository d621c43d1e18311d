/* SPDX-License-Identifier: Apache-2.0 */
/* The liaison room: where police, partner agencies and missions talk, meet and follow
 * up. At a desk and on a telephone; it opens without a link, to write. */
import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { logout } from '../api/client'
import { addCatalogs, nameOf, t } from '../lib/i18n'
import { formatClockShort } from '../lib/time'
import { me } from '../state/session'
import { LanguageSwitch } from '../ui/parts'
import { cycleTheme, startPage } from '../ui/start'
import { Toasts } from '../ui/toasts'
import { late, loadExtras } from './later'
import { invitationCode, PLACES, type Place } from './route'
import { drafts, flushDrafts, openDrafts } from './say'
import { lastShelf } from './shelf'
import {
	channels,
	go,
	heardAt,
	isGuest,
	link,
	loaded,
	openRoom,
	ownAgency,
	revoked,
	route,
} from './state'
import { Talk } from './talk'
import './liaison.css'

const code = signal(invitationCode(location.hash))

/* All places but the first come right after it, unasked. */
async function loadLate(): Promise<void> {
	for (;;) {
		try {
			await loadExtras()
			const found = await import('./late')
			await addCatalogs(found.words)
			late.value = found
			void found.keepProofs()
			return
		} catch {
			await new Promise((done) => setTimeout(done, 3_000))
		}
	}
}

function App() {
	if (code.value) {
		const Join = late.value?.Join
		return Join ? <Join code={code.value} onJoined={enter} /> : <Coming />
	}
	if (revoked.value) return <p class="pageload">{t('revoked')}</p>
	if (!loaded.value) return <Coming />
	return (
		<div class="liaison room">
			<Top />
			<Places />
			<main>
				<PlaceOf place={shownPlace()} />
			</main>
			<Toasts />
		</div>
	)
}

function Coming() {
	return <p class="pageload">{t('coming')}</p>
}

function PlaceOf({ place }: { place: Place }) {
	if (place === 'talk') return <Talk />
	const Shown = late.value?.VIEWS[place]
	return Shown ? <Shown /> : <Coming />
}

function Top() {
	const who = me.value
	const state = link.value
	const waiting = drafts.value.items.length
	return (
		<header class={state === 'lost' ? 'strip lost' : 'strip'}>
			<h1 class="clip">
				<bdi>{ownAgency.value ? nameOf(ownAgency.value) : who?.agency_name}</bdi>
			</h1>
			<span class="grow" />
			{who && who.world !== 'live' && (
				<span class="chip bad">
					{who.world === 'training'
						? t('world.training')
						: t('world.exercise', { name: who.world })}
				</span>
			)}
			{waiting > 0 && <span class="chip warn">{t('waiting.count', { n: waiting })}</span>}
			<span class={`chip ${state === 'live' ? 'good' : state === 'lost' ? 'bad' : 'warn'}`}>
				{state === 'live' && '✓ '}
				{t(`link.${state}`)}
				{state === 'lost' && heardAt.value > 0 && (
					<>
						{' '}
						{t('link.as_of')} <bdi class="num">{formatClockShort(heardAt.value)}</bdi>
					</>
				)}
			</span>
			<Account />
		</header>
	)
}

function Account() {
	const Proofs = late.value?.Proofs
	const [isOpen, setOpen] = useState(false)
	const leave = async () => {
		await lastShelf.drop().catch(() => undefined)
		await logout().catch(() => undefined)
		location.replace('/')
	}
	return (
		<div class="account">
			<button
				type="button"
				class="btn small"
				aria-expanded={isOpen}
				aria-label={t('account')}
				onClick={() => setOpen(!isOpen)}
			>
				☰
			</button>
			{isOpen && (
				<div class="menu">
					<strong>
						<bdi>{me.value?.name}</bdi>
					</strong>
					<bdi class="dim ltr">{me.value?.login}</bdi>
					<LanguageSwitch />
					<button type="button" class="btn" onClick={cycleTheme}>
						{t('theme')}
					</button>
					<a class="btn" href="/?home">
						{t('pages')}
					</a>
					{Proofs && <Proofs />}
					<button type="button" class="btn" onClick={() => void leave()}>
						{t('log_out')}
					</button>
				</div>
			)}
		</div>
	)
}

/* Orders for report are the police side's alone; registers are a site's own and of those
 * who come to help, and a crew that comes has nothing else here. */
function isShown(place: Place): boolean {
	const role = me.value?.role
	if (role === 'responder') return place === 'sites'
	if (place === 'people')
		return ['administrator', 'supervisor', 'duty_officer', 'liaison'].includes(role ?? '')
	if (place === 'sites') return role !== 'liaison' || !me.value?.is_control
	return place !== 'orders' || !isGuest.value
}

const shownPlace = (): Place =>
	isShown(route.value.place) ? route.value.place : (PLACES.find(isShown) ?? 'talk')

function Places() {
	const unread = channels.value.reduce((n, one) => n + (one.unread ?? 0), 0)
	return (
		<nav class="places" aria-label={t('places')}>
			{PLACES.filter(isShown).map((place) => (
				<button
					key={place}
					type="button"
					aria-current={shownPlace() === place ? 'page' : undefined}
					onClick={() => go({ place })}
				>
					{t(`place.${place}`)}
					{place === 'talk' && unread > 0 && (
						<b class="badge num">{unread >= 50 ? '50+' : unread}</b>
					)}
				</button>
			))}
		</nav>
	)
}

function enter(): void {
	code.value = undefined
	void openRoom((who) => openDrafts(who.account), flushDrafts)
}

async function begin(): Promise<void> {
	/* The code of an invitation does not stay in the address. */
	if (code.value) history.replaceState(null, '', location.pathname + location.search)
	await startPage(App, {
		ur: () => import('./strings/ur.json'),
		sd: () => import('./strings/sd.json'),
		en: () => import('./strings/en.json'),
		zh: () => import('./strings/zh.json'),
	})
	void loadLate()
	if (!code.value) enter()
	/* The shell of this page opens without a link (ui/sw.ts). */
	if (import.meta.env.PROD)
		navigator.serviceWorker
			?.register('/sw-liaison.js', { scope: '/liaison' })
			.catch(() => undefined)
}

void begin()

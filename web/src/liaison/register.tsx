/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of sites: to their owner whole; to the room and a crew under way its contacts,
 * plans and points, while it is open to them. Each look of theirs is shown to the owner,
 * so a part is asked for only when it is looked at. */
import { useEffect, useState } from 'preact/hooks'
import { ApiError, get, getAll, patch, post } from '../api/client'
import type { Id, Page, Site } from '../api/types'
import { nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { Agency, Card, Empty, Facts, Loading, Prose, Side, When } from './parts'
import { PeopleOf } from './people'
import { Do, PlacePane } from './place'
import { Plans, Points } from './register_parts'
import { asked, heard, type Keeper, keeperOf, looks, siteName } from './registers'
import { Reviews } from './reviews'
import { attempt } from './say'
import { go, listOf, refetch, route } from './state'
import { type Book, type Contact, LEVELS, type Look, type Visit } from './types'
import './register.css'

const TABS = ['head', 'people', 'plans', 'posts', 'cameras', 'reviews', 'looks'] as const
type Tab = (typeof TABS)[number]
const OWN_TABS: readonly Tab[] = ['reviews', 'looks']
const ROOM = ['dispatcher', 'supervisor', 'duty_officer']

const isRoom = () => me.value?.is_control === true && ROOM.includes(me.value.role)

/* --- the list ------------------------------------------------------------------ */

export function Sites() {
	const all = listOf('sites')
	const { id, more } = route.value
	const chosen = all?.find((one) => one.id === id)
	const isCrew = me.value?.role === 'responder'
	return (
		<PlacePane
			title={t('place.sites')}
			side={id && <Register key={id} id={id} site={chosen} tab={tabOf(more)} />}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('register.none')} />}
			<ul class="cards">
				{all?.map((one) => (
					<Card
						key={one.id}
						id={one.id}
						tone={asked.value.has(one.id) ? 'bar-P2' : undefined}
						onOpen={() => go({ place: 'sites', id: one.id })}
					>
						<span class="row wrap">
							<strong class="grow">
								<bdi>{nameOf(one)}</bdi>
							</strong>
							{asked.value.has(one.id) && (
								<span class="chip warn">{t('register.asked')}</span>
							)}
							<span class="dim">{t(`site_class.${one.class}`)}</span>
						</span>
						{one.address && <bdi class="dim">{one.address}</bdi>}
					</Card>
				))}
			</ul>
			{!isCrew && <Missed />}
		</PlacePane>
	)
}

const tabOf = (more: string | undefined): Tab => TABS.find((one) => one === more) ?? 'head'

/* Rounds that nobody made, of all sites: to their owner and to the room. */
function Missed() {
	const [found, setFound] = useState<readonly Visit[]>([])
	const n = heard.value
	useEffect(() => {
		void get<Page<Visit>>('/visits?state=missed&limit=20')
			.then(({ items }) => setFound(items))
			.catch(() => undefined)
	}, [n])
	if (found.length === 0) return null
	return (
		<section>
			<h3 class="dim">{t('round.missed_ones')}</h3>
			<ul class="people">
				{found.map((one) => (
					<li key={one.id} class="row wrap">
						<When at={one.due_at} />
						<bdi>{siteName(one.site)}</bdi>
						{(one.missed_in_row ?? 0) > 1 && (
							<span class="chip bad">
								{t('round.in_row', { n: one.missed_in_row ?? 0 })}
							</span>
						)}
					</li>
				))}
			</ul>
		</section>
	)
}

/* --- one register ---------------------------------------------------------------- */

interface Props {
	id: Id
	site: Site | undefined
	tab: Tab
}

function useBook(id: Id): Book | 'hidden' | undefined {
	const [book, setBook] = useState<Book | 'hidden'>()
	const n = heard.value
	useEffect(() => {
		let isNewest = true
		get<Book>(`/sites/${id}/register`).then(
			(found) => isNewest && setBook(found),
			(error) => {
				const isFinal = error instanceof ApiError && [403, 404].includes(error.status)
				if (isNewest && isFinal) setBook('hidden')
			},
		)
		return () => {
			isNewest = false
		}
	}, [id, n])
	return book
}

function Register({ id, site, tab }: Props) {
	const book = useBook(id)
	/* A crew may name the site only since it comes. */
	useEffect(() => {
		if (!site) refetch('sites')
	}, [book])
	const keeper = keeperOf(site?.agency)
	const title = site ? nameOf(site) : t('place.sites')
	if (!book || book === 'hidden')
		return (
			<Side title={title}>
				{book ? <Empty text={t('register.locked_to_crew')} /> : <Loading />}
			</Side>
		)
	const isOpen = keeper !== 'none' || book.access === 'open'
	const tabs = TABS.filter((one) => keeper !== 'none' || !OWN_TABS.includes(one))
	const shown = isOpen && tabs.includes(tab) ? tab : 'head'
	return (
		<Side title={title}>
			<Access book={book} isOwner={keeper !== 'none'} />
			{isOpen && (
				<nav class="row wrap tabs" aria-label={t('register.parts')}>
					{tabs.map((one) => (
						<button
							key={one}
							type="button"
							class="btn small"
							aria-current={one === shown ? 'page' : undefined}
							onClick={() =>
								go({ place: 'sites', id, ...(one !== 'head' && { more: one }) })
							}
						>
							{t(`register_tab.${one}`)}
						</button>
					))}
				</nav>
			)}
			{shown === 'head' && <Head id={id} book={book} keeper={keeper} isOpen={isOpen} />}
			{shown === 'people' && <PeopleOf site={id} />}
			{shown === 'plans' && <Plans site={id} keeper={keeper} />}
			{shown === 'posts' && <Points key="posts" site={id} at={site} keeper={keeper} />}
			{shown === 'cameras' && (
				<Points key="cameras" site={id} at={site} keeper={keeper} isCameras />
			)}
			{shown === 'reviews' && <Reviews site={id} keeper={keeper} />}
			{shown === 'looks' && <Looks site={id} />}
		</Side>
	)
}

function Access({ book, isOwner }: { book: Book; isOwner: boolean }) {
	const key = book.access === 'open' ? (book.basis ?? 'open') : book.access
	const tone = book.access === 'open' ? 'warn' : book.access === 'withheld' ? 'bad' : 'good'
	return (
		<p class="row wrap">
			<span class={`chip ${isOwner ? tone : book.access === 'open' ? 'good' : 'warn'}`}>
				{t(`register_access.${key}`)}
			</span>
			{isOwner && book.access !== 'withheld' && (
				<span class="dim">{t('register.who_sees')}</span>
			)}
			{!isOwner && book.access === 'open' && (
				<span class="dim">{t('register.look_is_told')}</span>
			)}
		</p>
	)
}

interface HeadProps {
	id: Id
	book: Book
	keeper: Keeper
	isOpen: boolean
}

function Head({ id, book, keeper, isOpen }: HeadProps) {
	return (
		<>
			<Request id={id} book={book} />
			{keeper !== 'none' && <Threat id={id} book={book} keeper={keeper} />}
			{isOpen && <Contacts id={id} book={book} keeper={keeper} />}
			{keeper === 'full' && <Withhold id={id} book={book} />}
		</>
	)
}

/* Two people of the room open a register without an incident; the owner sees it. */
function Request({ id, book }: { id: Id; book: Book }) {
	const [isAsking, setAsking] = useState(false)
	const { request } = book
	const now = request?.glass
	const path = `/sites/${id}/register`
	const act = (what: string) =>
		void attempt(async () => {
			await post(`${path}/${what}`)
			heard.value += 1
		})
	return (
		<>
			{request && (
				<section class={`post ${now === 'ended' ? 'over' : 'bar-P2'}`}>
					<h3>{t(`glass.${now}`)}</h3>
					<Prose text={request.glass_reason} />
					<Facts
						rows={[
							[t('glass.first'), request.asked_name && <bdi>{request.asked_name}</bdi>],
							[
								t('glass.second'),
								request.approved_name && <bdi>{request.approved_name}</bdi>,
							],
							[t('glass.asked_at'), request.asked_at && <When at={request.asked_at} />],
							[t('f.until'), request.glass_until && <When at={request.glass_until} />],
						]}
					/>
					{isRoom() && now !== 'ended' && (
						<p class="row wrap doings">
							{now === 'asked' && (
								<Do label={t('glass.approve')} tone="main" run={() => act('approve')} />
							)}
							<Do label={t('glass.end')} run={() => act('end')} />
						</p>
					)}
				</section>
			)}
			{isRoom() && book.access === 'locked' && now !== 'asked' && (
				<p>
					<Do label={t('glass.ask')} tone="main" run={() => setAsking(true)} />
				</p>
			)}
			{isAsking && (
				<Ask
					title={t('glass.ask')}
					submit={t('glass.ask')}
					danger
					fields={[
						{ name: 'reason', label: t('f.reason'), need: true },
						{ name: 'minutes', label: t('f.minutes_open'), is: 'number', start: '30' },
					]}
					onSend={async (body) => {
						await post(`${path}/request`, body)
						heard.value += 1
					}}
					onClose={() => setAsking(false)}
				/>
			)}
		</>
	)
}

function Threat({ id, book, keeper }: { id: Id; book: Book; keeper: Keeper }) {
	const [isSetting, setSetting] = useState(false)
	return (
		<section class="post">
			<p class="row wrap">
				<strong>{t('threat.title')}</strong>
				<span class={`chip level ${book.level ?? ''}`}>
					{book.level ? t(`level.${book.level}`) : '–'}
				</span>
				<span class="grow" />
				{keeper === 'full' && <Do label={t('threat.set')} run={() => setSetting(true)} />}
			</p>
			<Prose text={book.level_reason} />
			{(book.levels?.length ?? 0) > 0 && (
				<details>
					<summary>{t('threat.history')}</summary>
					<ol class="people">
						{book.levels?.map((one) => (
							<li key={`${one.at} ${one.level}`} class="row wrap">
								<When at={one.from ?? one.at} />
								<span class={`chip level ${one.level}`}>{t(`level.${one.level}`)}</span>
								<bdi>{one.reason}</bdi> <bdi class="dim">{one.by}</bdi>
							</li>
						))}
					</ol>
				</details>
			)}
			{isSetting && (
				<Ask
					title={t('threat.set')}
					submit={t('save')}
					fields={[
						{
							name: 'level',
							label: t('threat.title'),
							is: 'choice',
							need: true,
							options: LEVELS.map((one) => ({ id: one, label: t(`level.${one}`) })),
							start: book.level ?? 'low',
						},
						{ name: 'reason', label: t('f.reason'), is: 'text', need: true },
						{ name: 'from', label: t('f.from'), is: 'time' },
					]}
					onSend={async (body) => {
						await post(`/sites/${id}/register/threat`, body)
						heard.value += 1
					}}
					onClose={() => setSetting(false)}
				/>
			)}
		</section>
	)
}

interface Person {
	id: Id
	name: string
	name_ur?: string
	state?: string
}

/* In the order in which they are to be called. */
function Contacts({ id, book, keeper }: { id: Id; book: Book; keeper: Keeper }) {
	const [people, setPeople] = useState<readonly Person[]>()
	const contacts = book.contacts ?? []
	const put = async (next: readonly Contact[]) => {
		await patch(`/sites/${id}/register`, {
			contacts: next.map(({ person, role }) => ({ person, ...(role && { role }) })),
		})
		heard.value += 1
	}
	const add = () =>
		void attempt(async () => setPeople(await getAll<Person>('/people?state=active')))
	const up = (k: number) => {
		const next = [...contacts]
		next.splice(k - 1, 0, ...next.splice(k, 1))
		void attempt(() => put(next))
	}
	return (
		<section class="post">
			<p class="row wrap">
				<strong class="grow">{t('contact.title')}</strong>
				{keeper === 'full' && <Do label={t('contact.add')} run={add} />}
			</p>
			{contacts.length === 0 && <p class="dim">{t('contact.none')}</p>}
			<ol class="people numbered">
				{contacts.map((one, k) => (
					<li key={one.person}>
						<span class="row wrap">
							<b>
								<bdi>{nameOf({ name: '–', ...one })}</bdi>
							</b>
							<bdi class="dim">{one.rank}</bdi>
							<bdi>{one.role}</bdi>
							{one.phones?.map(({ label, number }) => (
								<a
									key={number}
									class="ltr num"
									href={`tel:${number.replace(/[^\d+]/g, '')}`}
								>
									<span class="hidden">{label} </span>
									{number}
								</a>
							))}
							{keeper === 'full' && (
								<>
									<span class="grow" />
									{k > 0 && <Do label={t('contact.up')} run={() => up(k)} />}
									<Do
										label={t('contact.remove')}
										run={() => void attempt(() => put(contacts.filter((c) => c !== one)))}
									/>
								</>
							)}
						</span>
					</li>
				))}
			</ol>
			{people && (
				<Ask
					title={t('contact.add')}
					submit={t('contact.add')}
					fields={[
						{
							name: 'person',
							label: t('f.person'),
							is: 'choice',
							need: true,
							hint: t('contact.hint'),
							options: people
								.filter((one) => !contacts.some((c) => c.person === one.id))
								.map((one) => ({ id: one.id, label: nameOf(one) })),
						},
						{ name: 'role', label: t('f.role_of') },
					]}
					onSend={(body) => put([...contacts, body as unknown as Contact])}
					onClose={() => setPeople(undefined)}
				/>
			)}
		</section>
	)
}

/* The owner may close it to all others, whatever happens. */
function Withhold({ id, book }: { id: Id; book: Book }) {
	const [isSure, setSure] = useState(false)
	const put = async (withheld: boolean) => {
		await patch(`/sites/${id}/register`, { withheld })
		heard.value += 1
	}
	return (
		<section class="post">
			<p class="dim">{t(book.withheld ? 'withhold.now' : 'withhold.why')}</p>
			<p>
				{book.withheld ? (
					<Do label={t('withhold.end')} run={() => void attempt(() => put(false))} />
				) : (
					<Do label={t('withhold.do')} run={() => setSure(true)} />
				)}
			</p>
			{isSure && (
				<Ask
					title={t('withhold.do')}
					submit={t('withhold.do')}
					danger
					fields={[{ name: 'sure', label: t('withhold.sure'), is: 'tick', start: true }]}
					onSend={() => put(true)}
					onClose={() => setSure(false)}
				/>
			)}
		</section>
	)
}

/* Each look from outside, newest first. */
function Looks({ site }: { site: Id }) {
	const [found, setFound] = useState<readonly Look[]>()
	const n = looks.value + heard.value
	useEffect(() => {
		void get<Page<Look>>(`/sites/${site}/register/openings`)
			.then(({ items }) => setFound(items))
			.catch(() => setFound([]))
	}, [n])
	if (!found) return <Loading />
	if (found.length === 0) return <Empty text={t('register.never_opened')} />
	return (
		<ol class="people looks">
			{[...found].map((one) => (
				<li key={`${one.at} ${one.what} ${one.name}`} class="row wrap">
					<When at={one.at} />
					<bdi>{one.name}</bdi>
					<span class="dim">
						<Agency id={one.agency} />
					</span>
					<LookedAt what={one.what} />
					{!one.incident && (
						<span class="chip warn">{t('register_access.two_people')}</span>
					)}
				</li>
			))}
		</ol>
	)
}

const KINDS_LOOKED = [
	'contacts',
	'people',
	'plans',
	'points',
	'reviews',
	'findings',
	'visits',
]
function LookedAt({ what = '' }: { what?: string | undefined }) {
	return KINDS_LOOKED.includes(what) ? (
		<span>{t(`looked.${what}`)}</span>
	) : (
		<bdi class="ltr">{what}</bdi>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Protected people: kept by their mission, and by the security cell, which is shown that
 * one is there and gives a reason for more. Who looked at what is the agency's, and files
 * that two people let leave. At a place that is open to those who come: who lives or
 * works there. */
import { useEffect, useState } from 'preact/hooks'
import { get, patch, post } from '../api/client'
import type { Id, Page } from '../api/types'
import { listed, nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { OneExport } from './exports'
import { type Field, type Option, wordsOf } from './form'
import { Agency, Card, Empty, Facts, Loading, Prose, Side, When } from './parts'
import { agencyOptions, Do, PlacePane } from './place'
import { siteName, useParts } from './registers'
import { attempt } from './say'
import {
	directory,
	go,
	isCell,
	isGuest,
	listOf,
	newestFirst,
	onHeard,
	refetch,
	route,
} from './state'
import { type Opening, PERSON_KINDS, type Person } from './types'

const isKeeper = () =>
	isCell.value ||
	(isGuest.value && ['administrator', 'liaison'].includes(me.value?.role ?? ''))

const isOwn = (one: Person) => one.agency === me.value?.agency
const title = (one: Person) =>
	one.name
		? nameOf(one as Person & { name: string })
		: `${t(`person_kind.${one.kind ?? 'other'}`)} · ${one.id}`

/* Missions, as the police side may name them. */
const missionOptions = (): Option[] =>
	agencyOptions().filter(({ id }) => {
		const kind = (directory.value.agencies.get(id) as { kind?: string } | undefined)?.kind
		return kind === undefined || ['mission', 'company', 'other'].includes(kind)
	})

export function People() {
	const [what, setWhat] = useState<'new' | 'search' | 'file'>()
	/* What was shown for a reason stays until one goes elsewhere, and on this screen. */
	const [told, setTold] = useState<ReadonlyMap<Id, Person>>(new Map())
	const all = listOf('people')?.filter((one) => one.kind && one.state !== 'left')
	const seen = all?.map((one) => told.get(one.id) ?? one)
	const chosen = seen?.find((one) => one.id === route.value.id)
	const tell = (found: readonly Person[]) =>
		setTold((old) => new Map([...old, ...found.map((one) => [one.id, one] as const)]))
	const close = () => setWhat(undefined)
	/* Closed meanwhile: what was told of him is told no more. */
	useEffect(() => {
		if (all) setTold((old) => new Map([...old].filter(([id]) => has(all, id))))
	}, [all?.length])
	return (
		<PlacePane
			title={t('place.people')}
			tools={
				isKeeper() && (
					<>
						{isCell.value && (
							<Do label={t('guarded.search')} run={() => setWhat('search')} />
						)}
						<Do label={t('guarded.new')} tone="main" run={() => setWhat('new')} />
					</>
				)
			}
			side={chosen && <Whole key={chosen.id} one={chosen} onTold={(p) => tell([p])} />}
		>
			{isKeeper() && !seen && <Loading />}
			{isKeeper() && seen?.length === 0 && <Empty text={t('guarded.none')} />}
			<ul class="cards">
				{isKeeper() &&
					seen?.map((one) => (
						<Card
							key={one.id}
							id={one.id}
							tone={one.withheld ? 'over' : undefined}
							onOpen={() => go({ place: 'people', id: one.id })}
						>
							<span class="row wrap">
								<strong class="grow">
									<bdi>{title(one)}</bdi>
								</strong>
								<span class="chip">{t(`person_kind.${one.kind}`)}</span>
								{!isOwn(one) && (
									<span class="dim">
										<Agency id={one.agency} />
									</span>
								)}
								{one.withheld && <span class="chip warn">{t('guarded.withheld')}</span>}
							</span>
							{(one.site || one.residence) && <bdi class="dim">{listed(places(one))}</bdi>}
						</Card>
					))}
			</ul>
			<Looks />
			<Files onAsk={() => setWhat('file')} />
			{what === 'new' && <Edit onClose={close} />}
			{what === 'search' && <Search onFound={tell} onClose={close} />}
			{what === 'file' && <AskFile onClose={close} />}
		</PlacePane>
	)
}

const has = (all: readonly Person[], id: Id) => all.some((one) => one.id === id)
const office = (one: Person) => one.site && (one.site_name ?? siteName(one.site))
const home = (one: Person) =>
	one.residence && (one.residence_name ?? siteName(one.residence))
const places = (one: Person) =>
	[office(one), home(one)].filter((name) => name !== undefined)

/* --- one of them ------------------------------------------------------------------- */

function Told({ one }: { one: Person }) {
	return (
		<>
			<Facts
				rows={[
					[t('f.kind'), one.kind && t(`person_kind.${one.kind}`)],
					[t('f.agency'), !isOwn(one) && <Agency id={one.agency} />],
					[t('f.rank'), one.rank && <bdi>{one.rank}</bdi>],
					[t('f.nationality'), one.nationality && <bdi>{one.nationality}</bdi>],
					[t('f.document'), one.document && <bdi class="ltr">{one.document}</bdi>],
					[t('f.site'), office(one) && <bdi>{office(one)}</bdi>],
					[t('f.residence'), home(one) && <bdi>{home(one)}</bdi>],
					[t('f.languages'), one.languages && listed(one.languages)],
				]}
			/>
			{one.phones?.map(({ label, number }) => (
				<a key={number} class="btn small ltr" href={`tel:${number.replace(/[^\d+]/g, '')}`}>
					<span class="hidden">{label} </span>
					<bdi class="num">{number}</bdi>
				</a>
			))}
			<Prose text={one.needs} />
		</>
	)
}

function Whole({ one, onTold }: { one: Person; onTold: (told: Person) => void }) {
	const [what, setWhat] = useState<'open' | 'edit'>()
	const path = `/people/${one.id}`
	const close = () => setWhat(undefined)
	return (
		<Side title={title(one)}>
			{!one.name && <p class="dim">{t('guarded.sealed')}</p>}
			<Told one={one} />
			<p class="row wrap doings">
				{!isOwn(one) && !one.name && (
					<Do label={t('guarded.open')} tone="main" run={() => setWhat('open')} />
				)}
				{(isOwn(one) || one.name) && (
					<Do label={t('guarded.change')} run={() => setWhat('edit')} />
				)}
				{isOwn(one) && (
					<Do
						label={t(one.withheld ? 'guarded.show' : 'guarded.withhold')}
						run={() =>
							void attempt(async () => {
								await patch(path, { withheld: !one.withheld })
								refetch('people')
							})
						}
					/>
				)}
			</p>
			{isOwn(one) && <p class="dim">{t('guarded.who_sees')}</p>}
			{what === 'open' && (
				<Ask
					title={t('guarded.open')}
					submit={t('guarded.open')}
					fields={[reason()]}
					onSend={async (body) => onTold(await post<Person>(`${path}/open`, body))}
					onClose={close}
				/>
			)}
			{what === 'edit' && <Edit one={one} onClose={close} />}
		</Side>
	)
}

const reason = (): Field => ({
	name: 'reason',
	label: t('f.reason'),
	need: true,
	hint: t('guarded.reason_told'),
})

function Edit({ one, onClose }: { one?: Person; onClose: () => void }) {
	const sites = (listOf('sites') ?? [])
		.filter((site) => isCell.value || site.agency === me.value?.agency)
		.map((site) => ({ id: site.id, label: nameOf(site) }))
	const line = (name: keyof Person, is?: 'text'): Field => ({
		name,
		label: t(`f.${name}`),
		start: String(one?.[name] ?? ''),
		...(is && { is }),
	})
	const fields: Field[] = [
		...(one || isGuest.value
			? []
			: [
					{
						name: 'agency',
						label: t('f.agency'),
						is: 'choice' as const,
						need: true,
						options: missionOptions(),
					},
				]),
		{ ...line('name'), need: true },
		{ ...line('name_ur'), lang: 'ur' },
		{
			name: 'kind',
			label: t('f.kind'),
			is: 'choice',
			need: true,
			options: wordsOf('person_kind', PERSON_KINDS),
			...(one?.kind && { start: one.kind }),
		},
		line('rank'),
		line('nationality'),
		line('document'),
		...(sites.length > 0
			? [
					{ ...line('site'), is: 'choice' as const, options: sites },
					{ ...line('residence'), is: 'choice' as const, options: sites },
				]
			: []),
		line('needs', 'text'),
	]
	return (
		<Ask
			title={t(one ? 'guarded.change' : 'guarded.new')}
			submit={t('save')}
			wide
			fields={fields}
			onSend={async (body) => {
				if (one) await patch(`/people/${one.id}`, body)
				else await post('/people', body)
				refetch('people')
			}}
			onClose={onClose}
		/>
	)
}

function Search({
	onFound,
	onClose,
}: {
	onFound: (found: readonly Person[]) => void
	onClose: () => void
}) {
	return (
		<Ask
			title={t('guarded.search')}
			submit={t('guarded.search')}
			fields={[
				{
					name: 'agency',
					label: t('f.agency'),
					is: 'choice',
					need: true,
					options: missionOptions(),
				},
				{ name: 'q', label: t('f.name'), need: true },
				reason(),
			]}
			onSend={async (body) => {
				const { items } = await post<Page<Person>>('/people/search', body)
				onFound(items)
				if (items[0]) go({ place: 'people', id: items[0].id })
			}}
			onClose={onClose}
		/>
	)
}

/* --- who looked, and files -------------------------------------------------------- */

function Looks() {
	const [found, setFound] = useState<readonly Opening[]>()
	const [n, setN] = useState(0)
	useEffect(
		() =>
			onHeard(({ type }) => {
				if (type === 'access.opened' || type === 'grant.opened') setN((k) => k + 1)
			}),
		[],
	)
	useEffect(() => {
		void get<Page<Opening>>('/openings?limit=100')
			.then(({ items }) => setFound(items))
			.catch(() => undefined)
	}, [n])
	if (!found?.length) return null
	return (
		<section class="post">
			<h3>{t('opening.title')}</h3>
			<ol class="people looks">
				{found.map((one) => (
					<li key={one.id} class="row wrap">
						<When at={one.at} />
						<bdi>{one.account_name}</bdi>
						<span class="dim">
							<Agency id={one.agency} />
						</span>
						<span>{t(`opening_kind.${one.kind ?? 'grant'}`, { n: one.found ?? 0 })}</span>
						{one.what && <bdi class="dim ltr">{one.what}</bdi>}
						{one.reason && <bdi class="prose">{one.reason}</bdi>}
						{one.unusual?.map((why) => (
							<span key={why} class="chip warn">
								{t(`unusual.${why}`)}
							</span>
						))}
					</li>
				))}
			</ol>
		</section>
	)
}

function Files({ onAsk }: { onAsk: () => void }) {
	const all = listOf('exports')
		?.filter((one) => one.kind === 'track' || one.kind === 'people')
		.sort(newestFirst)
	return (
		<section class="post">
			<p class="row wrap">
				<strong class="grow">{t('guarded.files')}</strong>
				<Do label={t('export.ask')} run={onAsk} />
			</p>
			<p class="dim">{t('guarded.files_why')}</p>
			<ul class="cards">
				{all?.map((one) => (
					<OneExport key={one.id} one={one} />
				))}
			</ul>
		</section>
	)
}

function AskFile({ onClose }: { onClose: () => void }) {
	const [units, setUnits] = useState<readonly Option[]>([])
	const isPolice = !isGuest.value
	useEffect(() => {
		if (isPolice)
			void get<Page<{ id: Id; callsign: string }>>('/units?limit=500')
				.then(({ items }) =>
					setUnits(items.map(({ id, callsign }) => ({ id, label: callsign }))),
				)
				.catch(() => undefined)
	}, [isPolice])
	const kinds = [...(isKeeper() ? ['people'] : []), ...(isPolice ? ['track'] : [])]
	const isTrack = ({ kind }: { kind?: unknown }) => kind === 'track'
	return (
		<Ask
			title={t('export.ask')}
			submit={t('export.ask')}
			fields={[
				{
					name: 'kind',
					label: t('f.kind'),
					is: 'choice',
					need: true,
					options: wordsOf('export_kind', kinds),
				},
				{
					name: 'owner',
					label: t('f.agency'),
					is: 'choice',
					need: true,
					options: missionOptions(),
					when: ({ kind }) => kind === 'people' && isPolice,
				},
				{
					name: 'unit',
					label: t('f.unit'),
					is: 'choice',
					need: true,
					options: units,
					when: isTrack,
				},
				{ name: 'since', label: t('f.from'), is: 'time', need: true, when: isTrack },
				{ name: 'until', label: t('f.until'), is: 'time', need: true, when: isTrack },
				reason(),
			]}
			onSend={async (body) => {
				await post('/exports', body)
				refetch('exports')
			}}
			onClose={onClose}
		/>
	)
}

/* --- at one place ------------------------------------------------------------------- */

export function PeopleOf({ site }: { site: Id }) {
	const found = useParts<Person>(`/people?kind=any&state=active&site=${site}`)
	if (!found) return <Loading />
	if (found.length === 0) return <Empty text={t('guarded.none_here')} />
	return (
		<ul class="cards">
			{found.map((one) => (
				<li key={one.id} class="finding">
					<strong>
						<bdi>{title(one)}</bdi>
					</strong>
					<Told one={one} />
				</li>
			))}
		</ul>
	)
}

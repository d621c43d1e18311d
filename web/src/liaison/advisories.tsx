/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories: read in four languages by those whom they are for; drafted, issued,
 * updated and cancelled by the desk. What is said stays said: each is a further message. */
import { useState } from 'preact/hooks'
import { patch, post } from '../api/client'
import { formatPlace, parsePlace } from '../lib/geo'
import { LANGUAGE_NAMES, language, t } from '../lib/i18n'
import { isWrong, polygonOf, textOfRing } from './area'
import { Ask } from './ask'
import { Area, BringIn, Rules } from './cap'
import { type Field, type Values, wordsOf } from './form'
import { Agency, Card, Empty, Facts, Loading, Prose, Side, Tlp, When } from './parts'
import { agencyOptions, Do, PlacePane, peopleOptions } from './place'
import { attempt, inLanguage, Wrong } from './say'
import { go, isDesk, listOf, newestFirst, refetch, route } from './state'
import { type Advisory, LANGUAGES_OF, MARKINGS } from './types'
import { toField } from './when'

const SEVERITIES = ['extreme', 'severe', 'moderate', 'minor', 'unknown']
const URGENCIES = ['immediate', 'expected', 'future', 'past', 'unknown']
const CERTAINTIES = ['observed', 'likely', 'possible', 'unlikely', 'unknown']
const CATEGORIES = [
	'security',
	'safety',
	'rescue',
	'fire',
	'health',
	'transport',
	'infra',
	'geo',
	'met',
	'env',
	'cbrne',
	'other',
]
const RESPONSES = [
	'shelter',
	'evacuate',
	'prepare',
	'execute',
	'monitor',
	'assess',
	'avoid',
	'all_clear',
	'none',
]

const stands = (one: Advisory) =>
	['issued', 'updated', 'draft', 'pending'].includes(one.state)
const isStanding = (one: Advisory) => ['issued', 'updated'].includes(one.state)
const toneOf = (one: Advisory) =>
	one.severity === 'extreme' || one.severity === 'severe' ? 'bar-P1' : 'bar-P2'

export function Advisories() {
	const [isMaking, setMaking] = useState(false)
	const all = listOf('advisories')
	const { id } = route.value
	const chosen = all?.find((one) => one.id === id)
	const sorted = [...(all ?? [])].sort(newestFirst)
	const groups = [
		['waiting', sorted.filter((one) => one.state === 'pending')],
		['drafts', sorted.filter((one) => one.state === 'draft')],
		['standing', sorted.filter(isStanding)],
		['over', sorted.filter((one) => !stands(one))],
	] as const
	return (
		<PlacePane
			title={t('place.advisories')}
			tools={
				isDesk.value && (
					<>
						<BringIn />
						<Do label={t('advisory.new')} tone="main" run={() => setMaking(true)} />
					</>
				)
			}
			side={chosen && <Whole key={chosen.id} advisory={chosen} />}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('advisory.none')} />}
			{groups.map(
				([name, group]) =>
					group.length > 0 && (
						<section key={name}>
							<h3 class="dim">{t(`advisory_group.${name}`)}</h3>
							<ul class="cards">
								{group.map((one) => (
									<Line key={one.id} advisory={one} />
								))}
							</ul>
						</section>
					),
			)}
			{isDesk.value && <Rules />}
			{isMaking && <Editor onClose={() => setMaking(false)} />}
		</PlacePane>
	)
}

function Line({ advisory }: { advisory: Advisory }) {
	return (
		<Card
			id={advisory.id}
			tone={stands(advisory) ? toneOf(advisory) : 'over'}
			onOpen={() => go({ place: 'advisories', id: advisory.id })}
		>
			<span class="row wrap">
				<span class="chip">{t(`advisory_state.${advisory.state}`)}</span>
				<span class="chip warn">{t(`severity.${advisory.severity}`)}</span>
				<Tlp marking={advisory.tlp} />
				<span class="grow" />
				<When at={advisory.sent_at} />
			</span>
			<strong dir="auto">{inLanguage(advisory, 'headline')?.text ?? advisory.event}</strong>
		</Card>
	)
}

function Whole({ advisory }: { advisory: Advisory }) {
	const [shown, setShown] = useState<string>(language.value)
	const has = LANGUAGES_OF.filter((code) => advisory[`headline_${code}`])
	const code = has.find((one) => one === shown) ?? has[0]
	return (
		<Side title={advisory.event}>
			<p class="row wrap">
				<span class="chip">{t(`advisory_state.${advisory.state}`)}</span>
				<span class="chip warn">{t(`severity.${advisory.severity}`)}</span>
				<Tlp marking={advisory.tlp} />
			</p>
			<p class="row wrap" role="group" aria-label={t('language')}>
				{has.map((one) => (
					<button
						key={one}
						type="button"
						class="btn small"
						lang={one}
						aria-pressed={one === code}
						onClick={() => setShown(one)}
					>
						{LANGUAGE_NAMES[one]}
					</button>
				))}
			</p>
			{code && (
				<article class="post">
					<h3 dir="auto" lang={code}>
						{String(advisory[`headline_${code}`])}
					</h3>
					<Prose text={advisory[`text_${code}`] as string} lang={code} />
					{Boolean(advisory[`instruction_${code}`]) && (
						<>
							<h4>{t('f.instruction')}</h4>
							<Prose text={advisory[`instruction_${code}`] as string} lang={code} />
						</>
					)}
				</article>
			)}
			<Area advisory={advisory} />
			<Facts
				rows={[
					[t('f.area_name'), advisory.area_name && <bdi>{advisory.area_name}</bdi>],
					[t('f.category'), t(`category.${advisory.category}`)],
					[
						t('f.urgency'),
						`${t(`urgency.${advisory.urgency}`)} · ${t(`certainty.${advisory.certainty}`)}`,
					],
					[t('f.response'), advisory.response && t(`response.${advisory.response}`)],
					[t('advisory.sent'), advisory.sent_at && <When at={advisory.sent_at} />],
					[t('f.onset_at'), advisory.onset_at && <When at={advisory.onset_at as string} />],
					[t('f.expires_at'), advisory.expires_at && <When at={advisory.expires_at} />],
					[t('advisory.ended'), advisory.end_reason && <bdi>{advisory.end_reason}</bdi>],
					[t('advisory.sender'), advisory.sender && <bdi>{advisory.sender}</bdi>],
					[
						t('f.to'),
						advisory.to?.map((one) => (
							<span key={one} class="chip">
								<Agency id={one} />
							</span>
						)),
					],
					[t('advisory.faults'), advisory.faults?.join('; ')],
				]}
			/>
			{advisory.withdrawn && <p class="wrong">{t('advisory.withdrawn')}</p>}
			{advisory.issued_at && (
				<p>
					<a class="btn small" href={`/api/v1/advisories/${advisory.id}.cap`} download>
						{t('advisory.cap')}
					</a>
				</p>
			)}
			{isDesk.value && <Doings advisory={advisory} />}
		</Side>
	)
}

function Doings({ advisory }: { advisory: Advisory }) {
	const [asking, setAsking] = useState<'edit' | 'cancel'>()
	const isDraft = advisory.state === 'draft' || advisory.state === 'pending'
	const isStanding = advisory.state === 'issued' || advisory.state === 'updated'
	const path = `/advisories/${advisory.id}`
	if (!isDraft && !isStanding) return null
	return (
		<p class="row wrap doings">
			{isDraft && (
				<Do
					label={t(advisory.state === 'pending' ? 'advisory.accept' : 'advisory.issue')}
					tone="main"
					run={() =>
						void attempt(async () => {
							await post(`${path}/issue`)
							refetch('advisories')
						}, t('advisory.issued'))
					}
				/>
			)}
			<Do
				label={t(isDraft ? 'advisory.change' : 'advisory.update')}
				run={() => setAsking('edit')}
			/>
			<Do
				label={t(isDraft ? 'advisory.dismiss' : 'advisory.cancel')}
				run={() => setAsking('cancel')}
			/>
			{asking === 'edit' && (
				<Editor advisory={advisory} onClose={() => setAsking(undefined)} />
			)}
			{asking === 'cancel' && (
				<Ask
					title={t(isDraft ? 'advisory.dismiss' : 'advisory.cancel')}
					submit={t(isDraft ? 'advisory.dismiss' : 'advisory.cancel')}
					danger
					fields={[{ name: 'reason', label: t('f.reason') }]}
					onSend={async (body) => {
						await post(`${path}/cancel`, body)
						refetch('advisories')
					}}
					onClose={() => setAsking(undefined)}
				/>
			)}
		</p>
	)
}

const isNamed = (values: Values) => ['AMBER', 'AMBER+STRICT'].includes(String(values.tlp))

function fieldsOf(one: Advisory | undefined): Field[] {
	const start = (name: string) => (one?.[name] as string | undefined) ?? ''
	const choice = (
		name: string,
		group: string,
		list: readonly string[],
		usual = list[0] ?? '',
	): Field => ({
		name,
		label: t(`f.${name}`),
		is: 'choice',
		need: true,
		options: wordsOf(group, list),
		start: start(name) || usual,
	})
	return [
		{ name: 'event', label: t('f.event'), need: true, start: start('event') },
		choice(
			'tlp',
			'tlp',
			MARKINGS.filter((m) => m !== 'RED'),
			'GREEN',
		),
		{
			name: 'to',
			label: t('f.to'),
			is: 'several',
			when: isNamed,
			options: agencyOptions(true),
			start: one?.to ?? [],
		},
		{
			/* RED names persons: an agency is too many. */
			name: 'to',
			label: t('f.recipients'),
			is: 'several',
			need: true,
			when: (values) => values.tlp === 'RED',
			options: peopleOptions(),
			start: one?.to ?? [],
		},
		choice('category', 'category', CATEGORIES),
		choice('severity', 'severity', SEVERITIES, 'moderate'),
		choice('urgency', 'urgency', URGENCIES, 'expected'),
		choice('certainty', 'certainty', CERTAINTIES, 'likely'),
		{
			name: 'response',
			label: t('f.response'),
			is: 'choice',
			options: wordsOf('response', RESPONSES),
			start: start('response'),
		},
		{ name: 'area_name', label: t('f.area_name'), need: true, start: start('area_name') },
		...areaFields(one),
		{
			name: 'onset_at',
			label: t('f.onset_at'),
			is: 'time',
			start: toField(one?.onset_at as string | undefined),
		},
		{
			name: 'expires_at',
			label: t('f.expires_at'),
			is: 'time',
			need: true,
			start: toField(one?.expires_at),
		},
		...LANGUAGES_OF.flatMap((code): Field[] =>
			(['headline', 'text', 'instruction'] as const).map((name) => ({
				name: `${name}_${code}`,
				label: `${t(`f.${name}`)} · ${LANGUAGE_NAMES[code]}`,
				is: name === 'headline' ? 'line' : 'text',
				lang: code,
				start: start(`${name}_${code}`),
			})),
		),
	]
}

function areaFields(one: Advisory | undefined): Field[] {
	const shape = one?.polygon ? 'polygon' : one?.centre ? 'circle' : ''
	return [
		{
			name: 'area',
			label: t('area.shape'),
			is: 'choice',
			options: wordsOf('area', ['circle', 'polygon']),
			start: shape,
		},
		{
			name: 'centre',
			label: t('area.centre'),
			need: true,
			hint: t('area.place_hint'),
			when: ({ area }) => area === 'circle',
			start: one?.centre ? formatPlace(one.centre) : '',
		},
		{
			name: 'radius_km',
			label: t('area.radius_km'),
			is: 'number',
			need: true,
			when: ({ area }) => area === 'circle',
			start: one?.radius_m === undefined ? '' : String(one.radius_m / 1000),
		},
		{
			name: 'polygon',
			label: t('area.ring'),
			is: 'text',
			need: true,
			hint: t('area.ring_hint'),
			when: ({ area }) => area === 'polygon',
			start: textOfRing(one?.polygon),
		},
	]
}

/* The area as the node wants it: one of the two, and none where there was another. */
function withArea(
	body: Record<string, unknown>,
	one: Advisory | undefined,
): Record<string, unknown> {
	const { area, centre, radius_km, polygon, ...rest } = body
	const gone = {
		...(one?.polygon && { polygon: null }),
		...(one?.centre && { centre: null, radius_m: null }),
	}
	if (area === 'circle') {
		const place = parsePlace(String(centre))
		if (!place) throw new Wrong(t('area.no_place', { n: 1 }))
		return {
			...rest,
			...gone,
			centre: place,
			radius_m: Math.round(Number(radius_km) * 1000),
		}
	}
	if (area !== 'polygon') return { ...rest, ...gone }
	const found = polygonOf(String(polygon))
	if (isWrong(found))
		throw new Wrong(found.line ? t('area.no_place', { n: found.line }) : t('area.too_few'))
	return { ...rest, ...gone, polygon: found }
}

function Editor({ advisory, onClose }: { advisory?: Advisory; onClose: () => void }) {
	const isStanding = advisory?.state === 'issued' || advisory?.state === 'updated'
	const send = async (typed: Record<string, unknown>) => {
		const body = withArea(typed, advisory)
		const path = `/advisories/${advisory?.id}`
		const made = !advisory
			? await post<Advisory>('/advisories', body)
			: isStanding
				? await post<Advisory>(`${path}/update`, body)
				: await patch<Advisory>(path, body)
		refetch('advisories')
		go({ place: 'advisories', id: made.id })
	}
	return (
		<Ask
			title={t(
				!advisory ? 'advisory.new' : isStanding ? 'advisory.update' : 'advisory.change',
			)}
			submit={t(isStanding ? 'advisory.update' : 'save')}
			wide
			fields={fieldsOf(advisory)}
			onSend={send}
			onClose={onClose}
		/>
	)
}

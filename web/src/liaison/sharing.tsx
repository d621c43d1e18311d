/* SPDX-License-Identifier: Apache-2.0 */
/* What one's agency shares and what is shared with it: each by two keys, for a purpose,
 * with each look at it shown to both, and ended at once by either. */
import { useEffect, useState } from 'preact/hooks'
import { get, post } from '../api/client'
import type { Page } from '../api/types'
import { direction, listed, nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { kindOf } from '../ui/parts'
import { Ask } from './ask'
import { type Field, type Option, wordsOf } from './form'
import { Agency, Card, Empty, Facts, Loading, Side, When } from './parts'
import { agencyOptions, Do, PlacePane } from './place'
import { attempt } from './say'
import { go, isGuest, listOf, newestFirst, refetch, route } from './state'
import type { Grant, Opening } from './types'

const PARTS = ['message', 'caller', 'people', 'units', 'notes', 'phones', 'address']
const isLive = (one: Grant) => ['proposed', 'accepted', 'active'].includes(one.state)
/* The other side turned the first key; ours is the second. */
export const isAsked = (one: Grant) =>
	one.state === 'proposed' && one.proposed_agency !== me.value?.agency

export function Sharing() {
	const [isMaking, setMaking] = useState(false)
	const all = listOf('grants')
	const chosen = all?.find((one) => one.id === route.value.id)
	const sorted = [...(all ?? [])].sort(newestFirst)
	const own = me.value?.agency
	const groups = [
		['grant.asked', sorted.filter(isAsked)],
		['grant.given', sorted.filter((g) => isLive(g) && !isAsked(g) && g.agency === own)],
		['grant.got', sorted.filter((g) => isLive(g) && !isAsked(g) && g.agency !== own)],
		['grant.over', sorted.filter((g) => !isLive(g))],
	] as const
	const mayGrant = ['administrator', 'supervisor', 'duty_officer', 'liaison'].includes(
		me.value?.role ?? '',
	)
	return (
		<PlacePane
			title={t('place.sharing')}
			tools={
				mayGrant && <Do label={t('grant.new')} tone="main" run={() => setMaking(true)} />
			}
			side={chosen && <Whole key={chosen.id} grant={chosen} mayGrant={mayGrant} />}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('grant.none')} />}
			{groups.map(
				([key, group]) =>
					group.length > 0 && (
						<section key={key}>
							<h3 class="dim">{t(key)}</h3>
							<ul class="cards">
								{group.map((one) => (
									<Card
										key={one.id}
										id={one.id}
										tone={isAsked(one) ? 'bar-P2' : isLive(one) ? 'bar-P3' : 'over'}
										onOpen={() => go({ place: 'sharing', id: one.id })}
									>
										<span class="row wrap">
											<span class="chip">{t(`grant_state.${one.state}`)}</span>
											<Agency id={one.agency} /> {direction.value === 'rtl' ? '←' : '→'}{' '}
											<Agency id={one.to} />
											<span class="grow" />
											<span class="dim">
												{t('grant.opened', { n: one.opened_count ?? 0 })}
											</span>
										</span>
										<strong dir="auto">{one.purpose}</strong>
									</Card>
								))}
							</ul>
						</section>
					),
			)}
			{isMaking && <Propose onClose={() => setMaking(false)} />}
		</PlacePane>
	)
}

function Whole({ grant, mayGrant }: { grant: Grant; mayGrant: boolean }) {
	const [asking, setAsking] = useState<'decline' | 'withdraw'>()
	const path = `/grants/${grant.id}`
	const again = () => refetch('grants', 'incidents')
	const what = grant.subject ? t('grant.one') : t(`grant_of.${grant.of}`)
	return (
		<Side title={grant.purpose}>
			<p class="row wrap">
				<span class="chip">{t(`grant_state.${grant.state}`)}</span>
			</p>
			<Facts
				rows={[
					[t('f.giver'), <Agency key="g" id={grant.agency} />],
					[t('f.getter'), <Agency key="t" id={grant.to} />],
					[t('grant.what'), what],
					[t('grant.which'), grant.subject && <bdi class="ltr">{subjectName(grant)}</bdi>],
					[t('f.priority'), grant.priority && t(`priority.${grant.priority}`)],
					[t('f.site_class'), grant.site_class && t(`site_class.${grant.site_class}`)],
					[
						t('f.parts'),
						grant.parts?.length
							? listed(grant.parts.map((part) => t(`part.${part}`)))
							: t('grant.bare'),
					],
					[t('f.from'), grant.from && <When at={grant.from} />],
					[t('f.until'), grant.until && <When at={grant.until} />],
					[t('grant.first_key'), grant.proposed_name && <bdi>{grant.proposed_name}</bdi>],
					[t('grant.second_key'), grant.accepted_name && <bdi>{grant.accepted_name}</bdi>],
					[
						t(`grant_state.${grant.state}`),
						grant.ended_at && (
							<span>
								<When at={grant.ended_at} /> <bdi>{grant.ended_name}</bdi>{' '}
								<bdi>{grant.end_reason}</bdi>
							</span>
						),
					],
				]}
			/>
			{mayGrant && (
				<p class="row wrap doings">
					{isAsked(grant) && (
						<>
							<Do
								label={t('grant.accept')}
								tone="main"
								run={() =>
									void attempt(async () => {
										await post(`${path}/accept`)
										again()
									})
								}
							/>
							<Do label={t('grant.decline')} run={() => setAsking('decline')} />
						</>
					)}
					{isLive(grant) && !isAsked(grant) && (
						<Do label={t('grant.withdraw')} run={() => setAsking('withdraw')} />
					)}
				</p>
			)}
			<Openings grant={grant} />
			{asking && (
				<Ask
					title={t(`grant.${asking}`)}
					submit={t(`grant.${asking}`)}
					danger
					fields={[{ name: 'reason', label: t('f.reason') }]}
					onSend={async (body) => {
						await post(`${path}/${asking}`, body)
						again()
					}}
					onClose={() => setAsking(undefined)}
				/>
			)}
		</Side>
	)
}

function subjectName({ of, subject }: Grant): string {
	const one = ownRecords(of).find(({ id }) => id === subject)
	return one?.label ?? subject ?? ''
}

/* Each look, newest first: when, who, of which agency. */
function Openings({ grant }: { grant: Grant }) {
	const [found, setFound] = useState<readonly Opening[]>()
	useEffect(() => {
		void get<Page<Opening>>(`/grants/${grant.id}/openings?limit=100`)
			.then(({ items }) => setFound(items))
			.catch(() => undefined)
	}, [grant.opened_count])
	return (
		<>
			<h3>{t('grant.openings')}</h3>
			{found?.length === 0 && <p class="dim">{t('grant.never_opened')}</p>}
			<ul class="people">
				{found?.map((one) => (
					<li key={one.id}>
						<When at={one.at} /> <bdi>{one.account_name}</bdi>{' '}
						<span class="dim">
							<Agency id={one.agency} />
						</span>{' '}
						<bdi class="dim ltr">{one.what}</bdi>
					</li>
				))}
			</ul>
		</>
	)
}

/* One record by hand, instead of all of a kind by a standing rule. */
function ownRecords(of: 'sites' | 'incidents'): Option[] {
	if (of === 'sites')
		return (listOf('sites') ?? [])
			.filter((one) => one.agency === me.value?.agency)
			.map((one) => ({ id: one.id, label: nameOf(one) }))
	return [...(listOf('incidents') ?? [])]
		.sort(newestFirst)
		.slice(0, 50)
		.map((one) => ({
			id: one.id,
			label: `${one.number} · ${kindOf(one)} · ${one.site_name ?? ''}`,
		}))
}

function Propose({ onClose }: { onClose: () => void }) {
	const others = agencyOptions()
	const fields: Field[] = [
		{
			name: 'way',
			label: t('grant.way'),
			is: 'choice',
			need: true,
			options: wordsOf('grant_way', isGuest.value ? ['give'] : ['give', 'get']),
		},
		{
			name: 'other',
			label: t('grant.other'),
			is: 'choice',
			need: true,
			options: others,
		},
		{
			name: 'of',
			label: t('grant.what'),
			is: 'choice',
			need: true,
			options: wordsOf('grant_of', ['incidents', 'sites']),
		},
		{
			name: 'subject',
			label: t('grant.which'),
			is: 'choice',
			options: ownRecords('sites'),
			when: ({ way, of }) => way === 'give' && of === 'sites',
		},
		{
			name: 'subject',
			label: t('grant.which'),
			is: 'choice',
			options: ownRecords('incidents'),
			when: ({ way, of }) => way === 'give' && of === 'incidents',
		},
		{
			name: 'site_class',
			label: t('f.site_class'),
			is: 'choice',
			options: wordsOf('site_class', [
				'consulate',
				'residence',
				'project',
				'camp',
				'other',
			]),
			when: ({ subject }) => !subject,
		},
		{
			name: 'priority',
			label: t('f.priority'),
			is: 'choice',
			options: wordsOf('priority', ['P1', 'P2', 'P3']),
			when: ({ of, subject }) => of === 'incidents' && !subject,
		},
		{ name: 'parts', label: t('f.parts'), is: 'several', options: wordsOf('part', PARTS) },
		{ name: 'purpose', label: t('f.purpose'), need: true },
		{ name: 'from', label: t('f.from'), is: 'time' },
		{ name: 'until', label: t('f.until'), is: 'time' },
	]
	return (
		<Ask
			title={t('grant.new')}
			submit={t('grant.propose')}
			fields={fields}
			onSend={async ({ way, other, ...body }) => {
				const sides =
					way === 'give' ? { to: other } : { agency: other, to: me.value?.agency }
				const made = await post<Grant>('/grants', { ...body, ...sides })
				refetch('grants')
				go({ place: 'sharing', id: made.id })
			}}
			onClose={onClose}
		/>
	)
}

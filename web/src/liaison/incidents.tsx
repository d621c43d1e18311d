/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents that one's agency handles with others: joining, the shared timeline, notes
 * for all or for one's own house, and who leads. A look at a shared one is an opening
 * that its owner is shown, so each is fetched when it is opened, and when it changed. */
import { useEffect, useState } from 'preact/hooks'
import { get, getAll, post } from '../api/client'
import type { Id, Incident, TimelineEntry } from '../api/types'
import { nameOf, t, word } from '../lib/i18n'
import { me } from '../state/session'
import { kindOf, PriorityBadge } from '../ui/parts'
import { Ask } from './ask'
import { Card, Empty, Facts, Loading, Side, When } from './parts'
import { Do, PlacePane } from './place'
import { attempt } from './say'
import { isAsked } from './sharing'
import { go, listOf, newestFirst, refetch, route, touched } from './state'
import type { Grant } from './types'

export function Incidents() {
	const all = listOf('incidents')
	const asked = listOf('grants')?.filter(
		(one) => one.basis === 'joining' && isAsked(one) && one.to === me.value?.agency,
	)
	const { id } = route.value
	return (
		<PlacePane title={t('place.incidents')} side={id && <Whole key={id} id={id} />}>
			{asked?.map((one) => (
				<Invitation key={one.id} grant={one} />
			))}
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('incident.none')} />}
			<ul class="cards">
				{[...(all ?? [])].sort(newestFirst).map((one) => (
					<Card
						key={one.id}
						id={one.id}
						tone={one.state === 'closed' ? 'over' : `bar-${one.priority}`}
						onOpen={() => go({ place: 'incidents', id: one.id })}
					>
						<span class="row wrap">
							<PriorityBadge priority={one.priority} short />
							<bdi class="num">{one.number}</bdi>
							<span class="chip">{t(`incident_state.${one.state}`)}</span>
							<span class="grow" />
							<When at={one.raised_at} />
						</span>
						<strong>
							{kindOf(one)} <bdi>{one.site_name}</bdi>
						</strong>
					</Card>
				))}
			</ul>
		</PlacePane>
	)
}

function Invitation({ grant }: { grant: Grant }) {
	const answer = (what: 'accept' | 'decline') =>
		void attempt(async () => {
			await post(`/grants/${grant.id}/${what}`)
			refetch('grants', 'incidents')
		})
	return (
		<section class="post bar-P2">
			<h3>{t('incident.asked')}</h3>
			<p>
				<bdi>{grant.proposed_name}</bdi> <When at={grant.from} /> <bdi>{grant.purpose}</bdi>
			</p>
			<p class="row">
				<Do label={t('incident.join')} tone="main" run={() => answer('accept')} />
				<Do label={t('grant.decline')} run={() => answer('decline')} />
			</p>
		</section>
	)
}

function Whole({ id }: { id: Id }) {
	const [incident, setIncident] = useState<Incident>()
	const [timeline, setTimeline] = useState<readonly TimelineEntry[]>([])
	const [isGone, setGone] = useState(false)
	const [isNoting, setNoting] = useState(false)
	const { n } = touched.value.id === id ? touched.value : { n: 0 }
	useEffect(() => {
		void Promise.all([
			get<Incident>(`/incidents/${id}`),
			getAll<TimelineEntry>(`/incidents/${id}/timeline`, null, 2_000),
		]).then(
			([one, entries]) => {
				setIncident(one)
				setTimeline([...entries].reverse())
			},
			() => setGone(true),
		)
	}, [n])
	if (isGone) return null
	if (!incident)
		return (
			<Side title="">
				<Loading />
			</Side>
		)
	return (
		<Side title={`${kindOf(incident)} ${incident.number}`}>
			<Facts
				rows={[
					[t('incident.place'), incident.site_name && <bdi>{incident.site_name}</bdi>],
					[t('incident.state'), t(`incident_state.${incident.state}`)],
					[t('incident.raised'), <When key="r" at={incident.raised_at} />],
					[t('incident.message'), incident.message && <bdi>{incident.message}</bdi>],
				]}
			/>
			<Partners incident={incident} />
			<p class="row wrap doings">
				{incident.state !== 'closed' && (
					<Do label={t('incident.note')} tone="main" run={() => setNoting(true)} />
				)}
			</p>
			<h3>{t('incident.timeline')}</h3>
			<ol class="people">
				{timeline.map((one) => (
					<li key={one.seq}>
						<When at={one.at} /> <span>{word('event', one.type.replaceAll('.', '_'))}</span>{' '}
						<bdi>{one.text ?? one.note ?? one.callsign}</bdi>{' '}
						<bdi class="dim">{one.by ?? one.actor_name}</bdi>
					</li>
				))}
			</ol>
			{isNoting && (
				<Ask
					title={t('incident.note')}
					submit={t('save')}
					fields={[
						{ name: 'text', label: t('f.text'), is: 'text', need: true },
						{ name: 'shared', label: t('incident.shared'), is: 'tick', start: true },
					]}
					onSend={(body) => post(`/incidents/${id}/notes`, body)}
					onClose={() => setNoting(false)}
				/>
			)}
		</Side>
	)
}

function Partners({ incident }: { incident: Incident }) {
	const partners = incident.partners ?? []
	const own = me.value?.agency
	const mayLead = ['supervisor', 'duty_officer'].includes(me.value?.role ?? '')
	const leads = partners.some((one) => one.leads && one.agency === own)
	const isOffered = incident.lead_offered === own
	if (partners.length === 0) return null
	const lead = (agency: Id | undefined) =>
		void attempt(() => post(`/incidents/${incident.id}/lead`, { agency }))
	return (
		<>
			<h3>{t('incident.partners')}</h3>
			<ul class="people">
				{partners.map((one) => (
					<li key={one.grant} class="row wrap">
						<bdi>{nameOf(one)}</bdi>
						<span class="chip">{t(`joined.${one.role}`)}</span>
						<span class="chip">{t(`grant_state.${one.state}`)}</span>
						{one.leads && <span class="chip good">{t('incident.leads')}</span>}
						{mayLead && leads && one.agency !== own && one.state === 'active' && (
							<Do label={t('incident.offer_lead')} run={() => lead(one.agency)} />
						)}
					</li>
				))}
			</ul>
			{mayLead && isOffered && (
				<Do label={t('incident.take_lead')} tone="main" run={() => lead(own)} />
			)}
		</>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Other agencies in an incident: they are asked in, it is seen who has come, and the lead
 * is offered, taken and taken back. */
import { useEffect, useState } from 'preact/hooks'
import { post } from '../api/client'
import type { Agency, Id, Incident } from '../api/types'
import { nameOf, t } from '../lib/i18n'
import { agencies, onEvent, refetch } from '../state/room'
import { isSupervisor, me } from '../state/session'
import { incidentPath, run } from './actions'
import './joint.css'

/* Who may be asked in: those that send people out (model/agency.c). */
const RESPONDING: readonly string[] = ['police', 'rangers', 'fire', 'medical']

const ignore = (work: Promise<unknown>) => void work.catch(() => undefined)

export function Joint({ incident }: { incident: Incident }) {
	const [isAsking, setAsking] = useState(false)
	const { id, partners = [] } = incident
	/* Their answers are no events of the incident. */
	useEffect(
		() =>
			onEvent(({ type }) => {
				if (type.startsWith('grant.') && type !== 'grant.opened')
					refetch({ what: 'incident', id })
			}),
		[id],
	)
	const others = [...agencies.value.values()].filter(
		(one) =>
			!one.is_control &&
			RESPONDING.includes(one.kind) &&
			!partners.some((p) => p.agency === one.id),
	)
	const isClosed = incident.state === 'closed'
	if (partners.length === 0 && (isClosed || others.length === 0)) return null
	return (
		<section class="card joint">
			<h3>{t('joint.title')}</h3>
			<Partners incident={incident} />
			{!isClosed && others.length > 0 && !isAsking && (
				<p>
					<button type="button" class="btn small" onClick={() => setAsking(true)}>
						{t('joint.ask')}
					</button>
				</p>
			)}
			{isAsking && (
				<AskIn incident={incident} others={others} onEnd={() => setAsking(false)} />
			)}
		</section>
	)
}

function Partners({ incident }: { incident: Incident }) {
	const { id, partners = [] } = incident
	const own = me.value?.agency
	const lead = (agency: Id | undefined) =>
		ignore(
			run(async () => {
				await post(incidentPath(id, 'lead'), { agency })
				refetch({ what: 'incident', id })
			}, t('joint.lead_done')),
		)
	const weLead = !partners.some((one) => one.leads)
	const isOffered = incident.lead_offered === own
	const isOfficer = me.value?.role === 'duty_officer'
	return (
		<>
			<ul class="left-out">
				{partners.map((one) => (
					<li key={one.grant} class="row wrap">
						<bdi>{nameOf(one)}</bdi>
						<span class="chip">{t(`joint_role.${one.role}`)}</span>
						<span class={`chip ${one.state === 'active' ? 'good' : ''}`}>
							{t(`joint_state.${one.state}`)}
						</span>
						{one.leads && <span class="chip warn">{t('joint.leads')}</span>}
						{incident.lead_offered === one.agency && (
							<span class="chip">{t('joint.offered')}</span>
						)}
						{isSupervisor.value && weLead && one.state === 'active' && (
							<button type="button" class="btn small" onClick={() => lead(one.agency)}>
								{t('joint.offer')}
							</button>
						)}
					</li>
				))}
			</ul>
			{isSupervisor.value && !weLead && (isOffered || isOfficer) && (
				<p>
					<button type="button" class="btn small" onClick={() => lead(own)}>
						{t('joint.take')}
					</button>
				</p>
			)}
		</>
	)
}

interface AskProps {
	incident: Incident
	others: readonly Agency[]
	onEnd: () => void
}

function AskIn({ incident, others, onEnd }: AskProps) {
	const [agency, setAgency] = useState(others[0]?.id ?? '')
	const [role, setRole] = useState('support')
	const [purpose, setPurpose] = useState('')
	const submit = () =>
		ignore(
			run(async () => {
				const said = purpose.trim()
				await post(incidentPath(incident.id, 'partners'), {
					agency,
					role,
					...(said && { purpose: said }),
				})
				refetch({ what: 'incident', id: incident.id })
			}, t('joint.asked')).then(onEnd),
		)
	return (
		<form
			class="joint-form"
			onSubmit={(e) => {
				e.preventDefault()
				submit()
			}}
		>
			<select
				class="input"
				aria-label={t('joint.who')}
				value={agency}
				onChange={(e) => setAgency(e.currentTarget.value)}
			>
				{others.map((one) => (
					<option key={one.id} value={one.id}>
						{nameOf(one)}
					</option>
				))}
			</select>
			<select
				class="input"
				aria-label={t('joint.role')}
				value={role}
				onChange={(e) => setRole(e.currentTarget.value)}
			>
				{(['support', 'informed'] as const).map((one) => (
					<option key={one} value={one}>
						{t(`joint_role.${one}`)}
					</option>
				))}
			</select>
			<input
				class="input"
				dir="auto"
				aria-label={t('joint.purpose')}
				placeholder={t('joint.purpose')}
				value={purpose}
				onInput={(e) => setPurpose(e.currentTarget.value)}
			/>
			<span class="row wrap">
				<button type="submit" class="btn main">
					{t('joint.ask')}
				</button>
				<button type="button" class="btn" onClick={onEnd}>
					{t('joint.not')}
				</button>
			</span>
		</form>
	)
}

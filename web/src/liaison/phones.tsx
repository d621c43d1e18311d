/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers the telephone, of whom; and how one is nudged oneself. */
import { useEffect, useState } from 'preact/hooks'
import { get, patch, post, remove } from '../api/client'
import type { Id } from '../api/types'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { Invite } from './invite'
import { Agency, Empty, Facts, Loading, When } from './parts'
import { Do, PlacePane } from './place'
import { attempt } from './say'
import { isDesk, listOf, now, refetch } from './state'
import type { DutyPhone, Reach } from './types'
import { toField } from './when'

const KEEPERS = ['administrator', 'liaison', 'supervisor', 'duty_officer', 'dispatcher']

const answers = (one: DutyPhone) =>
	one.on === true &&
	(!one.from || Date.parse(one.from) <= now.value) &&
	(!one.until || Date.parse(one.until) > now.value)

export function Phones() {
	const [editing, setEditing] = useState<DutyPhone | 'new'>()
	const all = listOf('duty_phones')
	const mayKeep = KEEPERS.includes(me.value?.role ?? '')
	/* Another agency's people are asked in by who leads the control agency's desk. */
	const mayInvite = isDesk.value && me.value?.role !== 'dispatcher'
	const byAgency = Map.groupBy(all ?? [], (one) => one.agency)
	const own = me.value?.agency
	const agencies = [...byAgency.keys()].sort((a) => (a === own ? 1 : -1))
	return (
		<PlacePane
			title={t('place.phones')}
			tools={
				mayKeep && (
					<>
						{mayInvite && <Invite />}
						<Do label={t('phone.new')} tone="main" run={() => setEditing('new')} />
					</>
				)
			}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('phone.none')} />}
			{agencies.map((agency) => (
				<Of
					key={agency}
					agency={agency}
					phones={byAgency.get(agency) ?? []}
					onEdit={mayKeep && agency === own ? setEditing : undefined}
				/>
			))}
			<OwnReach />
			{editing && (
				<Ask
					title={t(editing === 'new' ? 'phone.new' : 'phone.change')}
					submit={t('save')}
					fields={[
						{
							name: 'label',
							label: t('f.label'),
							need: true,
							start: editing === 'new' ? '' : (editing.label ?? ''),
						},
						{
							name: 'phone',
							label: t('f.phone'),
							need: true,
							start: editing === 'new' ? '' : (editing.phone ?? ''),
						},
						{
							name: 'on',
							label: t('phone.on'),
							is: 'tick',
							start: editing === 'new' ? true : editing.on === true,
						},
						{
							name: 'from',
							label: t('f.from'),
							is: 'time',
							start: editing === 'new' ? '' : toField(editing.from),
						},
						{
							name: 'until',
							label: t('f.until'),
							is: 'time',
							start: editing === 'new' ? '' : toField(editing.until),
						},
					]}
					onSend={async (body) => {
						if (editing === 'new') await post('/duty_phones', body)
						else await patch(`/duty_phones/${editing.id}`, body)
						refetch('duty_phones')
					}}
					onClose={() => setEditing(undefined)}
				/>
			)}
		</PlacePane>
	)
}

interface OfProps {
	agency: Id
	phones: readonly DutyPhone[]
	onEdit: ((phone: DutyPhone) => void) | undefined
}

function Of({ agency, phones, onEdit }: OfProps) {
	return (
		<section class="post">
			<h3>
				<Agency id={agency} name={phones[0]?.agency_name} />
			</h3>
			<ul class="people">
				{phones.map((one) => (
					<li key={one.id} class="row wrap">
						<span class={`chip ${answers(one) ? 'good' : ''}`}>
							{t(answers(one) ? 'phone.answers' : 'phone.off')}
						</span>
						<bdi class="grow">{one.label}</bdi>
						{one.until && (
							<span class="dim">
								{t('f.until')} <When at={one.until} />
							</span>
						)}
						<a class="btn ltr" href={`tel:${(one.phone ?? '').replace(/[^+\d]/g, '')}`}>
							<bdi class="num">{one.phone}</bdi>
						</a>
						{onEdit && (
							<>
								<Do label={t('phone.change')} run={() => onEdit(one)} />
								<Do
									label={t('phone.remove')}
									run={() =>
										void attempt(async () => {
											await remove(`/duty_phones/${one.id}`)
											refetch('duty_phones')
										})
									}
								/>
							</>
						)}
					</li>
				))}
			</ul>
		</section>
	)
}

/* A nudge says nothing but that there is something; quiet hours never quiet a P1. */
function OwnReach() {
	const [reach, setReach] = useState<Reach>()
	const [isAsking, setAsking] = useState(false)
	useEffect(() => {
		void get<Reach>('/session/reach')
			.then(setReach)
			.catch(() => undefined)
	}, [])
	if (!reach) return null
	return (
		<section class="post">
			<h3>{t('reach_me.title')}</h3>
			<p class="dim">{t('reach_me.why')}</p>
			<Facts
				rows={[
					[t('f.phone'), <bdi key="p">{reach.phone || '–'}</bdi>],
					[
						t('reach_me.quiet'),
						<bdi key="q">
							{reach.quiet_from ? `${reach.quiet_from} – ${reach.quiet_to}` : '–'}
						</bdi>,
					],
				]}
			/>
			<p>
				<Do label={t('phone.change')} run={() => setAsking(true)} />
			</p>
			{isAsking && (
				<Ask
					title={t('reach_me.title')}
					submit={t('save')}
					fields={[
						{ name: 'phone', label: t('f.phone'), start: reach.phone ?? '' },
						{
							name: 'quiet_from',
							label: t('reach_me.from'),
							start: reach.quiet_from ?? '',
						},
						{ name: 'quiet_to', label: t('reach_me.to'), start: reach.quiet_to ?? '' },
					]}
					onSend={async (body) =>
						setReach(
							await patch<Reach>('/session/reach', {
								phone: '',
								quiet_from: '',
								quiet_to: '',
								...body,
								utc_offset_min: -new Date().getTimezoneOffset(),
							}),
						)
					}
					onClose={() => setAsking(false)}
				/>
			)}
		</section>
	)
}

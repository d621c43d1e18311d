/* SPDX-License-Identifier: Apache-2.0 */
/* Meetings: when (in both capitals), what is on the agenda, who comes; calendars that
 * subscribe; for the desk planning, holding, minutes. */
import { useState } from 'preact/hooks'
import { patch, post } from '../api/client'
import { language, nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { type Field, wordsOf } from './form'
import { Agency, Card, Clocks, Empty, Facts, Loading, Prose, Side, When } from './parts'
import { agencyOptions, Do, PlacePane } from './place'
import { attempt } from './say'
import { go, isDesk, listOf, refetch, route } from './state'
import type { Answer, Calendar, Meeting, Series } from './types'

const ANSWERS: readonly Answer[] = ['accepted', 'tentative', 'declined']
const CADENCES: Readonly<Record<string, string>> = {
	monthly: 'FREQ=MONTHLY;BYDAY=1MO',
	quarterly: 'FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO',
	yearly: 'FREQ=YEARLY',
}

const titleOf = (one: Meeting | Series) =>
	['ur', 'sd'].includes(language.value) ? one.title_ur || one.title : one.title
const mine = (one: Meeting) =>
	one.attendance?.find((a) => a.account === me.value?.account)?.answer

export function Meetings() {
	const [asking, setAsking] = useState<'plan' | 'series' | 'calendar'>()
	const all = listOf('meetings')
	const chosen = all?.find((one) => one.id === route.value.id)
	const sorted = [...(all ?? [])].sort((a, b) => a.start_at.localeCompare(b.start_at))
	const ahead = sorted.filter((one) => one.state === 'planned')
	const past = sorted.filter((one) => one.state !== 'planned').reverse()
	const close = () => setAsking(undefined)
	return (
		<PlacePane
			title={t('place.meetings')}
			tools={
				<>
					<Do label={t('calendar.title')} run={() => setAsking('calendar')} />
					{isDesk.value && (
						<>
							<Do label={t('series.new')} run={() => setAsking('series')} />
							<Do label={t('meeting.new')} tone="main" run={() => setAsking('plan')} />
						</>
					)}
				</>
			}
			side={chosen && <Whole key={chosen.id} meeting={chosen} />}
		>
			{asking === 'calendar' && <Calendars onClose={close} />}
			{isDesk.value && <SeriesList />}
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('meeting.none')} />}
			{[ahead, past].map((group, n) => (
				<ul key={n} class="cards">
					{group.map((one) => (
						<Card
							key={one.id}
							id={one.id}
							tone={one.state === 'planned' ? 'bar-P3' : 'over'}
							onOpen={() => go({ place: 'meetings', id: one.id })}
						>
							<span class="row wrap">
								<strong class="grow" dir="auto">
									{titleOf(one)}
								</strong>
								<span class="chip">{t(`meeting_state.${one.state}`)}</span>
								{mine(one) && <span class="chip good">{t(`answer.${mine(one)}`)}</span>}
							</span>
							<Clocks meeting={one} />
						</Card>
					))}
				</ul>
			))}
			{asking === 'plan' && <Plan onClose={close} />}
			{asking === 'series' && <NewSeries onClose={close} />}
		</PlacePane>
	)
}

function SeriesList() {
	const all = listOf('series')?.filter((one) => !one.disabled)
	if (!all?.length) return null
	return (
		<p class="row wrap">
			<span class="dim">{t('series.title')}</span>
			{all.map((one) => (
				<span key={one.id} class="chip" title={one.cadence}>
					<bdi>{titleOf(one)}</bdi>
				</span>
			))}
		</p>
	)
}

function Whole({ meeting }: { meeting: Meeting }) {
	const path = `/meetings/${meeting.id}`
	const say = (answer: Answer) =>
		void attempt(async () => {
			await post(`${path}/answer`, { answer })
			refetch('meetings')
		})
	return (
		<Side title={titleOf(meeting)}>
			<Clocks meeting={meeting} />
			<Facts
				rows={[
					[t('f.place'), meeting.place && <bdi>{meeting.place}</bdi>],
					[t('f.duration_min'), t('minutes', { n: meeting.duration_min })],
					[t('meeting.cancelled'), meeting.reason && <bdi>{meeting.reason}</bdi>],
				]}
			/>
			{meeting.state === 'planned' && (
				<p class="row wrap" role="group" aria-label={t('meeting.answer')}>
					{ANSWERS.map((one) => (
						<button
							key={one}
							type="button"
							class="btn"
							aria-pressed={mine(meeting) === one}
							onClick={() => say(one)}
						>
							{t(`answer.${one}`)}
						</button>
					))}
				</p>
			)}
			<p>
				<a
					class="btn small"
					href={`/api/v1${path}/invitation`}
					download={`${meeting.id}.ics`}
				>
					{t('meeting.ics')}
				</a>
			</p>
			<h3>{t('meeting.agenda')}</h3>
			{(meeting.agenda?.length ?? 0) === 0 && <p class="dim">{t('meeting.no_agenda')}</p>}
			<ol class="agenda">
				{meeting.agenda?.map((one) => (
					<li key={one.id}>
						<button
							type="button"
							class="pick row"
							onClick={() =>
								go({ place: one.kind === 'matter' ? 'matters' : 'work', id: one.id })
							}
						>
							<span class="grow" dir="auto">
								{one.title}
							</span>
							<span class="chip">
								{t(
									one.kind === 'matter' ? `step.${one.state}` : `action_state.${one.state}`,
								)}
							</span>
						</button>
					</li>
				))}
			</ol>
			{meeting.shared_minutes && (
				<>
					<h3>{t('f.shared_minutes')}</h3>
					<Prose text={meeting.shared_minutes} />
				</>
			)}
			{meeting.minutes && (
				<>
					<h3>{t('f.minutes')}</h3>
					<Prose text={meeting.minutes} />
				</>
			)}
			<h3>{t('meeting.attendance')}</h3>
			<ul class="people">
				{meeting.attendance?.map((one) => (
					<li key={one.account}>
						<bdi>{one.name}</bdi>{' '}
						<span class="dim">
							<Agency id={one.agency} />
						</span>{' '}
						{one.present === undefined
							? one.answer && t(`answer.${one.answer}`)
							: t(one.present ? 'meeting.was_there' : 'meeting.was_not_there')}
					</li>
				))}
			</ul>
			{isDesk.value && <Doings meeting={meeting} />}
		</Side>
	)
}

function Doings({ meeting }: { meeting: Meeting }) {
	const [asking, setAsking] = useState<'hold' | 'cancel' | 'minutes' | 'move'>()
	const path = `/meetings/${meeting.id}`
	const close = () => setAsking(undefined)
	const send = (what: string) => async (body: object) => {
		await post(`${path}/${what}`, body)
		refetch('meetings')
	}
	const minutes: Field[] = [
		{
			name: 'shared_minutes',
			label: t('f.shared_minutes'),
			is: 'text',
			start: meeting.shared_minutes ?? '',
		},
		{ name: 'minutes', label: t('f.minutes'), is: 'text', start: meeting.minutes ?? '' },
	]
	/* Who said that they come; the others can be added from the list of those invited. */
	const present: Field = {
		name: 'present',
		label: t('meeting.present'),
		is: 'several',
		options: (meeting.attendance ?? []).map((one) => ({
			id: one.account,
			label: one.name ?? one.account,
		})),
		start: (meeting.attendance ?? [])
			.filter((one) => one.answer === 'accepted')
			.map((one) => one.account),
	}
	return (
		<p class="row wrap doings">
			{meeting.state === 'planned' && (
				<>
					<Do label={t('meeting.hold')} tone="main" run={() => setAsking('hold')} />
					<Do label={t('meeting.move')} run={() => setAsking('move')} />
					<Do label={t('meeting.cancel')} run={() => setAsking('cancel')} />
				</>
			)}
			{meeting.state === 'held' && (
				<Do label={t('meeting.minute')} run={() => setAsking('minutes')} />
			)}
			{asking === 'hold' && (
				<Ask
					title={t('meeting.hold')}
					submit={t('meeting.hold')}
					fields={[present, ...minutes]}
					onSend={(body) => send('hold')({ present: [], ...body })}
					onClose={close}
				/>
			)}
			{asking === 'minutes' && (
				<Ask
					title={t('meeting.minute')}
					submit={t('save')}
					fields={minutes}
					onSend={send('minutes')}
					onClose={close}
				/>
			)}
			{asking === 'move' && (
				<Ask
					title={t('meeting.move')}
					submit={t('save')}
					fields={[
						{ name: 'start_at', label: t('f.start_at'), is: 'time' },
						{ name: 'place', label: t('f.place') },
					]}
					onSend={async (body) => {
						await patch(path, body)
						refetch('meetings')
					}}
					onClose={close}
				/>
			)}
			{asking === 'cancel' && (
				<Ask
					title={t('meeting.cancel')}
					submit={t('meeting.cancel')}
					danger
					fields={[{ name: 'reason', label: t('f.reason') }]}
					onSend={send('cancel')}
					onClose={close}
				/>
			)}
		</p>
	)
}

const common = (): Field[] => [
	{ name: 'title', label: t('f.title'), need: true },
	{ name: 'title_ur', label: t('f.title_ur'), lang: 'ur' },
	{
		name: 'duration_min',
		label: t('f.duration_min'),
		is: 'number',
		need: true,
		start: '90',
	},
	{ name: 'place', label: t('f.place') },
	{
		name: 'participants',
		label: t('f.participants'),
		is: 'several',
		need: true,
		options: agencyOptions(true),
		start: agencyOptions(true).map((one) => one.id),
	},
]

function Plan({ onClose }: { onClose: () => void }) {
	return (
		<Ask
			title={t('meeting.new')}
			submit={t('meeting.new')}
			wide
			fields={[
				{ name: 'start_at', label: t('f.start_at'), is: 'time', need: true },
				...common(),
			]}
			onSend={async (body) => {
				await post('/meetings', { ...body, zone: 'Asia/Karachi' })
				refetch('meetings')
			}}
			onClose={onClose}
		/>
	)
}

function NewSeries({ onClose }: { onClose: () => void }) {
	return (
		<Ask
			title={t('series.new')}
			submit={t('series.new')}
			wide
			fields={[
				{
					name: 'often',
					label: t('series.often'),
					is: 'choice',
					need: true,
					options: wordsOf('cadence', [...Object.keys(CADENCES), 'own']),
				},
				{
					name: 'cadence',
					label: t('series.rule'),
					need: true,
					start: 'FREQ=MONTHLY;BYDAY=2TU',
					when: (values) => values.often === 'own',
				},
				{ name: 'starts', label: t('series.starts'), is: 'time', need: true },
				...common(),
				{
					name: 'takes_matters',
					label: t('series.takes_matters'),
					is: 'tick',
					start: true,
				},
			]}
			onSend={async ({ often, ...body }, values) => {
				await post('/series', {
					...body,
					cadence: CADENCES[String(often)] ?? body.cadence,
					/* The node wants the local time of the place. */
					starts: `${String(values.starts).slice(0, 16)}:00`,
					zone: 'Asia/Karachi',
				})
				refetch('series', 'meetings')
			}}
			onClose={onClose}
		/>
	)
}

/* An address that a calendar program reads by itself. It is a secret: shown once. */
function Calendars({ onClose }: { onClose: () => void }) {
	const [made, setMade] = useState<Calendar>()
	const all = listOf('calendars')?.filter(
		(one) => !one.revoked && one.account === me.value?.account,
	)
	const make = () =>
		attempt(async () => {
			setMade(
				await post<Calendar>('/calendars', { label: nameOf({ name: t('calendar.mine') }) }),
			)
			refetch('calendars')
		})
	const revoke = (id: string) =>
		attempt(async () => {
			await patch(`/calendars/${id}`, { state: 'revoked' })
			refetch('calendars')
		})
	return (
		<section class="post">
			<h3>{t('calendar.title')}</h3>
			<p class="dim">{t('calendar.why')}</p>
			{made?.url && (
				<p>
					<code class="ltr secret">{made.url}</code>
					<br />
					<small class="dim">{t('calendar.once')}</small>
				</p>
			)}
			<ul class="people">
				{all?.map((one) => (
					<li key={one.id} class="row">
						<bdi class="grow">{one.label || t('calendar.mine')}</bdi>
						<When at={one.made_at} />
						<Do label={t('calendar.revoke')} run={() => void revoke(one.id)} />
					</li>
				))}
			</ul>
			<p class="row">
				<Do label={t('calendar.make')} tone="main" run={() => void make()} />
				<Do label={t('close_dialog')} run={onClose} />
			</p>
		</section>
	)
}

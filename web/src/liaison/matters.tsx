/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a proposal: each matter from raised to reported back, with the time of each
 * step, and for the desk the next one. */
import { useState } from 'preact/hooks'
import { post } from '../api/client'
import { t } from '../lib/i18n'
import { Ask } from './ask'
import { type Field, wordsOf } from './form'
import { Agency, Card, Empty, Loading, Prose, Side, When } from './parts'
import { Do, PlacePane, personName } from './place'
import {
	directory,
	fetchPost,
	go,
	isDesk,
	listOf,
	newestFirst,
	refetch,
	route,
} from './state'
import type { Matter, Meeting } from './types'
import { type Next, nextOf, wayOf } from './way'

export function Matters() {
	const [isMaking, setMaking] = useState(false)
	const all = listOf('matters')
	const chosen = all?.find((one) => one.id === route.value.id)
	const sorted = [...(all ?? [])].sort(newestFirst)
	const open = sorted.filter((one) => one.state !== 'reported')
	const closed = sorted.filter((one) => one.state === 'reported')
	return (
		<PlacePane
			title={t('place.matters')}
			tools={<Do label={t('matter.new')} tone="main" run={() => setMaking(true)} />}
			side={chosen && <Way key={chosen.id} matter={chosen} />}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('matter.none')} />}
			{[open, closed].map((group, n) => (
				<ul key={n} class="cards">
					{group.map((one) => (
						<Card
							key={one.id}
							id={one.id}
							tone={one.state === 'reported' ? 'over' : 'bar-P3'}
							onOpen={() => go({ place: 'matters', id: one.id })}
						>
							<span class="row wrap">
								<span class="chip">{t(`post_kind.${one.kind}`)}</span>
								<span class="chip good">{t(`step.${one.state}`)}</span>
								<span class="grow" />
								<span class="dim">
									<Agency id={one.agency} />
								</span>
							</span>
							<strong dir="auto">{one.title}</strong>
							<Bar matter={one} />
						</Card>
					))}
				</ul>
			))}
			{isMaking && (
				<Ask
					title={t('matter.new')}
					submit={t('matter.new')}
					fields={[
						{
							name: 'kind',
							label: t('f.kind'),
							is: 'choice',
							need: true,
							options: wordsOf('post_kind', ['concern', 'proposal', 'advice', 'question']),
						},
						{ name: 'title', label: t('f.title'), need: true },
						{ name: 'text', label: t('f.text'), is: 'text' },
					]}
					onSend={async (body) => {
						const made = await post<Matter>('/matters', body)
						refetch('matters')
						go({ place: 'matters', id: made.id })
					}}
					onClose={() => setMaking(false)}
				/>
			)}
		</PlacePane>
	)
}

function Bar({ matter }: { matter: Matter }) {
	return (
		<span class="bar" aria-hidden="true">
			{wayOf(matter).map((step) => (
				<span key={step.state} class={step.is} />
			))}
		</span>
	)
}

function Way({ matter }: { matter: Matter }) {
	const actions = listOf('actions')?.filter((one) => one.matter === matter.id)
	const meeting = listOf('meetings')?.find((one) => one.id === matter.meeting)
	const toPost = async () => {
		const found = matter.post && (await fetchPost(matter.post))
		if (found) go({ place: 'talk', id: found.channel, more: found.id })
	}
	return (
		<Side title={matter.title ?? t('place.matters')}>
			<p class="row wrap">
				<span class="chip">{t(`post_kind.${matter.kind}`)}</span>
				{matter.outcome && <span class="chip">{t(`outcome.${matter.outcome}`)}</span>}
				{(matter.deferred ?? 0) > 0 && (
					<span class="chip warn">{t('matter.deferred', { n: matter.deferred ?? 0 })}</span>
				)}
				<Agency id={matter.agency} />
			</p>
			<Prose text={matter.text} />
			{matter.post && <Do label={t('matter.post')} run={() => void toPost()} />}
			<ol class="way">
				{wayOf(matter).map((step) => (
					<li
						key={step.state}
						class={step.is}
						aria-current={step.is === 'here' ? 'step' : undefined}
					>
						<strong>{t(`step.${step.state}`)}</strong>
						{step.at && <When at={step.at} />}
						{step.by && <bdi class="dim">{step.by}</bdi>}
						{step.is === 'skipped' && <span class="dim">{t('step_skipped')}</span>}
						{step.state === 'on_agenda' && meeting && (
							<button
								type="button"
								class="btn small"
								onClick={() => go({ place: 'meetings', id: meeting.id })}
							>
								<bdi>{meeting.title}</bdi> <When at={meeting.start_at} />
							</button>
						)}
						{step.state === 'decided' && <Prose text={matter.decision} />}
						{step.state === 'in_action' &&
							actions?.map((one) => (
								<button
									key={one.id}
									type="button"
									class="btn small"
									onClick={() => go({ place: 'work', id: one.id })}
								>
									<bdi class="clip">{one.text}</bdi> {t(`action_state.${one.state}`)}
								</button>
							))}
						{step.state === 'reported' && <Prose text={matter.report} />}
					</li>
				))}
			</ol>
			{isDesk.value && <Doings matter={matter} />}
		</Side>
	)
}

const planned = (): Meeting[] =>
	(listOf('meetings') ?? [])
		.filter((one) => one.state === 'planned')
		.sort((a, b) => a.start_at.localeCompare(b.start_at))

/* Those who may be given work on it: whoever raised it, and the police side. */
function ownersFor(matter: Matter) {
	return [...directory.value.people.values()]
		.filter(
			(one) =>
				one.agency === matter.agency ||
				directory.value.agencies.get(one.agency)?.side === 'hub',
		)
		.map((one) => ({ id: one.account, label: personName(one.account) }))
}

function fieldsOf(next: Next, matter: Matter): Field[] {
	switch (next) {
		case 'propose':
			return [{ name: 'title', label: t('f.title'), start: matter.title ?? '' }]
		case 'schedule':
			return [
				{
					name: 'meeting',
					label: t('f.meeting'),
					is: 'choice',
					need: true,
					options: planned()
						.filter((one) => one.id !== matter.meeting)
						.map((one) => ({
							id: one.id,
							label: `${one.title} · ${one.start_at.slice(0, 10)}`,
						})),
				},
			]
		case 'decide':
			return [
				{
					name: 'outcome',
					label: t('f.outcome'),
					is: 'choice',
					need: true,
					options: wordsOf('outcome', ['agreed', 'declined', 'deferred']),
				},
				{ name: 'decision', label: t('f.decision'), is: 'text' },
			]
		case 'act':
			return [
				{ name: 'text', label: t('f.action'), is: 'text', need: true },
				{
					name: 'owner',
					label: t('f.owner'),
					is: 'choice',
					need: true,
					options: ownersFor(matter),
				},
				{ name: 'due_at', label: t('f.due_at'), is: 'time', need: true },
			]
		case 'report':
			return [{ name: 'text', label: t('f.report'), is: 'text', need: true }]
	}
}

function Doings({ matter }: { matter: Matter }) {
	const [asking, setAsking] = useState<Next>()
	const send = async (next: Next, body: Record<string, unknown>) => {
		if (next === 'act') await post('/actions', { ...body, matter: matter.id })
		else await post(`/matters/${matter.id}/${next}`, body)
		refetch('matters', 'meetings', 'actions')
	}
	return (
		<p class="row wrap doings">
			{nextOf(matter).map((next, n) => (
				<Do
					key={next}
					label={t(`next.${next}`)}
					tone={n === 0 ? 'main' : 'small'}
					run={() => setAsking(next)}
				/>
			))}
			{asking && (
				<Ask
					title={t(`next.${asking}`)}
					submit={t(`next.${asking}`)}
					fields={fieldsOf(asking, matter)}
					onSend={(body) => send(asking, body)}
					onClose={() => setAsking(undefined)}
				/>
			)}
		</p>
	)
}

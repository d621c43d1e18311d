/* SPDX-License-Identifier: Apache-2.0 */
/* Actions: one's own first, the late ones on top, and what else one may see of them. */
import { useState } from 'preact/hooks'
import { patch, post } from '../api/client'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { Card, Empty, Facts, Loading, Prose, Side, When } from './parts'
import { Do, PlacePane, personName } from './place'
import { go, isDesk, listOf, now, refetch, route } from './state'
import type { Action } from './types'
import { toField } from './when'

const isLate = (one: Action) => one.state === 'open' && Date.parse(one.due_at) < now.value

export function Work() {
	const all = listOf('actions')
	const chosen = all?.find((one) => one.id === route.value.id)
	const sorted = [...(all ?? [])].sort((a, b) => a.due_at.localeCompare(b.due_at))
	const isMine = (one: Action) => one.owner === me.value?.account
	const groups = [
		['work.mine', sorted.filter((one) => one.state === 'open' && isMine(one))],
		['work.others', sorted.filter((one) => one.state === 'open' && !isMine(one))],
		['work.ended', sorted.filter((one) => one.state !== 'open').reverse()],
	] as const
	return (
		<PlacePane
			title={t('place.work')}
			side={chosen && <Whole key={chosen.id} action={chosen} />}
		>
			{!all && <Loading />}
			{all && !groups[0][1].length && <Empty text={t('work.none')} />}
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
										tone={one.state !== 'open' ? 'over' : isLate(one) ? 'bar-P1' : 'bar-P3'}
										onOpen={() => go({ place: 'work', id: one.id })}
									>
										<span class="row wrap">
											<span class={`chip ${isLate(one) ? 'bad' : ''}`}>
												{t(isLate(one) ? 'work.late' : `action_state.${one.state}`)}
											</span>
											<span class="dim">
												{t('f.due_at')} <When at={one.due_at} />
											</span>
											<span class="grow" />
											<bdi class="dim">{personName(one.owner)}</bdi>
										</span>
										<strong dir="auto">{one.text}</strong>
									</Card>
								))}
							</ul>
						</section>
					),
			)}
		</PlacePane>
	)
}

function Whole({ action }: { action: Action }) {
	const [asking, setAsking] = useState<'done' | 'date' | 'drop'>()
	const { matter } = action
	const mayEnd =
		action.state === 'open' && (action.owner === me.value?.account || isDesk.value)
	const close = () => setAsking(undefined)
	const again = () => refetch('actions', 'matters', 'meetings')
	return (
		<Side title={t('work.one')}>
			<Prose text={action.text} />
			<Facts
				rows={[
					[t('f.owner'), <bdi key="o">{personName(action.owner)}</bdi>],
					[t('f.due_at'), <When key="d" at={action.due_at} />],
					[t('work.chased'), action.chased_at && <When at={action.chased_at} />],
					[t('work.escalated'), action.escalated_at && <When at={action.escalated_at} />],
					[t('work.carried'), action.carried ? String(action.carried) : undefined],
					[
						t(`action_state.${action.state}`),
						action.done_at && <When at={action.done_at} />,
					],
				]}
			/>
			<Prose text={action.note} />
			<p class="row wrap doings">
				{mayEnd && <Do label={t('work.done')} tone="main" run={() => setAsking('done')} />}
				{matter && (
					<Do label={t('matter.way')} run={() => go({ place: 'matters', id: matter })} />
				)}
				{isDesk.value && action.state === 'open' && (
					<>
						<Do label={t('work.date')} run={() => setAsking('date')} />
						<Do label={t('work.drop')} run={() => setAsking('drop')} />
					</>
				)}
			</p>
			{(asking === 'done' || asking === 'drop') && (
				<Ask
					title={t(asking === 'done' ? 'work.done' : 'work.drop')}
					submit={t(asking === 'done' ? 'work.done' : 'work.drop')}
					fields={[{ name: 'note', label: t('f.note'), is: 'text' }]}
					onSend={async (body) => {
						await post(`/actions/${action.id}/done`, {
							...body,
							...(asking === 'drop' && { dropped: true }),
						})
						again()
					}}
					onClose={close}
				/>
			)}
			{asking === 'date' && (
				<Ask
					title={t('work.date')}
					submit={t('save')}
					fields={[
						{
							name: 'due_at',
							label: t('f.due_at'),
							is: 'time',
							need: true,
							start: toField(action.due_at),
						},
					]}
					onSend={async (body) => {
						await patch(`/actions/${action.id}`, body)
						again()
					}}
					onClose={close}
				/>
			)}
		</Side>
	)
}

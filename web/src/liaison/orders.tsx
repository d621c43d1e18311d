/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for report: what a command demands of a named officer by a time, what came of
 * it, and whether it was enough. */
import { useEffect, useState } from 'preact/hooks'
import { get, post } from '../api/client'
import { sendRaw } from '../api/send'
import type { Id } from '../api/types'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import type { Field } from './form'
import { Card, Empty, Facts, Loading, Prose, Side, When } from './parts'
import { Do, PlacePane, peopleOptions, personName } from './place'
import { attempt } from './say'
import { directory, go, isCommand, listOf, newestFirst, now, refetch, route } from './state'
import type { Order } from './types'

const isOwed = (one: Order) => ['issued', 'acknowledged', 'returned'].includes(one.state)
const isOpen = (one: Order) => one.state !== 'accepted' && one.state !== 'withdrawn'
const isLate = (one: Order) => isOwed(one) && Date.parse(one.due_at) < now.value

export function Orders() {
	const [isMaking, setMaking] = useState(false)
	const all = listOf('orders')
	const chosen = all?.find((one) => one.id === route.value.id)
	const sorted = [...(all ?? [])].sort(newestFirst)
	const groups = [sorted.filter(isOpen), sorted.filter((one) => !isOpen(one))]
	return (
		<PlacePane
			title={t('place.orders')}
			tools={
				isCommand.value && (
					<Do label={t('order.new')} tone="main" run={() => setMaking(true)} />
				)
			}
			side={chosen && <Whole key={chosen.id} order={chosen} />}
		>
			{!all && <Loading />}
			{all?.length === 0 && <Empty text={t('order.none')} />}
			{groups.map((group, n) => (
				<ul key={n} class="cards">
					{group.map((one) => (
						<Card
							key={one.id}
							id={one.id}
							tone={!isOpen(one) ? 'over' : isLate(one) ? 'bar-P1' : 'bar-P2'}
							onOpen={() => go({ place: 'orders', id: one.id })}
						>
							<span class="row wrap">
								<span class="chip">{t(`order_state.${one.state}`)}</span>
								{isLate(one) && <span class="chip bad">{t('work.late')}</span>}
								<span class="dim">
									{t('f.due_at')} <When at={one.due_at} />
								</span>
								<span class="grow" />
								<bdi class="dim">{personName(one.officer)}</bdi>
							</span>
							<strong dir="auto">{one.subject}</strong>
						</Card>
					))}
				</ul>
			))}
			{isMaking && (
				<Ask
					title={t('order.new')}
					submit={t('order.new')}
					fields={[
						{
							name: 'officer',
							label: t('f.officer'),
							is: 'choice',
							need: true,
							options: peopleOptions().filter((one) => {
								const agency = directory.value.people.get(one.id)?.agency ?? ''
								return directory.value.agencies.get(agency)?.side === 'hub'
							}),
						},
						{ name: 'subject', label: t('f.subject'), need: true },
						{ name: 'text', label: t('f.text'), is: 'text' },
						{ name: 'due_at', label: t('f.due_at'), is: 'time', need: true },
					]}
					onSend={async (body) => {
						const made = await post<Order>('/orders', body)
						refetch('orders')
						go({ place: 'orders', id: made.id })
					}}
					onClose={() => setMaking(false)}
				/>
			)}
		</PlacePane>
	)
}

type Asking = 'deliver' | 'return' | 'withdraw'

const FIELDS: Readonly<Record<Asking, () => Field[]>> = {
	deliver: () => [{ name: 'report', label: t('f.report'), is: 'text', need: true }],
	return: () => [
		{ name: 'reason', label: t('f.reason'), is: 'text', need: true },
		{ name: 'due_at', label: t('f.due_at'), is: 'time' },
	],
	withdraw: () => [{ name: 'reason', label: t('f.reason') }],
}

function Whole({ order }: { order: Order }) {
	const [asking, setAsking] = useState<Asking>()
	/* The officer's files go with his delivery. */
	const [sent, setSent] = useState<readonly Id[]>([])
	const isMine = order.officer === me.value?.account
	const isJudge = isCommand.value && order.agency === me.value?.agency && !isMine
	const send = async (what: string, body: object = {}) => {
		await post(`/orders/${order.id}/${what}`, body)
		refetch('orders')
	}
	return (
		<Side title={order.subject ?? t('place.orders')}>
			<p class="row wrap">
				<span class="chip">{t(`order_state.${order.state}`)}</span>
				{isLate(order) && <span class="chip bad">{t('work.late')}</span>}
			</p>
			<Prose text={order.text} />
			<Facts
				rows={[
					[t('f.officer'), <bdi key="o">{personName(order.officer)}</bdi>],
					[t('f.due_at'), <When key="d" at={order.due_at} />],
					[
						t('order_state.issued'),
						<span key="i">
							<When at={order.issued_at} /> <bdi>{order.issued_by_name}</bdi>
						</span>,
					],
					[
						t('order_state.acknowledged'),
						order.acknowledged_at && <When at={order.acknowledged_at} />,
					],
					[
						t('order_state.delivered'),
						order.delivered_at && <When at={order.delivered_at} />,
					],
					[t('order_state.returned'), order.returned_at && <When at={order.returned_at} />],
					[t('order_state.accepted'), order.accepted_at && <When at={order.accepted_at} />],
				]}
			/>
			{order.reason && (
				<>
					<h3>{t('f.reason')}</h3>
					<Prose text={order.reason} />
				</>
			)}
			{order.report && (
				<>
					<h3>{t('f.report')}</h3>
					<Prose text={order.report} />
				</>
			)}
			<Enclosed ids={[...(order.enclosures ?? []), ...(order.files ?? [])]} />
			<p class="row wrap doings">
				{((isMine && isOwed(order)) || (isJudge && isOpen(order))) && (
					<Enclose
						order={order.id}
						onSent={(file) => {
							if (isMine) setSent([...sent, file])
							refetch('orders')
						}}
					/>
				)}
				{isMine && sent.length > 0 && (
					<span class="chip warn">{t('order.waiting', { n: sent.length })}</span>
				)}
				{isMine && order.state === 'issued' && (
					<Do
						label={t('order.acknowledge')}
						tone="main"
						run={() => void attempt(() => send('acknowledge'))}
					/>
				)}
				{isMine && isOwed(order) && (
					<Do label={t('order.deliver')} run={() => setAsking('deliver')} />
				)}
				{isJudge && order.state === 'delivered' && (
					<>
						<Do
							label={t('order.accept')}
							tone="main"
							run={() => void attempt(() => send('accept'))}
						/>
						<Do label={t('order.return')} run={() => setAsking('return')} />
					</>
				)}
				{isJudge && isOwed(order) && (
					<Do label={t('order.withdraw')} run={() => setAsking('withdraw')} />
				)}
			</p>
			{asking && (
				<Ask
					title={t(`order.${asking}`)}
					submit={t(`order.${asking}`)}
					fields={FIELDS[asking]()}
					onSend={async (body) => {
						const files = [...(order.files ?? []), ...sent]
						const isWith = asking === 'deliver' && files.length > 0
						await send(asking, { ...body, ...(isWith && { files }) })
						if (isWith) setSent([])
					}}
					onClose={() => setAsking(undefined)}
				/>
			)}
		</Side>
	)
}

interface Known {
	id: Id
	name?: string
	size?: number
	erased_at?: string
}

/* Files of both sides, by name. */
function Enclosed({ ids }: { ids: readonly Id[] }) {
	const [known, setKnown] = useState<readonly Known[]>([])
	const key = ids.join(' ')
	useEffect(() => {
		let isNewest = true
		void Promise.all(
			ids.map((id) => get<Known>(`/files/${id}`).catch(() => ({ id }))),
		).then((found) => isNewest && setKnown(found))
		return () => {
			isNewest = false
		}
	}, [key])
	return (
		<ul class="files">
			{known.map((one) => (
				<li key={one.id}>
					<a href={`/api/v1/files/${one.id}/content`} download={one.name}>
						<bdi>{one.name ?? one.id}</bdi>
					</a>
				</li>
			))}
		</ul>
	)
}

function Enclose({ order, onSent }: { order: Id; onSent: (file: Id) => void }) {
	const bring = (file: File) =>
		attempt(async () => {
			const path = `/orders/${order}/files?name=${encodeURIComponent(file.name)}`
			onSent((await sendRaw<{ id: Id }>(path, file)).id)
		})
	return (
		<label class="btn small picker">
			{t('order.file')}
			<input
				class="hidden"
				type="file"
				onChange={(e) => {
					const [file] = e.currentTarget.files ?? []
					if (file) void bring(file)
					e.currentTarget.value = ''
				}}
			/>
		</label>
	)
}

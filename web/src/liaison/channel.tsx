/* SPDX-License-Identifier: Apache-2.0 */
/* A channel itself: what it is, how long its posts are kept, who is in it, and files of
 * its posts that two people settle. Its keeper changes it; all read who is in it, each
 * as far as the node tells. */
import { useEffect, useState } from 'preact/hooks'
import { getAll, patch, post, remove } from '../api/client'
import { nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { Ask } from './ask'
import { OneExport } from './exports'
import { type Field, wordsOf } from './form'
import { Agency, Facts, Loading, Side } from './parts'
import { agencyOptions, Do, peopleOptions, personName } from './place'
import { attempt } from './say'
import { go, isGuest, listOf, newestFirst, refetch, touched } from './state'
import { type Channel, KINDS, type Member } from './types'

const LEADERS = ['supervisor', 'duty_officer', 'liaison', 'administrator']
const ROLES = ['supervisor', 'duty_officer', 'dispatcher', 'liaison', 'site'] as const

export function ChannelPane({ channel }: { channel: Channel }) {
	return (
		<Side title={nameOf(channel)}>
			<Settings channel={channel} />
			<Members channel={channel} />
			{me.value?.role !== 'site' && <Exports channel={channel} />}
		</Side>
	)
}

/* --- what it is ------------------------------------------------------------------- */

const keepName = (kind: string) => `keep_${kind}`

function settingFields(channel: Channel | undefined): Field[] {
	return [
		{ name: 'name', label: t('f.name'), need: true, start: channel?.name ?? '' },
		{
			name: 'name_ur',
			label: t('f.name_ur'),
			lang: 'ur',
			start: channel?.name_ur ?? '',
		},
		{ name: 'about', label: t('f.about'), is: 'text', start: channel?.about ?? '' },
		...KINDS.map(
			(kind): Field => ({
				name: keepName(kind),
				label: t('channel.keep', { kind: t(`post_kind.${kind}`) }),
				is: 'number',
				start: String(channel?.keep_days?.[kind] ?? ''),
			}),
		),
	]
}

/* The days of all kinds are one field of the node's. */
function settingsOf(body: Record<string, unknown>): Record<string, unknown> {
	const rest: Record<string, unknown> = {}
	const days: Record<string, unknown> = {}
	for (const [name, value] of Object.entries(body))
		if (!name.startsWith('keep_')) rest[name] = value
		else if (value !== null) days[name.slice(5)] = value
	return { ...rest, keep_days: days }
}

function Settings({ channel }: { channel: Channel }) {
	const [isEditing, setEditing] = useState(false)
	const path = `/channels/${channel.id}`
	const put = async (body: object) => {
		await patch(path, body)
		refetch('channels')
	}
	const days = KINDS.filter((kind) => channel.keep_days?.[kind])
	return (
		<section class="post">
			<p class="row wrap">
				<span class="chip">{t(`shape.${channel.shape}`)}</span>
				{channel.hold && <span class="chip warn">{t('channel.held')}</span>}
				{channel.archived && <span class="chip">{t('channel.archived')}</span>}
			</p>
			<Facts
				rows={[
					[t('f.about'), channel.about && <bdi>{channel.about}</bdi>],
					[
						t('channel.keeper'),
						<Agency key="k" id={channel.agency} name={channel.agency_name} />,
					],
					[
						t('channel.kept'),
						days.map((kind) => (
							<span key={kind} class="chip">
								{t(`post_kind.${kind}`)}{' '}
								<bdi class="num">
									{t('channel.days', { n: channel.keep_days?.[kind] ?? 0 })}
								</bdi>
							</span>
						)),
					],
				]}
			/>
			{channel.may_manage && (
				<p class="row wrap doings">
					<Do label={t('part.change')} run={() => setEditing(true)} />
					<Do
						label={t(channel.hold ? 'channel.release' : 'channel.hold')}
						run={() => void attempt(() => put({ hold: !channel.hold }))}
					/>
					<Do
						label={t(channel.archived ? 'channel.reopen' : 'channel.archive')}
						run={() => void attempt(() => put({ archived: !channel.archived }))}
					/>
				</p>
			)}
			{isEditing && (
				<Ask
					title={t('part.change')}
					submit={t('save')}
					fields={settingFields(channel)}
					onSend={(body) => put(settingsOf(body))}
					onClose={() => setEditing(false)}
				/>
			)}
		</section>
	)
}

/* Those who lead a desk of the police side make channels. */
export function NewChannel() {
	const [isMaking, setMaking] = useState(false)
	const who = me.value
	if (!who || isGuest.value || !LEADERS.includes(who.role)) return null
	const shape: Field = {
		name: 'shape',
		label: t('f.shape'),
		is: 'choice',
		need: true,
		options: wordsOf('shape', ['hub', 'open']),
	}
	return (
		<>
			<p>
				<Do label={t('channel.new')} run={() => setMaking(true)} />
			</p>
			{isMaking && (
				<Ask
					title={t('channel.new')}
					submit={t('channel.make')}
					fields={[shape, ...settingFields(undefined)]}
					onSend={async (body) => {
						const made = await post<Channel>('/channels', settingsOf(body))
						refetch('channels')
						go({ place: 'talk', id: made.id })
					}}
					onClose={() => setMaking(false)}
				/>
			)}
		</>
	)
}

/* --- who is in it ------------------------------------------------------------------ */

function Members({ channel }: { channel: Channel }) {
	const [members, setMembers] = useState<readonly Member[]>()
	const [isAdding, setAdding] = useState(false)
	const [again, setAgain] = useState(0)
	const path = `/channels/${channel.id}/members`
	const { n } = touched.value
	useEffect(() => {
		let isNewest = true
		void getAll<Member>(path, null, 2_000)
			.catch(() => [])
			.then((items) => isNewest && setMembers(items))
		return () => {
			isNewest = false
		}
	}, [channel.id, n, again])
	const sides = (['hub', 'spoke', 'member'] as const)
		.map((side) => [side, members?.filter((one) => one.side === side) ?? []] as const)
		.filter(([, list]) => list.length > 0)
	return (
		<section class="post">
			<p class="row wrap">
				<strong class="grow">{t('member.title')}</strong>
				{channel.may_manage && <Do label={t('member.add')} run={() => setAdding(true)} />}
			</p>
			{!members && <Loading />}
			{sides.map(([side, list]) => (
				<section key={side}>
					<h4>{t(`side.${side}`)}</h4>
					<ul class="people">
						{list.map((one) => (
							<li key={one.id} class="row wrap" data-member={one.id}>
								<span class="grow">
									<Agency id={one.agency} name={one.agency_name} />
									{one.account && (
										<>
											{' · '}
											<bdi>{one.account_name ?? personName(one.account)}</bdi>
										</>
									)}
									{one.role && ` · ${t(`role.${one.role}`)}`}
								</span>
								{channel.may_manage && (
									<Do
										label={t('member.remove')}
										run={() =>
											void attempt(async () => {
												await remove(`/members/${one.id}`)
												setAgain(again + 1)
											})
										}
									/>
								)}
							</li>
						))}
					</ul>
				</section>
			))}
			{isAdding && (
				<AddMember
					channel={channel}
					onSend={async (body) => {
						await post(path, body)
						setAgain(again + 1)
					}}
					onClose={() => setAdding(false)}
				/>
			)}
		</section>
	)
}

interface AddProps {
	channel: Channel
	onSend: (body: Record<string, unknown>) => Promise<void>
	onClose: () => void
}

function AddMember({ channel, onSend, onClose }: AddProps) {
	return (
		<Ask
			title={t('member.add')}
			submit={t('member.add')}
			fields={[
				{
					name: 'who',
					label: t('member.who'),
					is: 'choice',
					need: true,
					options: wordsOf('member_who', ['agency', 'account']),
				},
				{
					name: 'agency',
					label: t('f.agency'),
					is: 'choice',
					need: true,
					options: agencyOptions(true),
					when: ({ who }) => who === 'agency',
				},
				{
					name: 'role',
					label: t('member.only_role'),
					is: 'choice',
					options: wordsOf('role', ROLES),
					when: ({ who }) => who === 'agency',
				},
				{
					name: 'account',
					label: t('f.person'),
					is: 'choice',
					need: true,
					options: peopleOptions(),
					when: ({ who }) => who === 'account',
				},
				{
					name: 'side',
					label: t('f.side'),
					is: 'choice',
					options: wordsOf('side', ['hub', 'spoke']),
					when: () => channel.shape === 'hub',
				},
			]}
			onSend={({ who: _, ...body }) => onSend(body)}
			onClose={onClose}
		/>
	)
}

/* --- exports ------------------------------------------------------------------------ */

/* One asks, another decides, and both may fetch it for a day. */
function Exports({ channel }: { channel: Channel }) {
	const [isAsking, setAsking] = useState(false)
	const all = listOf('exports')
	const own = all?.filter((one) => one.channel === channel.id).sort(newestFirst)
	return (
		<section class="post">
			<p class="row wrap">
				<strong class="grow">{t('export.title')}</strong>
				<Do label={t('export.ask')} run={() => setAsking(true)} />
			</p>
			<p class="dim">{t('export.why')}</p>
			<ul class="cards">
				{own?.map((one) => (
					<OneExport key={one.id} one={one} />
				))}
			</ul>
			{isAsking && (
				<Ask
					title={t('export.ask')}
					submit={t('export.ask')}
					fields={[
						{ name: 'since', label: t('f.from'), is: 'time', need: true },
						{ name: 'until', label: t('f.until'), is: 'time', need: true },
						{ name: 'reason', label: t('f.reason'), need: true },
					]}
					onSend={async (body) => {
						await post(`/channels/${channel.id}/exports`, body)
						refetch('exports')
					}}
					onClose={() => setAsking(false)}
				/>
			)}
		</section>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with a post more rarely: it is corrected, translated, held against its
 * erasure, or handed on to another channel as it stands, as far as its marking lets it. */
import { useEffect, useState } from 'preact/hooks'
import { post as send } from '../api/client'
import { nameOf, t } from '../lib/i18n'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toasts'
import { Ask } from './ask'
import { Input, type Option } from './form'
import { Agency } from './parts'
import { Do } from './place'
import { attempt, freshKey, refusal } from './say'
import { channels, go, keep } from './state'
import { type Audience, type Channel, MARKINGS, type Post } from './types'

/* What is for the desks concerned only, or for named persons, goes no further. */
const mayForward = (post: Post) => post.tlp !== 'RED' && post.tlp !== 'AMBER+STRICT'

export function PostMore({ post, channel }: { post: Post; channel: Channel }) {
	const [isForwarding, setForwarding] = useState(false)
	const [asking, setAsking] = useState<'correct' | 'translate'>()
	const isHub = channel.side !== 'spoke'
	const path = `/posts/${post.id}`
	const others = channels.value.filter((one) => one.id !== channel.id && !one.archived)
	return (
		<>
			{post.mine && (
				<button type="button" class="btn small" onClick={() => setAsking('correct')}>
					{t('post.correct')}
				</button>
			)}
			{(post.mine || (isHub && post.from === 'hub')) && (
				<button type="button" class="btn small" onClick={() => setAsking('translate')}>
					{t('post.translate')}
				</button>
			)}
			{others.length > 0 && mayForward(post) && (
				<Do label={t('forward.do')} run={() => setForwarding(true)} />
			)}
			{channel.may_manage && (
				<button
					type="button"
					class="btn small"
					aria-pressed={post.hold === true}
					onClick={() =>
						void attempt(async () =>
							keep([await send<Post>(`/posts/${post.id}/hold`, { on: !post.hold })]),
						)
					}
				>
					{t('post.hold')}
				</button>
			)}
			{post.hold && <span class="chip warn">{t('post.held')}</span>}
			{post.forward_of && <span class="chip">{t('forward.was')}</span>}
			{asking === 'correct' && (
				<Ask
					title={t('post.correct')}
					submit={t('post.correct')}
					fields={[
						{
							name: 'text',
							label: t('f.text'),
							is: 'text',
							need: true,
							start: post.text ?? '',
						},
						{ name: 'reason', label: t('f.reason'), need: true },
					]}
					onSend={async (body) => keep([await send<Post>(`${path}/correct`, body)])}
					onClose={() => setAsking(undefined)}
				/>
			)}
			{asking === 'translate' && (
				<Ask
					title={t('post.translate')}
					submit={t('post.translate')}
					fields={[
						{
							name: 'language',
							label: t('f.language'),
							is: 'choice',
							need: true,
							options: ['ur', 'sd', 'en', 'zh']
								.filter((code) => code !== post.language)
								.map((id) => ({ id, label: t(`tongue.${id}`) })),
						},
						{ name: 'subject', label: t('f.subject') },
						{ name: 'text', label: t('f.text'), is: 'text', need: true },
					]}
					onSend={async (body) => keep([await send<Post>(`${path}/translations`, body)])}
					onClose={() => setAsking(undefined)}
				/>
			)}
			{isForwarding && (
				<Forward post={post} others={others} onClose={() => setForwarding(false)} />
			)}
		</>
	)
}

interface Props {
	post: Post
	others: readonly Channel[]
	onClose: () => void
}

type Seen = { found?: Audience; said?: string }

function Forward({ post, others, onClose }: Props) {
	const [to, setTo] = useState(others[0]?.id ?? '')
	const [tlp, setTlp] = useState<string>(post.tlp)
	const [seen, setSeen] = useState<Seen>()
	const [key] = useState(freshKey)
	const body = { kind: post.kind, priority: post.priority, tlp, forward_of: post.id }
	useEffect(() => {
		let isNewest = true
		setSeen(undefined)
		send<Audience>(`/channels/${to}/preview`, body).then(
			(found) => isNewest && setSeen({ found }),
			(error) => isNewest && setSeen({ said: refusal(error) }),
		)
		return () => {
			isNewest = false
		}
	}, [to, tlp])
	const submit = async () => {
		try {
			await send(`/channels/${to}/posts`, { ...body, key })
			toast(t('forward.done'), 'good')
			onClose()
			go({ place: 'talk', id: to })
		} catch (error) {
			setSeen({ said: refusal(error) })
		}
	}
	const channelsOf: Option[] = others.map((one) => ({ id: one.id, label: nameOf(one) }))
	const markings = MARKINGS.slice(MARKINGS.indexOf(post.tlp), -1)
	return (
		<Dialog
			title={t('forward.do')}
			submit={t('forward.do')}
			disabled={!seen?.found}
			onSubmit={() => void submit()}
			onClose={onClose}
		>
			<Input
				isFirst
				field={{
					name: 'channel',
					label: t('forward.to'),
					is: 'choice',
					need: true,
					options: channelsOf,
				}}
				value={to}
				onValue={(value) => setTo(String(value))}
			/>
			<Input
				field={{
					name: 'tlp',
					label: t('f.tlp'),
					is: 'choice',
					need: true,
					options: markings.map((id) => ({ id, label: `TLP:${id}` })),
				}}
				value={tlp}
				onValue={(value) => setTlp(String(value))}
			/>
			<section class="who" aria-live="polite" aria-label={t('who.title')}>
				<h3>{t('who.title')}</h3>
				{!seen && <p class="dim">{t('who.asking')}</p>}
				{seen?.said && (
					<p class="wrong" role="alert">
						{seen.said}
					</p>
				)}
				<ul class="row wrap">
					{seen?.found?.agencies.map((one) => (
						<li key={one.id} class="chip">
							<Agency id={one.id} name={one.name} />
						</li>
					))}
				</ul>
			</section>
		</Dialog>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One post whole: its thread, files, translations, what stood there before it was
 * corrected, who has it, and what can be done with it. */
import { useEffect, useState } from 'preact/hooks'
import { get, post as send } from '../api/client'
import type { Id, Page } from '../api/types'
import { t } from '../lib/i18n'
import { extras } from './later'
import { Agency, Loading, Prose, Side, When } from './parts'
import { attempt, follow } from './say'
import { fetchPost, go, keep, listOf, posts, seqOf, touched } from './state'
import { isOver, PostHead, wordsFor } from './talk'
import type { Channel, Post, Receipts } from './types'

const FOLLOWABLE = ['concern', 'proposal', 'advice', 'question']

export function PostPane({ id, channel }: { id: Id; channel: Channel }) {
	const post = posts.value.get(id)
	useEffect(() => {
		if (!post) void fetchPost(id)
		void get<Page<Post>>(`/posts/${id}/replies?limit=200`)
			.then(({ items }) => keep(items))
			.catch(() => undefined)
	}, [id])
	if (!post)
		return (
			<Side title="">
				<Loading />
			</Side>
		)
	const thread = [...posts.value.values()]
		.filter((one) => one.thread === id)
		.sort((a, b) => seqOf(a.id) - seqOf(b.id))
	return (
		<Side title={post.subject || t(`post_kind.${post.kind}`)}>
			<Whole post={post} channel={channel} />
			<WayOf post={post} />
			{thread.length > 0 && <h3 class="dim">{t('post.thread')}</h3>}
			{thread.map((one) => (
				<Whole key={one.id} post={one} channel={channel} />
			))}
		</Side>
	)
}

function Whole({ post, channel }: { post: Post; channel: Channel }) {
	const words = wordsFor(post)
	const others = Object.entries(post.translations ?? {}).filter(
		([code]) => !(words.isTranslated && code === words.lang),
	)
	return (
		<article
			class={`post bar-${post.priority} ${isOver(post) ? 'over' : ''}`}
			data-whole={post.id}
		>
			<PostHead post={post} />
			{words.subject && (
				<h3 dir="auto" {...(words.lang && { lang: words.lang })}>
					{words.subject}
				</h3>
			)}
			{post.erased_at ? (
				<p class="dim">{t('post.erased')}</p>
			) : (
				<Prose text={words.text} {...(words.lang && { lang: words.lang })} />
			)}
			{words.isTranslated && (
				<details>
					<summary>{t('post.original')}</summary>
					<Prose text={post.text} {...(post.language && { lang: post.language })} />
				</details>
			)}
			{others.map(([code, one]) => (
				<details key={code}>
					<summary>{t(`tongue.${code}`)}</summary>
					<Prose text={[one.subject, one.text].filter(Boolean).join('\n')} lang={code} />
				</details>
			))}
			{(post.earlier?.length ?? 0) > 0 && (
				<details>
					<summary>{t('post.earlier')}</summary>
					{post.correction_reason && <p class="dim">{post.correction_reason}</p>}
					{post.earlier?.map((one) => (
						<Prose key={one.at ?? one.text} text={one.text} />
					))}
				</details>
			)}
			{post.expires_at && (
				<p class="dim">
					{t('f.expires_at')}: <When at={post.expires_at} />
				</p>
			)}
			<ul class="files">
				{post.attachments?.map((file) => (
					<li key={file.id}>
						{file.erased_at ? (
							<span class="dim">{file.name}</span>
						) : (
							<a href={`/api/v1/files/${file.id}/content`} download={file.name}>
								<bdi>{file.name}</bdi>
							</a>
						)}{' '}
						<bdi class="dim num">{Math.ceil(file.size / 1000)} kB</bdi>
					</li>
				))}
			</ul>
			<Doings post={post} channel={channel} />
			<Receipt post={post} channel={channel} />
		</article>
	)
}

function Doings({ post, channel }: { post: Post; channel: Channel }) {
	const isHub = channel.side !== 'spoke'
	const path = `/posts/${post.id}`
	const act = (what: string, body: object = {}) =>
		attempt(async () => keep([await send<Post>(`${path}/${what}`, body)]))
	if (post.erased_at) return null
	return (
		<p class="row wrap doings">
			{post.must_ack && !post.mine && !post.acknowledged && (
				<button type="button" class="btn main" onClick={() => void act('acknowledge')}>
					{t('post.acknowledge')}
				</button>
			)}
			{!channel.archived && (
				<button
					type="button"
					class="btn small"
					onClick={() => go({ place: 'talk', id: channel.id, more: `re-${post.id}` })}
				>
					{t('post.reply')}
				</button>
			)}
			{isHub && (
				<button
					type="button"
					class="btn small"
					aria-pressed={post.pinned === true}
					onClick={() => void act('pin', { on: !post.pinned })}
				>
					{t('post.pin')}
				</button>
			)}
			{extras.value && <extras.value.PostMore post={post} channel={channel} />}
		</p>
	)
}

/* Its way as a matter, or the beginning of one. */
function WayOf({ post }: { post: Post }) {
	const matter = listOf('matters')?.find((one) => one.post === post.id)
	if (matter)
		return (
			<p class="row wrap way-of">
				<span class="chip good">{t(`step.${matter.state}`)}</span>
				<button
					type="button"
					class="btn small"
					onClick={() => go({ place: 'matters', id: matter.id })}
				>
					{t('matter.way')}
				</button>
			</p>
		)
	/* Whoever wrote it raises it: a matter is its own agency's, and it hears of each step. */
	if (!post.mine || !FOLLOWABLE.includes(post.kind)) return null
	return (
		<p>
			<button
				type="button"
				class="btn small"
				onClick={() => void attempt(() => follow(post), t('matter.raised'))}
			>
				{t('matter.follow')}
			</button>
		</p>
	)
}

function Receipt({ post, channel }: { post: Post; channel: Channel }) {
	const [isOpen, setOpen] = useState(false)
	const [found, setFound] = useState<Receipts>()
	const { id, n } = touched.value
	const isMine = id === post.id || id === channel.id
	useEffect(() => {
		if (isOpen)
			void get<Receipts>(`/posts/${post.id}/receipts`)
				.then(setFound)
				.catch(() => undefined)
	}, [isOpen, isMine ? n : 0, post.version])
	/* To a mission, those of its own house; what the police side did is in `seen`. */
	return (
		<details open={isOpen} onToggle={(e) => setOpen(e.currentTarget.open)}>
			<summary>{t(channel.side === 'spoke' ? 'receipts.own' : 'receipts.title')}</summary>
			{isOpen && !found && <Loading />}
			{found?.owing && found.owing.length > 0 && (
				<>
					<h4>{t('receipts.owing', { n: found.owing.length })}</h4>
					<ul class="people">
						{found.owing.map((one) => (
							<li key={one.account ?? one.agency} class="wrong">
								<bdi>{one.name}</bdi>
							</li>
						))}
					</ul>
				</>
			)}
			{found && found.acknowledged.length > 0 && (
				<>
					<h4>{t('receipts.acknowledged')}</h4>
					<ul class="people">
						{found.acknowledged.map((one) => (
							<li key={`${one.name} ${one.at}`}>
								<bdi>{one.name ?? one.agency_name}</bdi> <When at={one.at} />
							</li>
						))}
					</ul>
				</>
			)}
			{found && (
				<ul class="people">
					{found.readers.map((one) => (
						<li key={one.account}>
							<bdi>{one.name}</bdi>{' '}
							<span class="dim">
								<Agency id={one.agency} />
							</span>{' '}
							<span class={one.read ? 'ok' : 'dim'}>
								{t(
									one.read
										? 'seen.read'
										: one.delivered
											? 'seen.delivered'
											: 'seen.not_yet',
								)}
							</span>
						</li>
					))}
				</ul>
			)}
		</details>
	)
}

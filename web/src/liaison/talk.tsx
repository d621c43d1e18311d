/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and what is said in them: the list, the newest posts first with standing
 * orders above, search in all of them, and what of one's own still waits. */
import { useEffect, useState } from 'preact/hooks'
import { get } from '../api/client'
import type { Id, Page } from '../api/types'
import { language, nameOf, t } from '../lib/i18n'
import { PriorityBadge } from '../ui/parts'
import { Compose } from './compose'
import type { Draft } from './drafts'
import { extras } from './later'
import { Agency, Empty, Loading, Prose, Tlp, When } from './parts'
import { PostPane } from './post'
import { drafts, putAway, sendDraft } from './say'
import {
	channelOf,
	channels,
	go,
	keep,
	link,
	moveCursor,
	newestFirst,
	now,
	openChannel,
	opened,
	openOlder,
	posts,
	postsOf,
	route,
} from './state'
import { type Channel, KINDS, type Post } from './types'

export function Talk() {
	const { id, more } = route.value
	const channel = channelOf(id)
	return (
		<div class={`talk cols ${more ? 'at-side' : channel ? 'at-middle' : 'at-start'}`}>
			<ChannelList present={id} />
			{channel ? <Stream key={channel.id} channel={channel} /> : <Nothing />}
			{channel && more === 'new' && <Compose channelId={channel.id} />}
			{channel && more?.startsWith('re-') && (
				<Compose channelId={channel.id} answers={more.slice(3)} />
			)}
			{channel && more === 'about' && extras.value && (
				<extras.value.ChannelPane channel={channel} />
			)}
			{channel && more && !/^(new|about|re-.*)$/.test(more) && (
				<PostPane key={more} id={more} channel={channel} />
			)}
		</div>
	)
}

function Nothing() {
	return (
		<section class="stream none">
			<Empty text={t(channels.value.length > 0 ? 'talk.choose' : 'talk.none')} />
		</section>
	)
}

function ChannelList({ present }: { present: Id | undefined }) {
	const [query, setQuery] = useState('')
	return (
		<section class="start" aria-label={t('place.talk')}>
			<input
				class="input"
				type="search"
				dir="auto"
				aria-label={t('talk.search')}
				placeholder={t('talk.search')}
				value={query}
				onInput={(e) => setQuery(e.currentTarget.value)}
			/>
			{query.trim().length > 1 ? (
				<Found query={query.trim()} />
			) : (
				<ul class="channels">
					{channels.value.map((one) => (
						<li key={one.id}>
							<button
								type="button"
								class="pick"
								aria-pressed={one.id === present}
								onClick={() => go({ place: 'talk', id: one.id })}
							>
								<span class="row">
									<strong class="grow" dir="auto">
										{nameOf(one)}
									</strong>
									{(one.unread ?? 0) > 0 && (
										<b class="badge num">
											{(one.unread ?? 0) >= 50 ? '50+' : one.unread}
											<span class="hidden"> {t('talk.unread')}</span>
										</b>
									)}
								</span>
								<span class="dim">
									{one.is_missions && one.side === 'spoke'
										? t('talk.missions_spoke')
										: t(`shape.${one.shape}`)}
								</span>
							</button>
						</li>
					))}
				</ul>
			)}
			{extras.value && <extras.value.NewChannel />}
		</section>
	)
}

/* The node searches, with Urdu folding, in what this person may see. */
function Found({ query }: { query: string }) {
	const [found, setFound] = useState<readonly Post[]>()
	useEffect(() => {
		let isNewest = true
		const timer = setTimeout(() => {
			void get<Page<Post>>(`/posts?limit=30&q=${encodeURIComponent(query)}`)
				.then(({ items }) => {
					keep(items)
					if (isNewest) setFound(items)
				})
				.catch(() => isNewest && setFound([]))
		}, 250)
		return () => {
			isNewest = false
			clearTimeout(timer)
		}
	}, [query])
	if (!found) return <Loading />
	if (found.length === 0) return <Empty text={t('talk.nothing_found')} />
	return (
		<ul class="channels">
			{found.map((one) => (
				<li key={one.id}>
					<button
						type="button"
						class="pick"
						aria-pressed={route.value.more === one.id}
						onClick={() => go({ place: 'talk', id: one.channel, more: one.id })}
					>
						<span class="row">
							<strong class="grow clip" dir="auto">
								{one.subject || one.text}
							</strong>
							<When at={one.posted_at} />
						</span>
						<span class="dim clip" dir="auto">
							{nameOf(channelOf(one.channel))}
						</span>
					</button>
				</li>
			))}
		</ul>
	)
}

function Stream({ channel }: { channel: Channel }) {
	const [kind, setKind] = useState('')
	const isHere = opened.value.has(channel.id)
	useEffect(() => {
		if (!isHere) void openChannel(channel.id).catch(() => undefined)
	}, [isHere, link.value === 'live'])
	const all = postsOf(channel.id)
	const newest = all[0]?.id
	useEffect(() => {
		const read = () => {
			if (newest && isHere && document.visibilityState === 'visible')
				moveCursor(channel.id, 'read', newest)
		}
		read()
		document.addEventListener('visibilitychange', read)
		return () => document.removeEventListener('visibilitychange', read)
	}, [newest, isHere])
	const shown = all.filter((one) => !kind || one.kind === kind)
	const standing = shown.filter((one) => one.pinned && !one.expired)
	const rest = shown.filter((one) => !standing.includes(one)).sort(newestFirst)
	return (
		<section class="stream" aria-label={nameOf(channel)}>
			<header class="row wrap">
				<button type="button" class="btn small back" onClick={() => go({ place: 'talk' })}>
					{t('back')}
				</button>
				<h2 class="grow" dir="auto">
					{nameOf(channel)}
				</h2>
				<select
					class="btn small"
					aria-label={t('f.kind')}
					value={kind}
					onChange={(e) => setKind(e.currentTarget.value)}
				>
					<option value="">{t('talk.all_kinds')}</option>
					{KINDS.map((one) => (
						<option key={one} value={one}>
							{t(`post_kind.${one}`)}
						</option>
					))}
				</select>
				{extras.value && (
					<button
						type="button"
						class="btn small"
						onClick={() => go({ place: 'talk', id: channel.id, more: 'about' })}
					>
						{t('talk.about')}
					</button>
				)}
				{!channel.archived && (
					<button
						type="button"
						class="btn main"
						onClick={() => go({ place: 'talk', id: channel.id, more: 'new' })}
					>
						{t('compose.new')}
					</button>
				)}
			</header>
			<div class="posts">
				<Waiting channel={channel.id} />
				{standing.length > 0 && <h3 class="dim">{t('talk.standing')}</h3>}
				{standing.map((one) => (
					<PostCard key={one.id} post={one} />
				))}
				{standing.length > 0 && rest.length > 0 && <hr />}
				{rest.map((one) => (
					<PostCard key={one.id} post={one} />
				))}
				{!isHere && <Loading />}
				{isHere && shown.length === 0 && <Empty text={t('talk.empty')} />}
				{opened.value.get(channel.id) && (
					<button
						type="button"
						class="btn"
						onClick={() => void openOlder(channel.id).catch(() => undefined)}
					>
						{t('talk.older')}
					</button>
				)}
			</div>
		</section>
	)
}

/* One's own words that the node does not have yet, or would not take. */
function Waiting({ channel }: { channel: Id }) {
	const own = drafts.value.items.filter((one) => one.channel === channel)
	if (own.length === 0) return null
	return (
		<ul class="waiting">
			{own.map((one) => (
				<WaitingOne key={one.key} draft={one} />
			))}
			{!drafts.value.durable && <li class="wrong">{t('waiting.not_kept')}</li>}
		</ul>
	)
}

function WaitingOne({ draft }: { draft: Draft }) {
	const isRefused = draft.refused !== undefined
	const again = () => {
		const { refused: _, ...rest } = draft
		void sendDraft(rest)
	}
	return (
		<li class={`post ${isRefused ? 'refused' : ''}`}>
			<p class="row wrap">
				<span class={`chip ${isRefused ? 'bad' : 'warn'}`}>
					{t(isRefused ? 'waiting.refused' : 'waiting.waits')}
				</span>
				{draft.refused && <span dir="auto">{draft.refused}</span>}
			</p>
			{draft.body.subject && (
				<h3 dir="auto" lang={draft.body.language}>
					{draft.body.subject}
				</h3>
			)}
			<Prose text={draft.body.text} lang={draft.body.language} />
			<p class="row wrap">
				{isRefused && (
					<button type="button" class="btn small" onClick={again}>
						{t('waiting.again')}
					</button>
				)}
				<button type="button" class="btn small" onClick={() => void putAway(draft.key)}>
					{t('waiting.put_away')}
				</button>
			</p>
		</li>
	)
}

export function isOver(post: Post): boolean {
	return (
		post.expired === true ||
		(post.expires_at !== undefined && Date.parse(post.expires_at) <= now.value)
	)
}

/* A translation that a person made, when it is in the reader's language. */
export function wordsFor(post: Post): {
	subject?: string | undefined
	text?: string | undefined
	lang?: string | undefined
	isTranslated?: boolean
} {
	const own = post.translations?.[language.value]
	if (own && post.language !== language.value)
		return { ...own, lang: language.value, isTranslated: true }
	return { subject: post.subject, text: post.text, lang: post.language }
}

export function PostHead({ post }: { post: Post }) {
	return (
		<p class="row wrap marks-of">
			<PriorityBadge priority={post.priority} short />
			<span class="chip">{t(`post_kind.${post.kind}`)}</span>
			<Tlp marking={post.tlp} />
			{isOver(post) && <span class="chip warn">{t('post.over')}</span>}
			{post.must_ack && !post.mine && (
				<span class={`chip ${post.acknowledged ? 'good' : 'bad'}`}>
					{t(post.acknowledged ? 'post.acknowledged' : 'post.must_ack')}
				</span>
			)}
			{post.seen && (
				<span class="chip">
					{t(
						post.seen.read
							? 'seen.read'
							: post.seen.delivered
								? 'seen.delivered'
								: 'seen.sent',
					)}
				</span>
			)}
			<span class="grow" />
			<span class="dim">
				<Agency id={post.agency} name={post.agency_name} />
				{post.author_name && (
					<>
						{' · '}
						<bdi>{post.author_name}</bdi>
					</>
				)}
			</span>
			<When at={post.posted_at} />
		</p>
	)
}

function PostCard({ post }: { post: Post }) {
	const words = wordsFor(post)
	const above = post.reply_to ? posts.value.get(post.reply_to) : undefined
	const open = () => go({ place: 'talk', id: post.channel, more: post.thread ?? post.id })
	const count = [...posts.value.values()].filter((p) => p.thread === post.id).length
	return (
		<article
			class={`post bar-${post.priority} ${isOver(post) ? 'over' : ''}`}
			data-id={post.id}
		>
			<PostHead post={post} />
			{post.reply_to && (
				<p class="dim clip" dir="auto">
					↩ {above ? above.subject || above.text : t('post.of_thread')}
				</p>
			)}
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
			<p class="row wrap">
				{(post.attachments?.length ?? 0) > 0 && (
					<span class="dim">{t('post.files', { n: post.attachments?.length ?? 0 })}</span>
				)}
				{count > 0 && <span class="dim">{t('post.replies', { n: count })}</span>}
				{post.version > 1 && <span class="dim">{t('post.corrected')}</span>}
				{words.isTranslated && <span class="dim">{t('post.translated')}</span>}
				<span class="grow" />
				<button type="button" class="btn small" onClick={open}>
					{t('post.open')}
				</button>
			</p>
		</article>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a post. Who will see it is asked of the node and shown before it can be sent:
 * it is the rule itself that answers. Half-written words are kept as they are typed;
 * without a link the post waits on this machine and is sent once. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, post as send } from '../api/client'
import { direction, language, nameOf, t } from '../lib/i18n'
import { serverNow } from '../lib/time'
import { me } from '../state/session'
import { toast } from '../ui/toasts'
import type { Body, DraftFile } from './drafts'
import { type Field, Input, type Value, wordsOf } from './form'
import { extras } from './later'
import { Side } from './parts'
import type { ReachForm } from './reach'
import { freshKey, refusal, sendDraft } from './say'
import { writtenShelf } from './shelf'
import { agencyOf, channelOf, directory, go, link, posts } from './state'
import { type Audience, type Channel, KINDS, type Kind, MARKINGS, type Post } from './types'
import { fromField } from './when'

const PREVIEW_MS = 300

interface Form extends ReachForm {
	kind: Kind
	tlp: string
	priority: string
	subject: string
	text: string
	language: string
	to: readonly string[]
	recipients: readonly string[]
	must_ack: string
	ack_by: string
	expires_at: string
	follow: boolean
}

const FRESH: Form = {
	kind: 'situation',
	tlp: 'AMBER',
	priority: 'P3',
	subject: '',
	text: '',
	language: 'en',
	to: [],
	recipients: [],
	reach: '',
	site_class: 'consulate',
	centre: '',
	radius_km: '5',
	ring: '',
	must_ack: '',
	ack_by: '',
	expires_at: '',
	follow: true,
}

/* What goes the way of a matter, and may be followed from raised to reported back. */
const FOLLOWED: readonly Kind[] = ['concern', 'proposal']

function bodyOf(form: Form, answered: Post | undefined): Body {
	const ackBy = form.must_ack ? fromField(form.ack_by) : undefined
	const expires = fromField(form.expires_at)
	const isBroadcast = form.reach !== '' && !answered
	return {
		kind: form.kind,
		text: form.text.trim(),
		tlp: form.tlp as Body['tlp'],
		priority: form.priority as Body['priority'],
		language: form.language,
		...(form.subject.trim() && { subject: form.subject.trim() }),
		...(answered && { reply_to: answered.id }),
		...(!answered && !isBroadcast && form.to.length > 0 && { to: form.to }),
		...(!answered && form.tlp === 'RED' && { recipients: form.recipients }),
		...(form.must_ack && { must_ack: form.must_ack as 'agency' | 'person' }),
		...(ackBy && { ack_by: ackBy }),
		...(expires && { expires_at: expires }),
		...(isBroadcast && { broadcast: extras.value?.broadcastOf(form).broadcast ?? {} }),
	}
}

/* What decides who sees it: a new word in the text asks nothing of the node. */
const audienceKey = (body: Body) => JSON.stringify({ ...body, text: '', subject: '' })

type Seen = { key: string; found?: Audience; refused?: string; isUnknown?: true }

function usePreview(channel: Channel, body: Body, isWrong: boolean): Seen | undefined {
	const [seen, setSeen] = useState<Seen>()
	const key = audienceKey(body)
	useEffect(() => {
		if (isWrong) return
		let isNewest = true
		const timer = setTimeout(async () => {
			const got = await ask(channel, body, key)
			if (isNewest) setSeen(got)
		}, PREVIEW_MS)
		return () => {
			isNewest = false
			clearTimeout(timer)
		}
	}, [key, isWrong, link.value])
	return seen?.key === key && !isWrong ? seen : undefined
}

async function ask(channel: Channel, body: Body, key: string): Promise<Seen> {
	try {
		const text = body.text || '.'
		return { key, found: await send(`/channels/${channel.id}/preview`, { ...body, text }) }
	} catch (error) {
		if (error instanceof ApiError && error.status >= 400 && error.status < 500)
			return { key, refused: refusal(error) }
		return { key, isUnknown: true }
	}
}

export function Compose({ channelId, answers }: { channelId: string; answers?: string }) {
	const channel = channelOf(channelId)
	if (!channel) return null
	const answered = answers ? posts.value.get(answers) : undefined
	return <Writing key={`${channelId} ${answers}`} channel={channel} answered={answered} />
}

function Writing({ channel, answered }: { channel: Channel; answered: Post | undefined }) {
	const isHub = channel.side !== 'spoke'
	const where = `${me.value?.account} ${channel.id} ${answered?.id ?? ''}`
	const [form, setForm] = useState<Form>({
		...FRESH,
		language: language.value,
		...(answered && {
			kind: answered.kind === 'advisory' && !isHub ? 'question' : answered.kind,
			tlp: answered.tlp,
			priority: answered.priority,
		}),
		...(!answered && !isHub && { kind: 'concern' as const }),
	})
	const [files, setFiles] = useState<readonly DraftFile[]>([])
	const isLoaded = useRef(false)
	useEffect(() => {
		void writtenShelf
			.get<Form>(where)
			.then((kept) => kept && setForm((fresh) => ({ ...fresh, ...kept })))
			.catch(() => undefined)
			.finally(() => {
				isLoaded.current = true
			})
	}, [])
	useEffect(() => {
		if (isLoaded.current && (form.text || form.subject))
			void writtenShelf.put(where, form).catch(() => undefined)
	}, [form])
	const set = (change: Partial<Form>) => setForm((old) => ({ ...old, ...change }))
	const body = bodyOf(form, answered)
	const isWrong = !answered && extras.value?.broadcastOf(form).wrong !== undefined
	const seen = usePreview(channel, body, isWrong)
	const mayFollow = !answered && FOLLOWED.includes(form.kind)
	const isReady = body.text !== '' && seen !== undefined && seen.refused === undefined
	const submit = async (event: Event) => {
		event.preventDefault()
		if (!isReady || !me.value) return
		await sendDraft({
			key: freshKey(),
			account: me.value.account,
			channel: channel.id,
			at: serverNow(),
			body,
			files,
			...(mayFollow && form.follow && { follow: true }),
		})
		await writtenShelf.drop(where).catch(() => undefined)
		toast(t(link.value === 'live' ? 'compose.sending' : 'compose.waits'))
		go({
			place: 'talk',
			id: channel.id,
			...(answered && { more: answered.thread ?? answered.id }),
		})
	}
	return (
		<Side title={t(answered ? 'compose.reply' : 'compose.new')}>
			<form class="compose" onSubmit={(e) => void submit(e)}>
				{answered && (
					<blockquote dir="auto" class="clip">
						{answered.subject || answered.text}
					</blockquote>
				)}
				<Marks form={form} set={set} isHub={isHub} answered={answered} />
				<Input
					field={{ name: 'subject', label: t('f.subject') }}
					value={form.subject}
					onValue={(v) => set({ subject: String(v) })}
				/>
				<Input
					field={{ name: 'text', label: t('f.text'), is: 'text', need: true }}
					value={form.text}
					onValue={(v) => set({ text: String(v) })}
				/>
				<Files files={files} onFiles={setFiles} />
				{mayFollow && (
					<Input
						field={{ name: 'follow', label: t('compose.follow'), is: 'tick' }}
						value={form.follow}
						onValue={(v) => set({ follow: v === true })}
					/>
				)}
				<More form={form} set={set} isHub={isHub} channel={channel} answered={answered} />
				<WhoSees seen={seen} isHub={isHub} />
				<footer class="row wrap">
					<button type="submit" class="btn main" disabled={!isReady}>
						{t(link.value === 'lost' ? 'compose.keep' : 'compose.send')}
					</button>
				</footer>
			</form>
		</Side>
	)
}

type Part = {
	form: Form
	set: (change: Partial<Form>) => void
	isHub: boolean
	answered: Post | undefined
}

function Marks({ form, set, isHub, answered }: Part) {
	const kinds = KINDS.filter((kind) => isHub || kind !== 'advisory')
	/* A mission names the police side by agency, so it cannot name one person of it; a
	 * reply is marked no lower than what it answers. */
	const least = answered ? MARKINGS.indexOf(answered.tlp) : 0
	const markings = MARKINGS.filter(
		(one, n) => n >= least && (one !== 'RED' || isHub || answered?.tlp === 'RED'),
	)
	const fields: (Field & { name: 'kind' | 'tlp' | 'priority' })[] = [
		{ name: 'kind', label: t('f.kind'), options: wordsOf('post_kind', kinds) },
		{
			name: 'priority',
			label: t('f.priority'),
			options: wordsOf('priority', ['P3', 'P2', 'P1']),
		},
		{
			name: 'tlp',
			label: t('f.tlp'),
			options: markings.map((id) => ({ id, label: `TLP:${id}` })),
			hint: t(`tlp.${form.tlp}`),
		},
	]
	return (
		<div class="marks">
			{fields.map((field) => (
				<Input
					key={field.name}
					field={{ ...field, is: 'choice', need: true }}
					value={form[field.name]}
					onValue={(v) => set({ [field.name]: v })}
				/>
			))}
		</div>
	)
}

function Files({
	files,
	onFiles,
}: {
	files: readonly DraftFile[]
	onFiles: (files: readonly DraftFile[]) => void
}) {
	return (
		<div class="attach">
			<label class="btn small picker">
				{t('compose.files')}
				<input
					class="hidden"
					type="file"
					multiple
					onChange={(e) => {
						const picked = [...(e.currentTarget.files ?? [])]
						onFiles([
							...files,
							...picked.map((blob) => ({ name: blob.name, size: blob.size, blob })),
						])
						e.currentTarget.value = ''
					}}
				/>
			</label>
			<ul class="files">
				{files.map((file) => (
					<li key={file.name} class="row">
						<bdi class="clip">{file.name}</bdi>
						<bdi class="dim num">{Math.ceil(file.size / 1000)} kB</bdi>
						<button
							type="button"
							class="btn small"
							onClick={() => onFiles(files.filter((one) => one !== file))}
						>
							{t('compose.drop')}
						</button>
					</li>
				))}
			</ul>
		</div>
	)
}

/* What most posts do not need. RED must name who may see it, so it is open then. */
function More({ form, set, isHub, channel, answered }: Part & { channel: Channel }) {
	const own = me.value?.agency
	const agencies = [...directory.value.agencies.values()]
		.filter((one) => one.id !== own)
		.map((one) => ({ id: one.id, label: nameOf(one) }))
	const people = [...directory.value.people.values()]
		.filter((one) => one.account !== me.value?.account)
		.map((one) => ({
			id: one.account,
			label: `${one.name} · ${nameOf(agencyOf(one.agency))}`,
		}))
	const put = (name: keyof Form) => (v: Value) => set({ [name]: v } as Partial<Form>)
	const input = (field: Field & { name: keyof Form }) => (
		<Input field={field} value={form[field.name] as Value} onValue={put(field.name)} />
	)
	const isRed = form.tlp === 'RED' && !answered
	const isBroadcast = isHub && channel.shape === 'hub' && !answered && !isRed
	return (
		<details open={isRed}>
			<summary>{t('compose.more')}</summary>
			<div class="more">
				{input({
					name: 'language',
					label: t('f.language'),
					is: 'choice',
					need: true,
					options: wordsOf('tongue', ['ur', 'sd', 'en', 'zh']),
				})}
				{input({ name: 'expires_at', label: t('f.expires_at'), is: 'time' })}
				{isRed &&
					input({
						name: 'recipients',
						label: t('f.recipients'),
						is: 'several',
						need: true,
						options: people,
					})}
				{isBroadcast && extras.value && <extras.value.Reach form={form} set={set} />}
				{!answered &&
					form.reach === '' &&
					agencies.length > 0 &&
					input({
						name: 'to',
						label: t('f.to'),
						is: 'several',
						hint: t('compose.to_hint'),
						options: agencies,
					})}
				{isHub &&
					input({
						name: 'must_ack',
						label: t('f.must_ack'),
						is: 'choice',
						options: wordsOf('must_ack', ['agency', 'person']),
					})}
				{isHub &&
					form.must_ack &&
					input({ name: 'ack_by', label: t('f.ack_by'), is: 'time' })}
			</div>
		</details>
	)
}

function WhoSees({ seen, isHub }: { seen: Seen | undefined; isHub: boolean }) {
	const found = seen?.found
	return (
		<section class="who" aria-live="polite" aria-label={t('who.title')}>
			<h3>{t('who.title')}</h3>
			{!seen && <p class="dim">{t('who.asking')}</p>}
			{seen?.isUnknown && <p class="warn">{t('who.unknown')}</p>}
			{seen?.refused && (
				<p class="wrong" role="alert">
					{seen.refused}
				</p>
			)}
			{found && (
				<>
					<ul class="row wrap">
						{found.agencies.map((one) => (
							<li key={one.id} class="chip">
								<bdi>{nameOf(one)}</bdi>
								{isHub && found.people && (
									<span class="num">
										{found.people.filter((p) => p.agency === one.id).length}
									</span>
								)}
							</li>
						))}
					</ul>
					{!isHub && <p class="dim">{t('who.police_side')}</p>}
					{found.sites && <p class="dim">{t('who.sites', { n: found.sites.length })}</p>}
					{found.people && (
						<details>
							<summary>{t('who.people', { n: found.count ?? 0 })}</summary>
							<ul class="people" dir={direction.value}>
								{found.people.map((one) => (
									<li key={one.account}>
										<bdi>{one.name}</bdi>{' '}
										<bdi class="dim">{nameOf(agencyOf(one.agency))}</bdi>
									</li>
								))}
							</ul>
						</details>
					)}
				</>
			)}
		</section>
	)
}

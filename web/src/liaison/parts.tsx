/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts of the liaison room: markings, times, whose words, a pane with its way
 * back. */
import type { ComponentChildren } from 'preact'
import type { Id } from '../api/types'
import { direction, language, nameOf, t } from '../lib/i18n'
import { formatClockShort, formatDay, serverNow } from '../lib/time'
import { agencyOf, go, link, route } from './state'
import type { Marking, Meeting } from './types'
import { cityOf, wallClock } from './when'

/* The colours of Traffic Light Protocol 2.0 are a standard: in all themes the same. */
export function Tlp({ marking }: { marking: Marking }) {
	return (
		<span class={`tlp ${marking.split('+')[0]}`} title={t(`tlp.${marking}`)}>
			<bdi>TLP:{marking}</bdi>
		</span>
	)
}

export function When({ at }: { at: string | undefined }) {
	if (!at) return <span>–</span>
	const ms = Date.parse(at)
	const isFar = Math.abs(serverNow() - ms) > 18 * 3_600_000
	return (
		<time class="when" dateTime={at}>
			{isFar && `${formatDay(ms, language.value)} `}
			<bdi class="num">{formatClockShort(ms)}</bdi>
		</time>
	)
}

/* A meeting's time where it is held, and in the reader's capital. */
export function Clocks({ meeting }: { meeting: Meeting }) {
	const times = meeting.times?.length
		? meeting.times
		: [{ zone: 'Asia/Karachi', local: meeting.start_at }]
	return (
		<ul class="clocks">
			{times.map(({ zone, local }) => {
				const at = wallClock(local)
				return (
					<li key={zone}>
						<bdi class="num">{local.slice(11, 16)}</bdi>{' '}
						<span>{formatDay(at - 5 * 3_600_000, language.value)}</span>{' '}
						<bdi class="dim">{cityOf(zone)}</bdi>
					</li>
				)
			})}
		</ul>
	)
}

/* Words of people keep their own language and direction. */
export function Prose({ text, lang }: { text: string | undefined; lang?: string }) {
	if (!text) return null
	const code = lang && /^[a-z]{2}$/.test(lang) ? lang : undefined
	return (
		<p class="prose" dir="auto" {...(code && { lang: code })}>
			{text}
		</p>
	)
}

export function Agency({ id, name }: { id: Id | undefined; name?: string | undefined }) {
	const known = agencyOf(id)
	return <bdi>{known ? nameOf(known) : (name ?? '–')}</bdi>
}

export function Empty({ text }: { text: string }) {
	return <p class="dim nothing">{link.value === 'lost' ? t('no_link_no_list') : text}</p>
}

export function Loading() {
	return (
		<p class="dim nothing">{t(link.value === 'lost' ? 'no_link_no_list' : 'coming')}</p>
	)
}

/* A record beside its list; on a telephone in its place. */
export function Side({ title, children }: { title: string; children: ComponentChildren }) {
	const back = () => {
		const { place, id, more } = route.value
		go(more && id ? { place, id } : { place })
	}
	return (
		<section class="side" aria-label={title}>
			<header class="row">
				<button type="button" class="btn small back" onClick={back}>
					<span aria-hidden="true">{direction.value === 'rtl' ? '→' : '←'}</span>{' '}
					{t('back')}
				</button>
				<h2 class="grow clip" dir="auto">
					{title}
				</h2>
			</header>
			<div class="inside">{children}</div>
		</section>
	)
}

export function Facts({
	rows,
}: {
	rows: readonly (readonly [string, ComponentChildren])[]
}) {
	const isThere = (value: ComponentChildren) =>
		Array.isArray(value) ? value.length > 0 : Boolean(value)
	const shown = rows.filter(([, value]) => isThere(value))
	return (
		<dl class="facts">
			{shown.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	)
}

/* A list of cards of which one is open beside it. */
export function Card({
	id,
	tone,
	onOpen,
	children,
}: {
	id: Id
	tone?: string | undefined
	onOpen: () => void
	children: ComponentChildren
}) {
	const isOpen = route.value.id === id || route.value.more === id
	return (
		<li class={`card ${tone ?? ''}`} data-id={id}>
			<button type="button" class="pick" aria-pressed={isOpen} onClick={onOpen}>
				{children}
			</button>
		</li>
	)
}

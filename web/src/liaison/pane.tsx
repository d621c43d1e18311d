/* SPDX-License-Identifier: Apache-2.0 */
/* The channels of the liaison room inside another page, the console's: what is unread and
 * what is owed is known without opening it. Other places open in a window of their own. */
import { computed, effect } from '@preact/signals'
import type { Loaders } from '../lib/i18n'
import { nameOf, t } from '../lib/i18n'
import { world } from '../state/room'
import { toast } from '../ui/toasts'
import { loadExtras } from './later'
import { writeRoute } from './route'
import { flushDrafts, openDrafts } from './say'
import {
	channels,
	go,
	loaded,
	onHeard,
	openChannel,
	opened,
	openRoom,
	posts,
	route,
} from './state'
import { isOver, Talk } from './talk'
import './liaison.css'

/* Channels that are looked through for what must be acknowledged. */
const LOOKED_THROUGH = 30

export const unread = computed(() =>
	channels.value.reduce((n, one) => n + (one.unread ?? 0), 0),
)

/* Posts of others that this person has to acknowledge and has not. */
export const owed = computed(() =>
	[...posts.value.values()].filter(
		(one) => one.must_ack && !one.mine && !one.acknowledged && !isOver(one),
	),
)

export const isHere = loaded

export function Pane() {
	return <Talk />
}

export function openOwed(): void {
	const [first] = owed.value
	if (first) go({ place: 'talk', id: first.channel, more: first.thread ?? first.id })
}

/* What is no channel is the room's own page. */
effect(() => {
	const { place } = route.value
	if (place === 'talk') return
	window.open(`/liaison${writeRoute(route.value)}`, '_blank', 'noopener')
	go({ place: 'talk' })
})

onHeard(({ type, data }) => {
	const site = nameOf(
		data.site === undefined ? undefined : world.value.sites.get(data.site),
	)
	if (type === 'visit.missed') toast(t('pane.missed_round', { site }), 'bad')
	if (type === 'register.asked') toast(t('pane.register_asked', { site }))
	if (type !== 'post.posted') return
	if (data.must_ack || data.priority === 'P1') toast(t('pane.new_post'))
})

export async function begin(): Promise<void> {
	void loadExtras().catch(() => undefined)
	await openRoom((who) => openDrafts(who.account), flushDrafts, false)
	effect(() => {
		const closed = channels.value
			.filter((one) => !one.archived && !opened.value.has(one.id))
			.slice(0, LOOKED_THROUGH)
		for (const one of closed) void openChannel(one.id).catch(() => undefined)
	})
}

export const words: Loaders = {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a page of the room does about an alarm: it sounds, and it tells the server when
 * a new incident was really drawn where people can see and hear it. Used by board and
 * console. */
import { effect, signal } from '@preact/signals'
import type { Id } from '../api/types'
import { initSound, play, startAlarm, stopAlarm, unlocked } from '../lib/sound'
import { alarming, declare, link, loaded, queue, tell } from '../state/room'

const visible = signal(document.visibilityState === 'visible')

export function watchAlarms(): void {
	initSound()
	document.addEventListener('visibilitychange', () => {
		visible.value = document.visibilityState === 'visible'
	})
	effect(() => {
		if (!loaded.value) return
		declare('sound', { sound: { unlocked: unlocked.value } })
	})
	effect(() => {
		const distress = alarming.value.some((i) => i.kind === 'officer_distress')
		if (!unlocked.value || alarming.value.length === 0) stopAlarm()
		else startAlarm(distress ? 'distress' : 'new_p1')
	})
	let known: Set<Id> | undefined
	effect(() => {
		if (!loaded.value) return
		const ids = new Set(queue.value.map((i) => i.id))
		const fresh = queue.value.some(
			(i) => i.unacknowledged && i.priority !== 'P1' && !known?.has(i.id),
		)
		if (known && fresh) play('new_other')
		known = ids
	})
	let wasLive = false
	effect(() => {
		if (link.value === 'live') wasLive = true
		else if (link.value === 'lost' && wasLive) {
			wasLive = false
			play('link_lost')
		}
	})
	watchPresented()
}

function watchPresented(): void {
	const told = new Set<Id>()
	effect(() => {
		if (!visible.value || !unlocked.value || link.value !== 'live') return
		const fresh = queue.value.filter((i) => !i.milestones.presented && !told.has(i.id))
		if (fresh.length === 0) return
		/* Two frames on, what was just drawn is on the glass. */
		requestAnimationFrame(() =>
			requestAnimationFrame(() => {
				if (document.visibilityState !== 'visible') return
				for (const incident of fresh) {
					const row = document.querySelector(`[data-incident="${CSS.escape(incident.id)}"]`)
					if (!row || told.has(incident.id)) continue
					if (tell({ presented: { incident: incident.id } })) told.add(incident.id)
				}
			}),
		)
	})
}

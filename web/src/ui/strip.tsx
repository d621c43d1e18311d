/* SPDX-License-Identifier: Apache-2.0 */
/* The top strip: whose room, what is odd, the link, the clock. It is in the same place
 * on each page; when the link is lost it is red and says as of when the page is true. */
import type { ComponentChildren } from 'preact'
import { t } from '../lib/i18n'
import { unlocked } from '../lib/sound'
import { formatClock } from '../lib/time'
import { heardAt, link, loaded, now, room } from '../state/room'
import { me } from '../state/session'
import { Bdi } from './parts'

export function isLinkLost(): boolean {
	return loaded.value && link.value === 'lost'
}

export function WorldBanner() {
	const world = me.value?.world ?? 'live'
	if (world === 'live') return null
	return (
		<div class="world" role="note">
			{world === 'training' ? t('world.training') : t('world.exercise', { name: world })}
		</div>
	)
}

export function LinkChip() {
	const state = link.value
	const text = t(`link.${state}`)
	if (state === 'live') return <span class="chip good">✓ {text}</span>
	if (state === 'late') return <span class="chip warn">{text}</span>
	return (
		<span class="chip bad">
			{text}
			{heardAt.value > 0 && (
				<>
					{' '}
					{t('link.as_of')} <Bdi>{formatClock(heardAt.value)}</Bdi>
				</>
			)}
		</span>
	)
}

/* What of the node itself is not as it should be. Nothing is drawn when all is well. */
export function HealthChips() {
	const r = room.value
	if (!r) return null
	return (
		<>
			{!r.synthetic.ok && <span class="chip bad">{t('health.synthetic')}</span>}
			{r.second_path.set === false && (
				<span class="chip bad">{t('health.second_path_unset')}</span>
			)}
			{r.second_path.set !== false && !r.second_path.ok && (
				<span class="chip bad">{t('health.second_path')}</span>
			)}
			{r.second_path.waiting > 0 && (
				<span class="chip warn">{t('health.waiting', { n: r.second_path.waiting })}</span>
			)}
			{r.consoles.sound === 0 && <span class="chip bad">{t('health.no_sound')}</span>}
			{!r.standby && <span class="chip warn">{t('health.no_standby')}</span>}
			{r.disk && r.disk.used_pct >= 85 && (
				<span class="chip bad">{t('health.disk', { n: Math.round(r.disk.used_pct) })}</span>
			)}
			{r.mute && Date.parse(r.mute.until) > now.value && (
				<span class="chip warn">
					{t('health.mute', {
						name: r.mute.by,
						n: Math.ceil((Date.parse(r.mute.until) - now.value) / 1000),
					})}
				</span>
			)}
		</>
	)
}

export function SoundChip() {
	return unlocked.value ? (
		<span class="chip good">{t('sound.on')}</span>
	) : (
		<span class="chip bad">{t('sound.off')}</span>
	)
}

export function Strip({
	title,
	children,
}: {
	title: string
	children?: ComponentChildren
}) {
	return (
		<>
			<header class={isLinkLost() ? 'strip lost' : 'strip'}>
				<h1 class="clip">{title}</h1>
				<span class="grow" />
				{children}
				<time class="clock">{formatClock(now.value)}</time>
			</header>
			<WorldBanner />
		</>
	)
}

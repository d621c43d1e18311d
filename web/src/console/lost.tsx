/* SPDX-License-Identifier: Apache-2.0 */
/* Sites whose link is lost, one row each; many at once are one row of the storms. A new
 * one sounds, once a minute at most. */
import { useEffect, useRef } from 'preact/hooks'
import type { Site } from '../api/types'
import { nameOf, t, word } from '../lib/i18n'
import { play } from '../lib/sound'
import { formatClockShort } from '../lib/time'
import { room, world } from '../state/room'
import { Bdi } from '../ui/parts'
import { showDevices } from './devices'
import { mapHandle } from './state'
import { pane } from './windows'

const SHOWN = 5
const QUIET_MS = 60_000

const show = (site: Site) => {
	if (site.position) mapHandle.value?.goTo(site.position)
	showDevices({ name: nameOf(site), ids: [site.id] })
}

export function LostSites() {
	const lost = room.value?.lost_sites ?? []
	const count = room.value?.lost_sites_count ?? 0
	const together = (room.value?.storms ?? []).filter((one) => one.kind === 'device_lost')
	useSound([
		...lost.map((one) => one.device),
		...together.map((one) => `together ${one.carrier ?? ''}`),
	])
	const more = count - Math.min(lost.length, SHOWN)
	return (
		<>
			{lost.slice(0, SHOWN).map((one) => {
				const site = world.value.sites.get(one.site)
				return (
					<li key={one.device} class="storm" data-lost={one.site}>
						<span class="prio P3" aria-hidden="true">
							⌁
						</span>
						<button
							type="button"
							class="pick"
							disabled={!site}
							onClick={() => site && show(site)}
						>
							{word('kind', 'device_lost')} · <bdi>{site ? nameOf(site) : one.site}</bdi>{' '}
							<Bdi>{formatClockShort(Date.parse(one.since))}</Bdi>
						</button>
					</li>
				)
			})}
			{more > 0 && <li class="storm dim">{t('lost.more', { n: more })}</li>}
		</>
	)
}

/* What was lost before the page came is seen, not heard. */
function useSound(keys: readonly string[]): void {
	const known = useRef<Set<string> | undefined>(undefined)
	const soundedAt = useRef(-QUIET_MS)
	useEffect(() => {
		const isNew = known.current && keys.some((key) => !known.current?.has(key))
		known.current = new Set(keys)
		if (!isNew || pane || performance.now() - soundedAt.current < QUIET_MS) return
		soundedAt.current = performance.now()
		play('link_lost')
	}, [keys.join()])
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Places, streets and junctions of the gazetteer under a field, as they are typed. The
 * nearer to the middle of the map comes first among equals. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/client'
import type { Page, Position } from '../api/types'
import { formatDistance } from '../lib/geo'
import { t } from '../lib/i18n'
import { type Named, placeName } from '../lib/landmark'
import { Bdi } from '../ui/parts'
import { mapHandle } from './state'

export interface Found extends Named {
	kind: string
	position: Position
	distance_m?: number
	/* It has a part of what was asked: the street of an address. */
	partial?: boolean
}

const PAUSE_MS = 200
const LEAST = 2
const MOST = 6
const OWN_KINDS = new Set(['street', 'junction'])

export function Gazetteer({
	text,
	onPlace,
}: {
	text: string
	onPlace: (place: Found) => void
}) {
	const found = useSignal<readonly Found[]>([])
	useEffect(() => {
		if (text.trim().length < LEAST) {
			found.value = []
			return
		}
		let gone = false
		const timer = setTimeout(async () => {
			const at = mapHandle.peek()?.middle()
			const near = at ? `&near=${at[1].toFixed(5)},${at[0].toFixed(5)}` : ''
			const query = `q=${encodeURIComponent(text.trim())}&limit=${MOST}${near}`
			try {
				const page = await get<Page<Found>>(`/places/search?${query}`)
				if (!gone) found.value = page.items
			} catch {
				/* typing goes on */
			}
		}, PAUSE_MS)
		return () => {
			gone = true
			clearTimeout(timer)
		}
	}, [text])
	if (found.value.length === 0) return null
	return (
		<ul class="found" aria-label={t('place.found')}>
			{found.value.map((one) => (
				<li key={`${one.position.lat} ${one.position.lon} ${one.name}`}>
					<button type="button" class="pick" onClick={() => onPlace(one)}>
						{one.partial && <span class="dim">≈ </span>}
						<bdi>{placeName(one)}</bdi>{' '}
						<span class="dim">
							{OWN_KINDS.has(one.kind) && <>{t(`place.${one.kind}`)} · </>}
							{one.distance_m !== undefined && <Bdi>{formatDistance(one.distance_m)}</Bdi>}
						</span>
					</button>
				</li>
			))}
		</ul>
	)
}

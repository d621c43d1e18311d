/* SPDX-License-Identifier: Apache-2.0 */
/* Closed streets over the map: the list of those that hold, and drawing one. A line goes
 * across the streets, an area around them; points are clicked, or taken from the middle
 * of the map, which arrow keys move. */
import { signal, useSignal } from '@preact/signals'
import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import { getAll, request } from '../api/client'
import type { Id, Time } from '../api/types'
import { language, t } from '../lib/i18n'
import { formatWhen, serverNow } from '../lib/time'
import type { ClosedShape } from '../map/roads'
import { onEvent, revoked } from '../state/room'
import { Bdi } from '../ui/parts'
import { mapHandle } from './state'
import { followWays } from './ways'
import './closures.css'

interface Closure extends ClosedShape {
	reason: string
	until?: Time
	by_name?: string
}
type Point = [number, number]

const HOURS = [1, 3, 12, 0] as const
const closures = signal<readonly Closure[]>([])
const points = signal<readonly Point[]>([])
const isDrawing = signal(false)
const isArea = signal(false)

async function load(): Promise<void> {
	try {
		closures.value = await getAll<Closure>('/closures?state=on')
	} catch {
		/* the next event, or opening the list, asks again */
	}
}

function drawnShape(): ClosedShape['shape'] | undefined {
	const v = points.value
	if (isArea.value && v.length >= 3)
		return { type: 'Polygon', coordinates: [[...v, v[0] as Point]] }
	if (!isArea.value && v.length >= 2) return { type: 'LineString', coordinates: [...v] }
	return undefined
}

function show(): void {
	const drawn = drawnShape()
	mapHandle.value?.setClosed([
		...closures.value,
		...(drawn ? [{ id: 'drawn', shape: drawn }] : []),
		...points.value.map((at, n) => ({
			id: `point ${n}`,
			shape: { type: 'Point' as const, coordinates: at },
		})),
	])
}

function stopDrawing(): void {
	isDrawing.value = false
	points.value = []
}

function Draw() {
	const reason = useSignal('')
	const hours = useSignal<number>(HOURS[1])
	const failed = useSignal(false)
	useEffect(() => {
		mapHandle.value?.onPlace((at) => {
			points.value = [...points.value, at]
		})
		return () => mapHandle.value?.onPlace(undefined)
	}, [mapHandle.value])
	const shape = drawnShape()
	const save = async () => {
		const until = new Date(serverNow() + hours.value * 3_600_000).toISOString()
		try {
			await request('POST', '/closures', {
				reason: reason.value.trim(),
				shape,
				...(hours.value > 0 && { until }),
			})
			stopDrawing()
		} catch {
			failed.value = true
		}
	}
	return (
		<form
			class="panel"
			onSubmit={(e) => {
				e.preventDefault()
				void save()
			}}
		>
			<p>{t(isArea.value ? 'closure.hint_area' : 'closure.hint_line')}</p>
			<div class="row wrap">
				<button
					type="button"
					class="btn small"
					aria-pressed={isArea.value}
					onClick={() => (isArea.value = !isArea.value)}
				>
					{t('closure.area')}
				</button>
				<button
					type="button"
					class="btn small"
					onClick={() => {
						const at = mapHandle.value?.middle()
						if (at) points.value = [...points.value, at]
					}}
				>
					{t('closure.middle')}
				</button>
				<button
					type="button"
					class="btn small"
					disabled={points.value.length === 0}
					onClick={() => (points.value = points.value.slice(0, -1))}
				>
					{t('closure.undo')}
				</button>
			</div>
			<div class="row two">
				<label class="field grow">
					<span>{t('closure.reason')}</span>
					<input
						class="input"
						dir="auto"
						maxLength={200}
						required
						value={reason.value}
						onInput={(e) => (reason.value = e.currentTarget.value)}
					/>
				</label>
				<label class="field grow">
					<span>{t('closure.until')}</span>
					<select
						class="input"
						value={String(hours.value)}
						onChange={(e) => (hours.value = Number(e.currentTarget.value))}
					>
						{HOURS.map((n) => (
							<option key={n} value={String(n)}>
								{n ? t('closure.hours', { n }) : t('closure.open_end')}
							</option>
						))}
					</select>
				</label>
			</div>
			{failed.value && (
				<p class="warn-text" role="alert">
					{t('closure.failed')}
				</p>
			)}
			<div class="row">
				<button
					type="submit"
					class="btn small main"
					disabled={!shape || reason.value.trim() === ''}
				>
					{t('closure.save')}
				</button>
				<button type="button" class="btn small" onClick={stopDrawing}>
					{t('closure.cancel')}
				</button>
			</div>
		</form>
	)
}

const end = (id: Id) =>
	void request('PATCH', `/closures/${encodeURIComponent(id)}`, { ended: true }).catch(load)

function List() {
	const v = closures.value
	return (
		<details>
			<summary class="btn small">{t('closure.list', { n: v.length })}</summary>
			<div class="panel">
				<ul>
					{v.map((one) => (
						<li key={one.id} class="row wrap">
							<bdi class="grow">{one.reason}</bdi>
							{one.until && (
								<span class="dim">
									{t('closure.until')} <Bdi>{formatWhen(one.until, language.value)}</Bdi>
								</span>
							)}
							<button type="button" class="btn small" onClick={() => end(one.id)}>
								{t('closure.end')}
							</button>
						</li>
					))}
				</ul>
				<button
					type="button"
					class="btn small main"
					onClick={() => (isDrawing.value = true)}
				>
					{t('closure.draw')}
				</button>
			</div>
		</details>
	)
}

function Closures() {
	useEffect(show, [closures.value, points.value, isArea.value, mapHandle.value])
	return isDrawing.value ? <Draw /> : <List />
}

/* Stands in the map's zone, which is there before this code is. */
export function RoadTools() {
	const hasMap = mapHandle.value !== undefined && !revoked.value
	useEffect(() => {
		const zone = document.querySelector('.map-zone')
		if (!hasMap || !zone) return
		const box = document.createElement('div')
		box.className = 'closures'
		zone.append(box)
		render(<Closures />, box)
		void load()
		const deaf = onEvent((event) => {
			if (event.type.startsWith('closure.')) void load()
		})
		const stop = followWays()
		return () => {
			stop()
			deaf()
			render(null, box)
			box.remove()
		}
	}, [hasMap])
	return null
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where a unit was: asked for with a reason that its agency reads, drawn on the map and
 * listed. The form is no wall before the console: work goes on beside it. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { post } from '../api/client'
import type { Id, Time, Unit } from '../api/types'
import { formatDistance, formatPlace } from '../lib/geo'
import { language, t } from '../lib/i18n'
import { formatClockShort, formatDay, serverNow } from '../lib/time'
import { unitOf } from '../state/room'
import { Dialog } from '../ui/dialog'
import { Bdi } from '../ui/parts'
import { explain } from './actions'
import { dialog, mapHandle, selectedUnit } from './state'
import { lengthOf, linesOf, type Place } from './stops'

interface Track {
	geometry: { coordinates: Place[] }
	properties: { unit: Id; callsign: string; times: Time[]; next?: Time }
}

const HOUR_MS = 3_600_000
const ROOM_MS = 5 * HOUR_MS
const LINES_MOST = 300
const REASON_MAX = 400

/* The room's clock (UTC+5, no summer time) as the field has it, and back. */
const fieldOf = (ms: number) => new Date(ms + ROOM_MS).toISOString().slice(0, 16)
const instantOf = (field: string) => new Date(`${field}:00+05:00`).toISOString()

export function TrackButton({ unit }: { unit: Unit }) {
	return (
		<button
			type="button"
			class="btn small"
			onClick={() => {
				selectedUnit.value = unit.id
				dialog.value = 'track'
			}}
		>
			{t('track.open')}
		</button>
	)
}

export function TrackForm() {
	/* Of whom it was opened, whoever is chosen beside it later. */
	const unit = useSignal(unitOf(selectedUnit.peek())).value
	const reason = useSignal('')
	const from = useSignal(fieldOf(serverNow() - HOUR_MS))
	const to = useSignal(fieldOf(serverNow() + 60_000))
	const found = useSignal<Track | undefined>(undefined)
	const failed = useSignal('')
	const isBusy = useSignal(false)
	const close = () => {
		dialog.value = undefined
	}
	useEffect(() => () => mapHandle.peek()?.setTrack([]), [])
	if (!unit) return null
	const ask = async (since: string, before?: Track) => {
		isBusy.value = true
		try {
			const more = await post<Track>(`/units/${encodeURIComponent(unit.id)}/track`, {
				reason: reason.value.trim(),
				from: since,
				to: instantOf(to.value),
			})
			const track = before ? joined(before, more) : more
			found.value = track
			failed.value = ''
			show(track)
		} catch (error) {
			failed.value = explain(error)
		}
		isBusy.value = false
	}
	const isReady =
		reason.value.trim() !== '' &&
		from.value !== '' &&
		to.value !== '' &&
		from.value < to.value
	return (
		<Dialog
			title={t('track.title', { name: unit.callsign })}
			submit={t('track.ask')}
			disabled={!isReady || isBusy.value}
			onSubmit={() => void ask(instantOf(from.value))}
			onClose={close}
			open
		>
			<label class="field track-ask">
				<span>{t('track.reason')}</span>
				<input
					class="input"
					dir="auto"
					data-first
					required
					maxLength={REASON_MAX}
					value={reason.value}
					onInput={(e) => {
						reason.value = e.currentTarget.value
					}}
				/>
			</label>
			<p class="dim">{t('track.told')}</p>
			<div class="row wrap">
				<label class="field">
					<span>{t('track.from')}</span>
					<input
						class="input ltr"
						type="datetime-local"
						required
						max={to.value}
						value={from.value}
						onInput={(e) => {
							from.value = e.currentTarget.value
						}}
					/>
				</label>
				<label class="field">
					<span>{t('track.to')}</span>
					<input
						class="input ltr"
						type="datetime-local"
						required
						min={from.value}
						value={to.value}
						onInput={(e) => {
							to.value = e.currentTarget.value
						}}
					/>
				</label>
			</div>
			{failed.value && (
				<p class="bad-text" role="alert">
					{failed.value}
				</p>
			)}
			{isBusy.value && <p class="dim">{t('track.coming')}</p>}
			{found.value && (
				<Found
					track={found.value}
					onMore={(since) => void ask(since, found.value)}
					isBusy={isBusy.value}
				/>
			)}
		</Dialog>
	)
}

/* The server tells so many places at once; the first of what follows may be told twice. */
function joined(a: Track, b: Track): Track {
	const last = a.properties.times.at(-1) ?? ''
	const skip = b.properties.times.findIndex((time) => time > last)
	const fresh = skip < 0 ? b.properties.times.length : skip
	return {
		geometry: {
			coordinates: [...a.geometry.coordinates, ...b.geometry.coordinates.slice(fresh)],
		},
		properties: {
			...b.properties,
			times: [...a.properties.times, ...b.properties.times.slice(fresh)],
		},
	}
}

function show(track: Track): void {
	const line = track.geometry.coordinates.map(([lon, lat]): [number, number] => [lon, lat])
	mapHandle.peek()?.setTrack(line)
	mapHandle.peek()?.fit(line.map(([lon, lat]) => ({ lon, lat })))
}

function Found({
	track,
	onMore,
	isBusy,
}: {
	track: Track
	onMore: (since: Time) => void
	isBusy: boolean
}) {
	const { coordinates } = track.geometry
	const { next, times } = track.properties
	if (coordinates.length === 0) return <p role="status">{t('track.none')}</p>
	const lines = linesOf(coordinates, times)
	const clock = (ms: number) => `${formatDay(ms, language.value)} ${formatClockShort(ms)}`
	return (
		<section class="track" aria-label={t('track.list')}>
			<p role="status">
				{t('track.sum', {
					n: coordinates.length,
					length: formatDistance(lengthOf(coordinates)),
				})}
			</p>
			<ol class="track-lines" tabIndex={0}>
				{lines.slice(0, LINES_MOST).map((line) => (
					<li key={line.from}>
						<button
							type="button"
							class="pick"
							onClick={() => mapHandle.peek()?.goTo(line, 15)}
						>
							<Bdi>{clock(line.from)}</Bdi>
							<span class="grow">
								{line.stood
									? t('track.stood', { n: Math.round((line.until - line.from) / 60_000) })
									: t('track.drove')}
							</span>
							<bdi class="ltr dim">{formatPlace(line)}</bdi>
						</button>
					</li>
				))}
			</ol>
			{lines.length > LINES_MOST && (
				<p class="dim">{t('track.more_lines', { n: lines.length - LINES_MOST })}</p>
			)}
			{next && (
				<button
					type="button"
					class="btn small"
					disabled={isBusy}
					onClick={() => onMore(next)}
				>
					{t('track.more')}
				</button>
			)}
		</section>
	)
}

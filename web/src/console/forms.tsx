/* SPDX-License-Identifier: Apache-2.0 */
/* The two forms that are typed while something else goes on: a call taken by a person,
 * and what was written on paper while screens were down. They stay as they are while
 * the command line is used. */
import { useSignal } from '@preact/signals'
import type { Disposition, Priority, Site, Unit } from '../api/types'
import { matches } from '../lib/fold'
import { distanceM, parsePlace } from '../lib/geo'
import { nameOf, t, word } from '../lib/i18n'
import { placeName } from '../lib/landmark'
import { parseTypedTime, serverNow } from '../lib/time'
import { queue, world } from '../state/room'
import { Dialog } from '../ui/dialog'
import { Bdi, kindOf } from '../ui/parts'
import { RESULTS } from './command'
import { lateEntry, newCall } from './entries'
import { type Found, Gazetteer } from './gazetteer'
import { dialog, mapHandle, select } from './state'

export const KINDS = [
	'sos',
	'intrusion',
	'robbery',
	'shooting',
	'explosion',
	'fire',
	'medical',
	'crowd',
	'threat',
	'kidnapping',
	'suspicious',
	'traffic',
	'other',
] as const
const PRIORITIES: readonly Priority[] = ['P1', 'P2', 'P3']
const TIMES = ['raised', 'acknowledged', 'dispatched', 'on_scene', 'closed'] as const
const NEAR_M = 300
const NEAR_MS = 600_000

const shut = () => {
	dialog.value = undefined
}

function siteMatches(text: string): Site[] {
	if (text.trim() === '') return []
	return [...world.value.sites.values()]
		.filter((s) => matches(text, s.name, s.name_ur, s.address))
		.slice(0, 6)
}

interface PlaceProps {
	text: string
	site: Site | undefined
	onText: (text: string) => void
	onSite: (site: Site | undefined) => void
	/* A place of the gazetteer; where it is of use. */
	onPlace?: (place: Found) => void
}

function PlaceField({ text, site, onText, onSite, onPlace }: PlaceProps) {
	const found = site ? [] : siteMatches(text)
	return (
		<div class="field">
			<label for="place">
				<span class="dim">{t('form.place')}</span>
			</label>
			{site ? (
				<div class="row">
					<bdi class="grow">
						<b>{nameOf(site)}</b>
					</bdi>
					<button type="button" class="btn small" onClick={() => onSite(undefined)}>
						{t('form.change')}
					</button>
				</div>
			) : (
				<input
					id="place"
					class="input"
					dir="auto"
					data-first=""
					autocomplete="off"
					value={text}
					onInput={(e) => onText(e.currentTarget.value)}
					onKeyDown={(e) => {
						if (e.key !== 'Enter' || !found[0]) return
						e.preventDefault()
						onSite(found[0])
					}}
				/>
			)}
			{found.length > 0 && (
				<ul class="found">
					{found.map((one) => (
						<li key={one.id}>
							<button type="button" class="pick" onClick={() => onSite(one)}>
								<bdi>{nameOf(one)}</bdi>{' '}
								<span class="dim">{word('site_class', one.class)}</span>
							</button>
						</li>
					))}
				</ul>
			)}
			{!site && onPlace && <Gazetteer text={text} onPlace={onPlace} />}
		</div>
	)
}

function KindAndPriority(props: {
	kind: string
	priority: Priority
	onKind: (kind: string) => void
	onPriority: (priority: Priority) => void
}) {
	return (
		<div class="row two">
			<label class="field grow">
				<span>{t('form.kind')}</span>
				<select
					class="input"
					value={props.kind}
					onChange={(e) => props.onKind(e.currentTarget.value)}
				>
					{KINDS.map((k) => (
						<option key={k} value={k}>
							{word('kind', k)}
						</option>
					))}
				</select>
			</label>
			<label class="field grow">
				<span>{t('form.priority')}</span>
				<select
					class="input"
					value={props.priority}
					onChange={(e) => {
						const next = PRIORITIES.find((p) => p === e.currentTarget.value)
						if (next) props.onPriority(next)
					}}
				>
					{PRIORITIES.map((p) => (
						<option key={p} value={p}>
							{t(`priority.${p}`)}
						</option>
					))}
				</select>
			</label>
		</div>
	)
}

export function CallForm() {
	const place = useSignal('')
	const site = useSignal<Site | undefined>(undefined)
	const kind = useSignal<string>('sos')
	const priority = useSignal<Priority>('P2')
	const message = useSignal('')
	const phone = useSignal('')
	const name = useSignal('')
	const failed = useSignal('')

	const picked = useSignal<{ text: string; place: Found } | undefined>(undefined)

	/* What was picked stands as long as its words do. */
	const known = picked.value?.text === place.value ? picked.value.place : undefined
	const typed = parsePlace(place.value) ?? known?.position
	const position = site.value?.position ?? typed
	/* Open incidents near here of the last ten minutes: perhaps this call is one of them. */
	const near = position
		? queue.value.filter(
				(i) =>
					i.position !== undefined &&
					distanceM(i.position, position) < NEAR_M &&
					serverNow() - Date.parse(i.raised_at) < NEAR_MS,
			)
		: []
	const submit = () => {
		const text = message.value.trim()
		const caller = {
			...(phone.value.trim() && { phone: phone.value.trim() }),
			...(name.value.trim() && { name: name.value.trim() }),
		}
		/* A place that is neither a site nor coordinates goes into the words. */
		const loose = !site.value && (!typed || known) ? place.value.trim() : ''
		newCall({
			kind: kind.value,
			priority: priority.value,
			...(site.value && { site: site.value.id }),
			...(!site.value && typed && { position: typed }),
			message: loose ? `${loose}: ${text}` : text,
			...(Object.keys(caller).length > 0 && { caller }),
		}).then(shut, (error: Error) => {
			failed.value = error.message
		})
	}
	return (
		<Dialog
			title={t('call.title')}
			onClose={shut}
			onSubmit={submit}
			submit={t('call.submit')}
			disabled={message.value.trim() === ''}
			open
		>
			<PlaceField
				text={place.value}
				site={site.value}
				onText={(text) => {
					place.value = text
				}}
				onSite={(next) => {
					site.value = next
				}}
				{...(!known && {
					onPlace: (found: Found) => {
						const text = placeName(found)
						picked.value = { text, place: found }
						place.value = text
						mapHandle.value?.goTo(found.position)
					},
				})}
			/>
			{near.map((one) => (
				<p key={one.id} class="notice">
					{t('double.maybe', { number: one.number, kind: kindOf(one) })}
					<button
						type="button"
						class="btn small"
						onClick={() => {
							select(one.id)
							shut()
						}}
					>
						{t('double.show')} <Bdi>{one.number}</Bdi>
					</button>
				</p>
			))}
			<KindAndPriority
				kind={kind.value}
				priority={priority.value}
				onKind={(next) => {
					kind.value = next
				}}
				onPriority={(next) => {
					priority.value = next
				}}
			/>
			<label class="field">
				<span>{t('call.message')}</span>
				<textarea
					class="input"
					dir="auto"
					required
					value={message.value}
					onInput={(e) => {
						message.value = e.currentTarget.value
					}}
				/>
			</label>
			<div class="row two">
				<label class="field grow">
					<span>{t('call.phone')}</span>
					<input
						class="input ltr"
						dir="ltr"
						type="tel"
						value={phone.value}
						onInput={(e) => {
							phone.value = e.currentTarget.value
						}}
					/>
				</label>
				<label class="field grow">
					<span>{t('call.name')}</span>
					<input
						class="input"
						dir="auto"
						value={name.value}
						onInput={(e) => {
							name.value = e.currentTarget.value
						}}
					/>
				</label>
			</div>
			{failed.value && (
				<p class="bad-text" role="alert">
					{failed.value}
				</p>
			)}
		</Dialog>
	)
}

export function LateForm() {
	const form = useSignal('')
	const place = useSignal('')
	const site = useSignal<Site | undefined>(undefined)
	const kind = useSignal<string>('sos')
	const priority = useSignal<Priority>('P2')
	const message = useSignal('')
	const unit = useSignal('')
	const disposition = useSignal<Disposition | ''>('')
	const typed = useSignal<Readonly<Record<string, string>>>({})
	const failed = useSignal('')

	const units = [...world.value.units.values()].sort((a, b) =>
		a.callsign.localeCompare(b.callsign, 'en', { numeric: true }),
	)
	const submit = () => {
		const times: Record<string, string> = {}
		for (const key of TIMES) {
			const text = typed.value[key]?.trim()
			if (!text) continue
			const at = parseTypedTime(text, serverNow())
			if (!at) {
				failed.value = t('late.bad_time', { text })
				return
			}
			times[key] = at
		}
		if (!times.raised) {
			failed.value = t('late.no_raised')
			return
		}
		const chosen: Unit | undefined = units.find((u) => u.id === unit.value)
		const loose = !site.value && place.value.trim() ? `${place.value.trim()}: ` : ''
		lateEntry({
			form: form.value.trim(),
			kind: kind.value,
			priority: priority.value,
			...(site.value && { site: site.value.id }),
			message: loose + message.value.trim(),
			times,
			...(chosen && { unit: chosen.id }),
			...(disposition.value && { disposition: disposition.value }),
		}).then(shut, (error: Error) => {
			failed.value = error.message
		})
	}
	return (
		<Dialog
			title={t('late.title')}
			onClose={shut}
			onSubmit={submit}
			submit={t('late.submit')}
			disabled={form.value.trim() === ''}
			open
		>
			<p class="dim">{t('late.why')}</p>
			<label class="field">
				<span>{t('late.form')}</span>
				<input
					class="input ltr"
					dir="ltr"
					inputMode="numeric"
					required
					data-first=""
					value={form.value}
					onInput={(e) => {
						form.value = e.currentTarget.value
					}}
				/>
			</label>
			<PlaceField
				text={place.value}
				site={site.value}
				onText={(text) => {
					place.value = text
				}}
				onSite={(next) => {
					site.value = next
				}}
			/>
			<KindAndPriority
				kind={kind.value}
				priority={priority.value}
				onKind={(next) => {
					kind.value = next
				}}
				onPriority={(next) => {
					priority.value = next
				}}
			/>
			<div class="times">
				{TIMES.map((key) => (
					<label key={key} class="field">
						<span>{t(`milestone.${key}`)}</span>
						<input
							class="input ltr"
							dir="ltr"
							placeholder="14:30"
							value={typed.value[key] ?? ''}
							onInput={(e) => {
								typed.value = { ...typed.value, [key]: e.currentTarget.value }
							}}
						/>
					</label>
				))}
			</div>
			<label class="field">
				<span>{t('late.message')}</span>
				<textarea
					class="input"
					dir="auto"
					value={message.value}
					onInput={(e) => {
						message.value = e.currentTarget.value
					}}
				/>
			</label>
			<div class="row two">
				<label class="field grow">
					<span>{t('late.unit')}</span>
					<select
						class="input"
						value={unit.value}
						onChange={(e) => {
							unit.value = e.currentTarget.value
						}}
					>
						<option value="">–</option>
						{units.map((u) => (
							<option key={u.id} value={u.id}>
								{u.callsign}
							</option>
						))}
					</select>
				</label>
				<label class="field grow">
					<span>{t('close.result')}</span>
					<select
						class="input"
						value={disposition.value}
						onChange={(e) => {
							disposition.value = RESULTS.find((r) => r === e.currentTarget.value) ?? ''
						}}
					>
						<option value="">–</option>
						{RESULTS.map((r) => (
							<option key={r} value={r}>
								{word('disposition', r)}
							</option>
						))}
					</select>
				</label>
			</div>
			{failed.value && (
				<p class="bad-text" role="alert">
					{failed.value}
				</p>
			)}
		</Dialog>
	)
}

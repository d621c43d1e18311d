/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices of a bearer are told: where are you, how often to report, a text, ring,
 * the alarm was heard. What became of each order follows from the live line. No order
 * listens or looks. */
import { type Signal, signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get, getAll, post } from '../api/client'
import { sendRaw } from '../api/send'
import type { Device, DeviceOrder, Id, Incident, Page, Time, Unit } from '../api/types'
import { language, nameOf, t, word } from '../lib/i18n'
import { formatWhen } from '../lib/time'
import { onEvent, unitOf, world } from '../state/room'
import { Dialog } from '../ui/dialog'
import { Bdi } from '../ui/parts'
import { explain } from './actions'
import { dialog } from './state'
import './devices.css'

/* words: device_link, device_said, device_flag, device_alarm */

/* Whose devices: a unit's, a site's, or what called from either. */
interface Bearer {
	readonly name: string
	readonly ids: readonly Id[]
}

const bearer = signal<Bearer | undefined>(undefined)
const PACES_S = [10, 30, 60, 300, 900]
const LENGTHS_S = [0, 900, 3_600] /* 0: until another order */
const SHOWN = 12

const shut = () => {
	dialog.value = undefined
}

export function showDevices(of: Bearer): void {
	bearer.value = of
	dialog.value = 'devices'
}

function DevicesButton(props: Bearer) {
	return (
		<button type="button" class="btn small" onClick={() => showDevices(props)}>
			{t('devices.open')}
		</button>
	)
}

export function UnitDevices({ unit }: { unit: Unit }) {
	return <DevicesButton name={unit.callsign} ids={[unit.id]} />
}

/* What it told beside its place: of its bearer only what the room may see. */
function Told({ device }: { device: Device }) {
	const { readings: r, alarms, alarms_at: at } = device
	const when = (time: Time | undefined) => (time ? formatWhen(time, language.value) : '')
	const told = [
		r?.heart_bpm && [t('devices.heart', { n: r.heart_bpm }), when(r.heart_at)],
		r?.systolic && [
			t('devices.pressure', { a: r.systolic, b: r.diastolic ?? 0 }),
			when(r.pressure_at),
		],
		r?.spo2_pct && [t('devices.spo2', { n: r.spo2_pct }), when(r.spo2_at)],
		r?.temperature_c && [
			t('devices.degrees', { n: r.temperature_c }),
			when(r.temperature_at),
		],
		r?.steps && [t('devices.steps', { n: r.steps }), when(r.steps_at)],
	].filter((one): one is string[] => Array.isArray(one))
	/* Of those that were told together the time stands once, behind the last. */
	const line = told.map(([text, at], k) =>
		at === told[k + 1]?.[1] ? text : `${text}, ${at}`,
	)
	return (
		<>
			{line.length > 0 && <span class="dim">{line.join(' · ')}</span>}
			{alarms?.map((one) => (
				<span key={one} class="chip">
					{word('device_alarm', one)}
				</span>
			))}
			{at && <span class="dim"> {formatWhen(at, language.value)}</span>}
		</>
	)
}

/* Of who called for help. */
export function CallerDevices({ incident }: { incident: Incident }) {
	if (incident.state === 'closed') return null
	const ids = [incident.unit, incident.site].filter((id): id is Id => id !== undefined)
	if (ids.length === 0) return null
	const site =
		incident.site === undefined ? undefined : world.value.sites.get(incident.site)
	const name = unitOf(incident.unit)?.callsign ?? (site ? nameOf(site) : incident.number)
	return (
		<p>
			<DevicesButton name={name} ids={ids} />
		</p>
	)
}

export function DevicesForm() {
	const whose = bearer.value
	const devices = useSignal<readonly Device[] | undefined>(undefined)
	const chosen = useSignal<Id | undefined>(undefined)
	const failed = useSignal('')
	const ids = whose?.ids ?? []
	useEffect(() => {
		const load = () =>
			Promise.all(
				ids.map((id) => getAll<Device>(`/devices?bound_to=${encodeURIComponent(id)}`)),
			).then(
				(lists) => {
					const found = lists.flat().filter((one) => one.state === 'bound')
					devices.value = found
					if (!found.some((one) => one.id === chosen.value)) chosen.value = found[0]?.id
				},
				(error) => {
					failed.value = explain(error)
				},
			)
		void load()
		return onEvent((event) => {
			if (/^device\.(?!order)/.test(event.type)) void load()
		})
	}, [ids.join()])
	const device = devices.value?.find((one) => one.id === chosen.value)
	return (
		<Dialog title={t('devices.title', { name: whose?.name ?? '' })} onClose={shut} wide>
			{devices.value?.length === 0 && <p class="dim">{t('devices.none')}</p>}
			{devices.value && devices.value.length > 0 && (
				<fieldset class="choices device-list">
					<legend>{t('devices.which')}</legend>
					{devices.value.map((one) => (
						<label key={one.id}>
							<input
								type="radio"
								name="device"
								checked={one.id === chosen.value}
								onChange={() => {
									chosen.value = one.id
								}}
							/>
							<Bdi>
								{one.door} {one.identity}
							</Bdi>{' '}
							<span class={one.link === 'live' ? 'dim' : 'warn-text'}>
								{t(`device_link.${one.link}`)}
								{one.battery_pct !== undefined &&
									` · ${t('devices.battery', { n: one.battery_pct })}`}
								{one.said &&
									` · ${t(`device_said.${one.said}`, { code: one.said_code ?? '' })}`}
							</span>
							<Told device={one} />
							{one.flags?.map((flag) => (
								<span key={flag} class="chip warn">
									{word('device_flag', flag)}
								</span>
							))}
						</label>
					))}
				</fieldset>
			)}
			{failed.value && (
				<p class="bad-text" role="alert">
					{failed.value}
				</p>
			)}
			{device && <Orders device={device} key={device.id} failed={failed} />}
		</Dialog>
	)
}

type Ask = {
	kind: DeviceOrder['kind']
	seconds?: number
	for_seconds?: number
	text?: string
	file?: Id
}

function Orders({ device, failed }: { device: Device; failed: Signal<string> }) {
	const orders = useSignal<readonly DeviceOrder[]>([])
	const path = `/devices/${encodeURIComponent(device.id)}/orders`
	const load = () =>
		get<Page<DeviceOrder>>(`${path}?limit=${SHOWN}`).then(
			(page) => {
				orders.value = page.items
			},
			(error) => {
				failed.value = explain(error)
			},
		)
	useEffect(() => {
		void load()
		return onEvent((event) => {
			if (/^device\.order/.test(event.type)) void load()
		})
	}, [device.id])
	const give = async (ask: Ask) => {
		failed.value = ''
		try {
			await post(path, ask)
			return true
		} catch (error) {
			failed.value = explain(error)
			return false
		}
	}
	return (
		<>
			<div class="row wrap">
				{(['locate', 'ring', 'confirm'] as const).map((kind) => (
					<button
						key={kind}
						type="button"
						class="btn small"
						onClick={() => void give({ kind })}
					>
						{t(`device_order.${kind}`)}
					</button>
				))}
			</div>
			<Pace give={give} />
			<Text give={give} />
			<Voice device={device.id} give={give} failed={failed} />
			<h3 id="orders-given">{t('devices.given')}</h3>
			<table class="table" aria-labelledby="orders-given">
				<thead>
					<tr>
						<th>{t('devices.order')}</th>
						<th>{t('devices.state')}</th>
						<th>{t('devices.by')}</th>
						<th>{t('devices.at')}</th>
					</tr>
				</thead>
				<tbody aria-live="polite">
					{orders.value.map((one) => (
						<Order key={one.id} order={one} />
					))}
				</tbody>
			</table>
			{orders.value.length === 0 && <p class="dim">{t('devices.no_orders')}</p>}
		</>
	)
}

function Pace({ give }: { give: (ask: Ask) => Promise<boolean> }) {
	const pace = useSignal(30)
	const length = useSignal(0)
	return (
		<div class="row wrap device-order">
			<label class="field">
				<span>{t('devices.pace')}</span>
				<select
					class="input"
					value={pace.value}
					onChange={(e) => {
						pace.value = Number(e.currentTarget.value)
					}}
				>
					{PACES_S.map((n) => (
						<option key={n} value={n}>
							{t('devices.every', { n })}
						</option>
					))}
				</select>
			</label>
			<label class="field">
				<span>{t('devices.how_long')}</span>
				<select
					class="input"
					value={length.value}
					onChange={(e) => {
						length.value = Number(e.currentTarget.value)
					}}
				>
					{LENGTHS_S.map((s) => (
						<option key={s} value={s}>
							{s === 0 ? t('devices.until_changed') : t('devices.minutes', { n: s / 60 })}
						</option>
					))}
				</select>
			</label>
			<button
				type="button"
				class="btn small"
				onClick={() =>
					void give({
						kind: 'interval',
						seconds: pace.value,
						...(length.value > 0 && { for_seconds: length.value }),
					})
				}
			>
				{t('device_order.interval')}
			</button>
		</div>
	)
}

function Text({ give }: { give: (ask: Ask) => Promise<boolean> }) {
	const text = useSignal('')
	const send = async () => {
		const said = text.value.trim()
		if (said && (await give({ kind: 'text', text: said }))) text.value = ''
	}
	return (
		<div class="row wrap device-order">
			<label class="field grow">
				<span>{t('devices.text')}</span>
				<input
					class="input"
					dir="auto"
					maxLength={200}
					data-first=""
					value={text.value}
					onInput={(e) => {
						text.value = e.currentTarget.value
					}}
					onKeyDown={(e) => {
						if (e.key !== 'Enter') return
						e.preventDefault()
						void send()
					}}
				/>
			</label>
			<button
				type="button"
				class="btn small"
				disabled={text.value.trim() === ''}
				onClick={() => void send()}
			>
				{t('device_order.text')}
			</button>
		</div>
	)
}

/* A recording that the device plays aloud. */
function Voice(props: {
	device: Id
	give: (ask: Ask) => Promise<boolean>
	failed: Signal<string>
}) {
	const send = async (file: File) => {
		try {
			const path = `/devices/${encodeURIComponent(props.device)}/files?name=${encodeURIComponent(file.name)}`
			const sent = await sendRaw<{ id: Id }>(path, file)
			await props.give({ kind: 'voice', file: sent.id })
		} catch (error) {
			props.failed.value = explain(error)
		}
	}
	return (
		<label class="field device-order device-voice">
			<span>{t('devices.voice')}</span>
			<span class="btn small">{t('devices.voice_file')}</span>
			<input
				class="hidden"
				type="file"
				accept=".amr,audio/amr"
				onChange={(e) => {
					const [file] = e.currentTarget.files ?? []
					if (file) void send(file)
					e.currentTarget.value = ''
				}}
			/>
		</label>
	)
}

const TONE: Readonly<Record<DeviceOrder['state'], string>> = {
	queued: 'chip',
	sent: 'chip',
	acked: 'chip good',
	refused: 'chip warn',
	expired: 'chip warn',
}

function Order({ order }: { order: DeviceOrder }) {
	return (
		<tr data-order={order.state}>
			<td>
				{t(`device_order.${order.kind}`)}
				{order.seconds !== undefined && ` · ${t('devices.every', { n: order.seconds })}`}
				{order.text && (
					<>
						{' · '}
						<bdi>{order.text}</bdi>
					</>
				)}
			</td>
			<td>
				<span class={TONE[order.state]}>{t(`order_state.${order.state}`)}</span>
				{order.why && (
					<>
						{' '}
						<span class="dim">{word('order_why', order.why.replaceAll(' ', '_'))}</span>
					</>
				)}
			</td>
			<td>
				{order.is_automatic ? t('devices.by_itself') : <bdi>{order.asked_name ?? ''}</bdi>}
			</td>
			<td>
				<Bdi>{formatWhen(order.at, language.value)}</Bdi>
			</td>
		</tr>
	)
}

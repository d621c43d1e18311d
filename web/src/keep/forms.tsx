/* SPDX-License-Identifier: Apache-2.0 */
/* The four forms: hold, lift, ask for an erasure, decide it. Each asks for a reason that
 * stays in the journal. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toasts'
import {
	askErasure,
	choices,
	decideErasure,
	type Erasure,
	explain,
	type Hold,
	incidentOf,
	kindOf,
	labelOf,
	liftHold,
	load,
	setHold,
} from './records'
import { mayEraseIncident, mayErasePerson } from './rights'

const REASON_MAX = 400

interface FormProps {
	title: string
	submit: string
	danger?: boolean
	ready: boolean
	reason: string
	onReason: (text: string) => void
	run: () => Promise<unknown>
	done: string
	onClose: () => void
	children?: ComponentChildren
	hint: string
}

/* What all four share: a reason, the server's no under it, closed once it is done. */
function Form(props: FormProps) {
	const [wrong, setWrong] = useState('')
	const [isBusy, setBusy] = useState(false)
	const submit = async () => {
		setBusy(true)
		try {
			await props.run()
			toast(props.done, 'good')
			props.onClose()
			await load()
		} catch (error) {
			setWrong(explain(error))
			setBusy(false)
		}
	}
	return (
		<Dialog
			title={props.title}
			submit={props.submit}
			danger={props.danger === true}
			disabled={isBusy || !props.ready || props.reason.trim() === ''}
			onSubmit={() => void submit()}
			onClose={props.onClose}
		>
			{props.children}
			<label class="field">
				<span>{t('keep.reason')}</span>
				<textarea
					class="input"
					dir="auto"
					rows={3}
					maxLength={REASON_MAX}
					required
					value={props.reason}
					onInput={(e) => props.onReason(e.currentTarget.value)}
				/>
			</label>
			<p class="dim">{props.hint}</p>
			{wrong && (
				<p class="wrong" role="alert">
					{wrong}
				</p>
			)}
		</Dialog>
	)
}

/* Chosen from a list, typed as a number, or as an id where names are not for all. */
function Pick({
	kind,
	kinds,
	value,
	onKind,
	onValue,
}: {
	kind: string
	kinds: readonly string[]
	value: string
	onKind: (kind: string) => void
	onValue: (value: string) => void
}) {
	const list = choices.value[kind]?.filter((one) => !one.erased_at)
	return (
		<>
			<label class="field">
				<span>{t('form.kind')}</span>
				<select
					class="input"
					data-first
					value={kind}
					onChange={(e) => onKind(e.currentTarget.value)}
				>
					{kinds.map((one) => (
						<option key={one} value={one}>
							{t(`subject.${one}`)}
						</option>
					))}
				</select>
			</label>
			{list && kind !== 'incident' ? (
				<label class="field">
					<span>{t('form.which')}</span>
					<select
						class="input"
						required
						value={value}
						onChange={(e) => onValue(e.currentTarget.value)}
					>
						<option value="">–</option>
						{list.map((one) => (
							<option key={one.id} value={one.id}>
								{labelOf(one.id)}
							</option>
						))}
					</select>
				</label>
			) : (
				<label class="field">
					<span>{t(kind === 'incident' ? 'form.number' : 'form.id')}</span>
					<input
						class="input ltr"
						required
						value={value}
						onInput={(e) => onValue(e.currentTarget.value)}
					/>
				</label>
			)}
		</>
	)
}

async function subjectOf(kind: string, value: string): Promise<string> {
	if (kind !== 'incident') return value.trim()
	const id = kindOf(value) === 'incident' ? value.trim() : await incidentOf(value)
	if (!id) throw new Error(t('form.no_incident'))
	return id
}

/* A day of the room (UTC+5) as an instant. */
const dayAt = (day: string, more = 0) =>
	new Date(Date.parse(`${day}T00:00:00+05:00`) + more * 86_400_000).toISOString()

const HELD = ['incident', 'site', 'person', 'unit'] as const

export function SetHold({ onClose }: { onClose: () => void }) {
	const [kind, setKind] = useState<string>('incident')
	const [value, setValue] = useState('')
	const [reason, setReason] = useState('')
	const [from, setFrom] = useState('')
	const [to, setTo] = useState('')
	const isUnit = kind === 'unit'
	/* Who sets up the node sees no incident, who commands the room no roll of people. */
	const kinds =
		me.value?.role === 'administrator' ? HELD.filter((one) => one !== 'incident') : HELD
	const run = async () =>
		setHold({
			subject: await subjectOf(kind, value),
			reason: reason.trim(),
			...(isUnit && { since: dayAt(from), until: dayAt(to, 1) }),
		})
	const shownKind = kinds.some((one) => one === kind) ? kind : (kinds[0] ?? 'site')
	if (shownKind !== kind) setKind(shownKind)
	return (
		<Form
			title={t('holds.set')}
			submit={t('holds.set')}
			ready={value !== '' && (!isUnit || (from !== '' && to !== '' && from <= to))}
			reason={reason}
			onReason={setReason}
			run={run}
			done={t('holds.was_set')}
			onClose={onClose}
			hint={t('holds.hint')}
		>
			<Pick
				kind={shownKind}
				kinds={kinds}
				value={value}
				onKind={(next) => {
					setKind(next)
					setValue('')
				}}
				onValue={setValue}
			/>
			{isUnit && (
				<div class="row wrap">
					<label class="field">
						<span>{t('form.from')}</span>
						<input
							class="input ltr"
							type="date"
							required
							value={from}
							onInput={(e) => setFrom(e.currentTarget.value)}
						/>
					</label>
					<label class="field">
						<span>{t('form.to')}</span>
						<input
							class="input ltr"
							type="date"
							required
							min={from}
							value={to}
							onInput={(e) => setTo(e.currentTarget.value)}
						/>
					</label>
				</div>
			)}
		</Form>
	)
}

export function Lift({ hold, onClose }: { hold: Hold; onClose: () => void }) {
	const [reason, setReason] = useState('')
	return (
		<Form
			title={`${t('holds.lift')}: ${t(`subject.${kindOf(hold.subject)}`)} ${labelOf(hold.subject)}`}
			submit={t('holds.lift')}
			danger
			ready
			reason={reason}
			onReason={setReason}
			run={() => liftHold(hold.id, reason.trim())}
			done={t('holds.was_lifted')}
			onClose={onClose}
			hint={t('holds.lift_hint')}
		/>
	)
}

export function AskErasure({ onClose }: { onClose: () => void }) {
	const who = me.value
	const kinds = [
		...(who && mayErasePerson(who) ? ['person'] : []),
		...(who && mayEraseIncident(who) ? ['incident'] : []),
	]
	const [kind, setKind] = useState(kinds[0] ?? 'person')
	const [value, setValue] = useState('')
	const [reason, setReason] = useState('')
	return (
		<Form
			title={t('erasures.ask')}
			submit={t('erasures.ask')}
			danger
			ready={value !== ''}
			reason={reason}
			onReason={setReason}
			run={async () =>
				askErasure({ subject: await subjectOf(kind, value), reason: reason.trim() })
			}
			done={t('erasures.was_asked')}
			onClose={onClose}
			hint={t('erasures.hint')}
		>
			<Pick
				kind={kind}
				kinds={kinds}
				value={value}
				onKind={(next) => {
					setKind(next)
					setValue('')
				}}
				onValue={setValue}
			/>
		</Form>
	)
}

export function Decide({
	erasure,
	approve,
	onClose,
}: {
	erasure: Erasure
	approve: boolean
	onClose: () => void
}) {
	const [reason, setReason] = useState('')
	const label = t(approve ? 'erasures.approve' : 'erasures.refuse')
	return (
		<Form
			title={`${label}: ${t(`subject.${kindOf(erasure.subject)}`)} ${labelOf(erasure.subject)}`}
			submit={label}
			danger={approve}
			ready
			reason={reason}
			onReason={setReason}
			run={() => decideErasure(erasure.id, approve, reason.trim())}
			done={t(approve ? 'erasures.was_approved' : 'erasures.was_refused')}
			onClose={onClose}
			hint={t(approve ? 'erasures.approve_hint' : 'erasures.refuse_hint')}
		/>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A dialog made from a list of its fields. What was typed stays when the node says no. */
import { useId, useState } from 'preact/hooks'
import { t } from '../lib/i18n'
import { Dialog } from '../ui/dialog'
import { refusal } from './say'
import { fromField } from './when'

/* The words of an open list of the node, to choose from. */
export const wordsOf = (group: string, list: readonly string[]): Option[] =>
	list.map((id) => ({ id, label: t(`${group}.${id}`) }))

export type Value = string | boolean | readonly string[]
export type Values = Readonly<Record<string, Value>>

export interface Option {
	id: string
	label: string
}

export interface Field {
	name: string
	label: string
	is?: 'line' | 'text' | 'choice' | 'time' | 'tick' | 'several' | 'number'
	options?: readonly Option[]
	need?: boolean
	hint?: string
	lang?: string
	start?: Value
	/* Shown only while this holds. */
	when?: (values: Values) => boolean
}

interface Props {
	title: string
	submit: string
	fields: readonly Field[]
	danger?: boolean
	wide?: boolean
	onSend: (body: Record<string, unknown>, values: Values) => Promise<unknown>
	onClose: () => void
}

const empty = (field: Field): Value =>
	field.start ??
	(field.is === 'several'
		? []
		: field.is === 'tick'
			? false
			: field.is === 'choice' && field.need
				? (field.options?.[0]?.id ?? '')
				: '')

const isGiven = (value: Value | undefined) =>
	Array.isArray(value) ? value.length > 0 : value !== '' && value !== undefined

/* What goes to the node: nothing for what is empty, null for what was there before, times
 * as instants. */
function bodyOf(fields: readonly Field[], values: Values): Record<string, unknown> {
	const body: Record<string, unknown> = {}
	for (const field of fields) {
		const value = values[field.name]
		if (field.when && !field.when(values)) continue
		if (field.is === 'tick') body[field.name] = value === true
		else if (!isGiven(value)) {
			if (isGiven(field.start)) body[field.name] = null
		} else if (field.is === 'time') body[field.name] = fromField(String(value))
		else if (field.is === 'number') body[field.name] = Number(value)
		else body[field.name] = value
	}
	return body
}

export function Ask({ title, submit, fields, danger, wide, onSend, onClose }: Props) {
	const [values, setValues] = useState<Values>(() =>
		Object.fromEntries(fields.map((field) => [field.name, empty(field)])),
	)
	const [said, setSaid] = useState('')
	const [isBusy, setBusy] = useState(false)
	const shown = fields.filter((field) => !field.when || field.when(values))
	const isReady = shown.every((field) => !field.need || isGiven(values[field.name]))
	const send = async () => {
		setBusy(true)
		setSaid('')
		try {
			await onSend(bodyOf(fields, values), values)
			onClose()
		} catch (error) {
			setSaid(refusal(error))
		} finally {
			setBusy(false)
		}
	}
	return (
		<Dialog
			title={title}
			submit={submit}
			danger={danger ?? false}
			wide={wide ?? false}
			disabled={!isReady || isBusy}
			onSubmit={() => void send()}
			onClose={onClose}
		>
			{shown.map((field, n) => (
				<Input
					key={field.name}
					field={field}
					isFirst={n === 0}
					value={values[field.name] ?? ''}
					onValue={(value) => setValues((all) => ({ ...all, [field.name]: value }))}
				/>
			))}
			{said && (
				<p class="wrong" role="alert">
					{said}
				</p>
			)}
		</Dialog>
	)
}

interface InputProps {
	field: Field
	value: Value
	isFirst?: boolean
	onValue: (value: Value) => void
}

export function Input({ field, value, isFirst, onValue }: InputProps) {
	const id = useId()
	const { is = 'line', label, options = [], need, hint, lang } = field
	if (is === 'tick')
		return (
			<label class="row tick">
				<input
					type="checkbox"
					checked={value === true}
					onChange={(e) => onValue(e.currentTarget.checked)}
				/>
				<span>{label}</span>
			</label>
		)
	if (is === 'several') return <Several field={field} value={value} onValue={onValue} />
	const common = {
		id,
		class: 'input',
		...(isFirst && { 'data-first': true }),
		...(need && { required: true }),
		...(lang && { lang }),
		/* A list keeps the page's direction: its first word must not decide it. */
		...(is !== 'choice' && {
			dir: is === 'time' || is === 'number' ? ('ltr' as const) : ('auto' as const),
		}),
	}
	return (
		<label class="field" htmlFor={id}>
			<span>
				{label}
				{need && <b aria-hidden="true"> *</b>}
			</span>
			{is === 'text' && (
				<textarea
					{...common}
					value={String(value)}
					onInput={(e) => onValue(e.currentTarget.value)}
				/>
			)}
			{is === 'choice' && (
				<select
					{...common}
					value={String(value)}
					onChange={(e) => onValue(e.currentTarget.value)}
				>
					{!need && <option value="">–</option>}
					{options.map((one) => (
						<option key={one.id} value={one.id}>
							{one.label}
						</option>
					))}
				</select>
			)}
			{is === 'time' && (
				<input
					{...common}
					type="datetime-local"
					value={String(value)}
					onInput={(e) => onValue(e.currentTarget.value)}
				/>
			)}
			{(is === 'line' || is === 'number') && (
				<input
					{...common}
					type="text"
					{...(is === 'number' && { inputMode: 'numeric' as const })}
					value={String(value)}
					onInput={(e) => onValue(e.currentTarget.value)}
				/>
			)}
			{(hint || is === 'time') && <small class="dim">{hint ?? t('pakistan_time')}</small>}
		</label>
	)
}

function Several({ field, value, onValue }: InputProps) {
	const chosen = Array.isArray(value) ? value : []
	const turn = (id: string, on: boolean) =>
		onValue(on ? [...chosen, id] : chosen.filter((one) => one !== id))
	return (
		<fieldset class="several">
			<legend>
				{field.label}
				{field.need && <b aria-hidden="true"> *</b>}
			</legend>
			<div class="choices">
				{(field.options ?? []).map((one) => (
					<label key={one.id} class="row tick">
						<input
							type="checkbox"
							checked={chosen.includes(one.id)}
							onChange={(e) => turn(one.id, e.currentTarget.checked)}
						/>
						<bdi>{one.label}</bdi>
					</label>
				))}
			</div>
			{field.hint && <small class="dim">{field.hint}</small>}
		</fieldset>
	)
}

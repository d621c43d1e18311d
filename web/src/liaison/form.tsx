/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of forms, each by its kind. */
import { useId } from 'preact/hooks'
import { t } from '../lib/i18n'

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

/* SPDX-License-Identifier: Apache-2.0 */
/* A dialog made from a list of its fields. What was typed stays when the node says no. */
import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog'
import { type Field, Input, type Value, type Values } from './form'
import { refusal } from './say'
import { fromField } from './when'

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

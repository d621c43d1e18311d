/* SPDX-License-Identifier: Apache-2.0 */
/* The form of one record, made from its noun's fields. What is wrong stands under the
 * field that it is about, and the first such field gets the focus. */
import { useId, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api/client'
import { t, word } from '../lib/i18n'
import { Dialog } from '../ui/dialog'
import { toast } from '../ui/toasts'
import {
	type AnyRecord,
	bodyOf,
	fieldOf,
	type Texts,
	textsOf,
	type Wrongs,
	wrongsOf,
} from './form'
import type { Field, Noun } from './nouns'
import { labelOf, listOf, save } from './records'

interface Props {
	noun: Noun
	record: AnyRecord | undefined
	onClose: () => void
	onSaved: (answer: AnyRecord) => void
}

export function Editor({ noun, record, onClose, onSaved }: Props) {
	const [texts, setTexts] = useState<Texts>(() => textsOf(noun, record))
	const [wrongs, setWrongs] = useState<Wrongs>({})
	const [said, setSaid] = useState<{ field?: string | undefined; text: string }>()
	const [isBusy, setBusy] = useState(false)
	const box = useRef<HTMLDivElement>(null)
	const isNew = record === undefined

	const focus = (name: string | undefined) => {
		const found = name && box.current?.querySelector<HTMLElement>(`[name="${name}"]`)
		if (found) found.focus()
	}
	const submit = async () => {
		const found = wrongsOf(noun, texts, isNew)
		setWrongs(found)
		setSaid(undefined)
		const first = noun.fields.find((field) => found[field.name])
		if (first) return focus(first.name)
		setBusy(true)
		try {
			const answer = await save(noun.name, record?.id, bodyOf(noun, texts, record))
			toast(t('saved'), 'good')
			onSaved(answer)
		} catch (error) {
			const problem = error instanceof ApiError ? error.problem : undefined
			const field = problem && fieldOf(noun, { ...problem, detail: problem.detail })
			setSaid({
				field,
				text: problem?.detail ?? t(problem?.status === 0 ? 'offline' : 'failed'),
			})
			focus(field)
		} finally {
			setBusy(false)
		}
	}
	const shown = noun.fields.filter((field) => isNew || !field.once)
	return (
		<Dialog
			title={
				isNew
					? t(`new.${noun.name}`)
					: `${t(`one.${noun.name}`)}: ${record[noun.title] ?? ''}`
			}
			submit={t('save')}
			disabled={isBusy}
			wide={shown.length > 8}
			onSubmit={() => void submit()}
			onClose={onClose}
		>
			<div ref={box} class={shown.length > 8 ? 'form two' : 'form'}>
				{shown.map((field, i) => (
					<FieldRow
						key={field.name}
						field={field}
						isFirst={i === 0}
						text={texts[field.name] ?? ''}
						wrong={
							said?.field === field.name
								? said.text
								: wrongs[field.name] && sentence(field, wrongs[field.name])
						}
						onText={(text) => setTexts({ ...texts, [field.name]: text })}
					/>
				))}
			</div>
			{said && !said.field && (
				<p class="wrong" role="alert">
					{said.text}
				</p>
			)}
		</Dialog>
	)
}

function sentence(field: Field, wrong: Wrongs[string] | undefined): string {
	if (!wrong) return ''
	const values = {
		field: t(`field.${field.label ?? field.name}`),
		n: wrong.n ?? 0,
		words: wrong.words ?? '',
	}
	return t(wrong.say, values)
}

interface RowProps {
	field: Field
	text: string
	wrong: string | undefined
	isFirst: boolean
	onText: (text: string) => void
}

function FieldRow({ field, text, wrong, isFirst, onText }: RowProps) {
	const id = useId()
	const common = {
		id,
		name: field.name,
		'aria-invalid': wrong !== undefined,
		'aria-describedby': wrong ? `${id}-wrong` : undefined,
		...(isFirst && { 'data-first': true }),
	}
	const label = (
		<label for={id}>
			{t(`field.${field.label ?? field.name}`)}
			{field.needed && <span class="needed"> *</span>}
		</label>
	)
	return (
		<div class={`line ${field.kind}`}>
			{field.kind !== 'bool' && label}
			<Control field={field} text={text} common={common} onText={onText} />
			{field.kind === 'bool' && label}
			{wrong && (
				<p id={`${id}-wrong`} class="wrong">
					{wrong}
				</p>
			)}
			{!wrong && HINTED.has(field.name) && <p class="hint">{t(`hint.${field.name}`)}</p>}
		</div>
	)
}

const HINTED = new Set([
	'position',
	'phones',
	'cancel_code',
	'duress_code',
	'capabilities',
	'languages',
	'short_name',
	'login',
	'beat',
])

interface ControlProps {
	field: Field
	text: string
	common: object
	onText: (text: string) => void
}

function Control({ field, text, common, onText }: ControlProps) {
	const onInput = (event: { currentTarget: { value: string } }) =>
		onText(event.currentTarget.value)
	switch (field.kind) {
		case 'bool':
			return (
				<input
					{...common}
					type="checkbox"
					checked={text !== ''}
					onChange={(e) => onText(e.currentTarget.checked ? '1' : '')}
				/>
			)
		case 'enum':
		case 'ref':
			return (
				<select {...common} class="input" value={text} onChange={onInput}>
					<option value="">–</option>
					{choices(field).map(([value, label]) => (
						<option key={value} value={value}>
							{label}
						</option>
					))}
				</select>
			)
		case 'phones':
			return (
				<textarea
					{...common}
					class="input"
					dir="auto"
					rows={2}
					value={text}
					onInput={onInput}
				/>
			)
		case 'secret':
			return (
				<input
					{...common}
					class="input ltr"
					type="password"
					autocomplete="new-password"
					value={text}
					onInput={onInput}
				/>
			)
		default:
			return (
				<input
					{...common}
					class="input"
					dir={field.kind === 'text' ? 'auto' : 'ltr'}
					lang={field.name === 'name_ur' ? 'ur' : undefined}
					inputMode={field.kind === 'int' ? 'numeric' : undefined}
					autocomplete="off"
					value={text}
					onInput={onInput}
				/>
			)
	}
}

function choices(field: Field): [string, string][] {
	if (field.ref)
		return (listOf(field.ref) ?? []).map((record) => [record.id, labelOf(record.id)])
	return (field.options ?? []).map((option) => [option, word(field.words ?? '', option)])
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A list of records. The first cell of a row is its button: Enter opens it, the arrow
 * keys go up and down. */
import type { ComponentChildren } from 'preact'
import type { Priority } from '../api/types'
import { language, nameOf, t, word } from '../lib/i18n'
import { ageParts, formatWhen } from '../lib/time'
import { Bdi, PriorityBadge } from '../ui/parts'
import type { AnyRecord } from './form'
import { labelKey, type Noun } from './nouns'
import { labelOf, now } from './records'

interface Props {
	noun: Noun
	rows: readonly AnyRecord[]
	onOpen: (record: AnyRecord) => void
	actions?: (record: AnyRecord) => ComponentChildren
}

export function Table({ noun, rows, onOpen, actions }: Props) {
	return (
		<div class="scroll">
			<table class="table">
				<caption class="hidden">{t(`many.${noun.name}`)}</caption>
				<thead>
					<tr>
						{noun.columns.map((column) => (
							<th key={column} scope="col">
								{t(labelKey(noun, column))}
							</th>
						))}
						{actions && <th scope="col">{t('actions')}</th>}
					</tr>
				</thead>
				<tbody onKeyDown={stepRow}>
					{rows.map((record) => (
						<tr key={record.id}>
							{noun.columns.map((column, i) =>
								i === 0 ? (
									<th key={column} scope="row">
										<button type="button" class="open" onClick={() => onOpen(record)}>
											<Cell column={column} record={record} />
										</button>
									</th>
								) : (
									<td key={column}>
										<Cell column={column} record={record} />
									</td>
								),
							)}
							{actions && <td class="row wrap">{actions(record)}</td>}
						</tr>
					))}
				</tbody>
			</table>
			{rows.length === 0 && <p class="dim none">{t('none')}</p>}
		</div>
	)
}

function stepRow(event: KeyboardEvent): void {
	if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
	const all = [...document.querySelectorAll<HTMLElement>('.table .open')]
	const at = all.indexOf(document.activeElement as HTMLElement)
	if (at < 0) return
	event.preventDefault()
	all[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

const REFERS = new Set(['agency', 'site', 'unit', 'bound_to'])
const TIMES = new Set(['last_test_at', 'created_at', 'expires_at', 'used_at'])
/* words: class device_link door severity outcome role device_state invitation_state person_state
 * unit_kind agency_kind device_flag */
const WORDS: Readonly<Record<string, string>> = {
	class: 'class',
	site_class: 'class',
	role: 'role',
	severity: 'severity',
	outcome: 'outcome',
	link: 'device_link',
	door: 'door',
}

function Cell({ column, record }: { column: string; record: AnyRecord }) {
	const value = record[column]
	if (column === 'belongs') {
		const to = record.unit ?? record.site
		return to ? <bdi>{labelOf(to)}</bdi> : <>–</>
	}
	if (column === 'status') {
		const isOff = record.disabled === true || record.enabled === false
		return <span class={isOff ? 'chip warn' : 'chip good'}>{t(isOff ? 'off' : 'on')}</span>
	}
	if (column === 'response_time' && record.response_time_s !== undefined)
		return <Bdi>{t('age.min', { n: Math.round(Number(record.response_time_s) / 60) })}</Bdi>
	if (column === 'name' && typeof record.name_ur === 'string')
		return <bdi>{nameOf(record as unknown as { name: string; name_ur?: string })}</bdi>
	if (value === undefined || value === null || value === '')
		return <span class="dim">–</span>
	if (typeof value === 'boolean') return <>{value ? '✓' : '–'}</>
	if (column === 'phones')
		return (value as { number: string }[]).map((one) => (
			<bdi key={one.number} class="phone ltr">
				{one.number}
			</bdi>
		))
	if (REFERS.has(column)) return <bdi>{labelOf(value)}</bdi>
	if (TIMES.has(column)) return <Bdi>{formatWhen(String(value), language.value)}</Bdi>
	if (column === 'last_seen_at') return <Seen at={String(value)} />
	if (column === 'priority') return <PriorityBadge priority={value as Priority} />
	if (column === 'battery_pct') return <Bdi>{`${String(value)} %`}</Bdi>
	if (column === 'state') return <State record={record} state={String(value)} />
	if (column === 'kind') return <Kind record={record} kind={String(value)} />
	const group = WORDS[column]
	if (group) return <>{word(group, String(value))}</>
	if (Array.isArray(value)) return <bdi>{value.join(', ')}</bdi>
	return <bdi>{String(value)}</bdi>
}

function Seen({ at }: { at: string }) {
	const { n, unit } = ageParts((now.value - Date.parse(at)) / 1000)
	return <Bdi>{t(`age.${unit}`, { n })}</Bdi>
}

const GOOD = ['active', 'available', 'bound', 'open', 'used']

function State({ record, state }: { record: AnyRecord; state: string }) {
	const group = record.callsign
		? 'unit_state'
		: record.door
			? 'device_state'
			: record.site && record.created_at
				? 'invitation_state'
				: 'person_state'
	const tone = state === 'pending' ? 'warn' : GOOD.includes(state) ? 'good' : ''
	const flags = record.door && Array.isArray(record.flags) ? record.flags : []
	return (
		<>
			<span class={`chip ${tone}`}>{word(group, state)}</span>
			{flags.map((flag) => (
				<span key={flag}>
					{' '}
					<span class="chip warn">{word('device_flag', flag)}</span>
				</span>
			))}
		</>
	)
}

function Kind({ record, kind }: { record: AnyRecord; kind: string }) {
	const group = record.callsign
		? 'unit_kind'
		: record.is_control !== undefined || record.name_ur !== undefined
			? 'agency_kind'
			: 'kind'
	return <>{word(group, kind)}</>
}

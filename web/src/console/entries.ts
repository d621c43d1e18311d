/* SPDX-License-Identifier: Apache-2.0 */
/* What is done from the parts that come late: forms, and the incident's notices. */
import { post } from '../api/client'
import type { Disposition, Id, Incident, Priority } from '../api/types'
import { t } from '../lib/i18n'
import { refetch } from '../state/room'
import { incidentPath, run } from './actions'
import { select } from './state'

export interface NewCall {
	kind: string
	priority: Priority
	site?: Id
	position?: { lat: number; lon: number }
	message: string
	caller?: { phone?: string; name?: string }
}

export async function newCall(call: NewCall): Promise<void> {
	await run(async () => {
		const made = await post<Incident>('/incidents', call)
		// who typed it at a console has taken it
		await post(incidentPath(made.id, 'acknowledge'))
		refetch({ what: 'incident', id: made.id })
		select(made.id)
	}, t('done.call'))
}

export interface LateEntry {
	form: string
	kind: string
	priority: Priority
	site?: Id
	message: string
	times: Record<string, string>
	unit?: Id
	disposition?: Disposition
}

export async function lateEntry(entry: LateEntry): Promise<void> {
	await run(() => post('/late_entries', entry), t('done.late', { form: entry.form }))
}

export function linkTo(incident: Incident, to: Incident): Promise<string> {
	return run(
		() => post(incidentPath(incident.id, 'link'), { to: to.id }),
		t('done.linked', { number: incident.number, to: to.number }),
	)
}

export function release(incident: Incident): Promise<string> {
	return run(
		() => post(incidentPath(incident.id, 'release')),
		t('done.released', { number: incident.number }),
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a person at the console does, as requests. Each says its outcome; what can be
 * taken back offers it for eight seconds. Drawing follows from the events, not from
 * the answers. */
import { ApiError, patch, post } from '../api/client'
import type {
	Assignment,
	AssignmentStatus,
	CallbackOutcome,
	Disposition,
	Id,
	Incident,
	OverrideReason,
	Priority,
	Unit,
} from '../api/types'
import { t, word } from '../lib/i18n'
import { mutedUntil, tick } from '../lib/sound'
import { details, refetch, tell, unitOf, world } from '../state/room'
import { toast } from '../ui/toasts'
import { isOverride } from './choice'
import { ask, asked, startWriting, stopAsking, suggestedFor } from './override'
import { selected } from './state'

/* In the order of their keys, ⇧1 to ⇧5. */
export const OUTCOMES: readonly CallbackOutcome[] = [
	'confirmed_real',
	'confirmed_false',
	'no_answer',
	'wrong_word',
	'line_dead',
]
export const incidentPath = (id: Id, verb: string) =>
	`/incidents/${encodeURIComponent(id)}/${verb}`

export function explain(error: unknown): string {
	if (!(error instanceof ApiError)) return String(error)
	const known = t(`error.${error.code}`)
	const base = known === `error.${error.code}` ? error.problem.title : known
	const detail = error.problem.detail
	return detail && detail !== base ? `${base} – ${detail}` : base
}

/* Runs one action; the line that it answers is what the command line shows. */
export async function run(
	act: () => Promise<unknown>,
	done: string,
	undo?: () => void,
): Promise<string> {
	try {
		await act()
	} catch (error) {
		const text = explain(error)
		tick(false)
		toast(text, 'bad')
		throw new Error(text)
	}
	tick(true)
	toast(done, 'good', undo)
	return done
}

const quiet = (work: Promise<unknown>) => void work.catch(() => undefined)

export function acknowledge(incident: Incident): Promise<string> {
	return run(
		() => post(incidentPath(incident.id, 'acknowledge')),
		t('done.acknowledged', { number: incident.number }),
	)
}

export function offer(incident: Incident, units: readonly Unit[]): Promise<string> {
	let made: Assignment[] = []
	const suggested = suggestedFor(incident)
	return run(
		async () => {
			const ids = units.map((u) => u.id)
			const answer = await post<{ items: Assignment[] }>(
				incidentPath(incident.id, 'assignments'),
				{ units: ids },
			)
			made = answer.items
			void suggested.then((items) => {
				if (isOverride(items, ids)) ask(made, unitOf(items[0]?.unit)?.callsign)
			})
		},
		t('done.offered', {
			units: units.map((u) => u.callsign).join(', '),
			number: incident.number,
		}),
		() => {
			stopAsking()
			for (const one of made) quiet(setStatus(one.id, 'cancelled', ''))
		},
	)
}

/* Answers the question after an offer; "other" needs words first. False when nothing
 * was asked. */
export function answerWhy(reason: OverrideReason | undefined): boolean {
	if (!reason || !asked.peek()) return false
	if (reason === 'other') startWriting()
	else explainChoice(reason, '')
	return true
}

export function explainChoice(reason: OverrideReason, note: string): void {
	const made = asked.peek()?.made ?? []
	stopAsking()
	const tell = ({ id }: { id: Id }) =>
		post(`/assignments/${encodeURIComponent(id)}/reason`, {
			reason,
			...(note && { note }),
		})
	quiet(
		run(
			() => Promise.all(made.map(tell)),
			t('done.explained', {
				units: made.map((one) => one.callsign).join(', '),
				reason: t(`override.${reason}`),
			}),
		),
	)
}

export function setStatus(
	assignment: Id,
	status: AssignmentStatus,
	callsign: string,
): Promise<string> {
	return run(
		() =>
			post(`/assignments/${encodeURIComponent(assignment)}/status`, {
				status,
				by: 'voice',
			}),
		t('done.status', { unit: callsign, status: t(`assignment.${status}`) }).trim(),
	)
}

export function note(incident: Incident, text: string, shared = false): Promise<string> {
	return run(
		() => post(incidentPath(incident.id, 'notes'), { text, ...(shared && { shared }) }),
		t('done.noted', { number: incident.number }),
	)
}

export function setPriority(incident: Incident, priority: Priority): Promise<string> {
	const before = incident.priority
	return run(
		() => post(incidentPath(incident.id, 'priority'), { priority }),
		t('done.priority', { number: incident.number, priority: t(`priority.${priority}`) }),
		() => quiet(post(incidentPath(incident.id, 'priority'), { priority: before })),
	)
}

export function callBack(incident: Incident, outcome: CallbackOutcome): Promise<string> {
	const right = outcome === 'confirmed_real' || outcome === 'confirmed_false'
	const phone = incident.site_card?.phones[0]?.number ?? incident.caller?.phone
	return run(
		() =>
			post(incidentPath(incident.id, 'callback'), {
				outcome,
				...(incident.site_card?.challenge_word && {
					challenge_ok: right,
				}),
				...(phone && { phone }),
			}),
		t('done.called_back', { number: incident.number, outcome: t(`callback.${outcome}`) }),
	)
}

export function closeIncident(
	incident: Incident,
	disposition: Disposition,
	text: string,
): Promise<string> {
	return run(
		() =>
			post(incidentPath(incident.id, 'close'), {
				disposition,
				...(text && { note: text }),
			}),
		t('done.closed', {
			number: incident.number,
			disposition: word('disposition', disposition),
		}),
		() => quiet(post(incidentPath(incident.id, 'reopen'))),
	)
}

export function reopen(incident: Incident): Promise<string> {
	return run(
		() => post(incidentPath(incident.id, 'reopen')),
		t('done.reopened', { number: incident.number }),
	)
}

/* Shows the chosen incident's place on all boards and consoles, for the moment. */
export function point(): boolean {
	const incident = selected.value
	if (!incident) return false
	const isSaid = tell({ point: { incident: incident.id } })
	if (!isSaid) toast(t('error.unreachable'), 'bad')
	return true
}

export function mute(): Promise<string> {
	return run(async () => {
		const answer = await post<{ mute?: { until: string } }>('/room/mute')
		mutedUntil.value = answer.mute ? Date.parse(answer.mute.until) : Date.now() + 120_000
		refetch({ what: 'room' })
	}, t('done.muted'))
}

export function setShift(unit: Unit, on: boolean): Promise<string> {
	const path = `/units/${encodeURIComponent(unit.id)}/shift`
	return run(
		() => post(path, { on }),
		t(on ? 'done.shift_on' : 'done.shift_off', { unit: unit.callsign }),
		() => quiet(post(path, { on: !on })),
	)
}

export function setService(unit: Unit, out: boolean, reason: string): Promise<string> {
	const path = `/units/${encodeURIComponent(unit.id)}`
	return run(
		() => patch(path, { out_of_service: out, ...(out && reason && { reason }) }),
		t(out ? 'done.out' : 'done.back', { unit: unit.callsign }),
		() => quiet(patch(path, { out_of_service: !out })),
	)
}

/* Open assignments of a unit, of the incidents whose whole record is at hand. */
export function openAssignments(unit: Unit): (Assignment & { incidentId: Id })[] {
	const found: (Assignment & { incidentId: Id })[] = []
	for (const incident of world.value.incidents.values()) {
		const whole = details.value.get(incident.id) ?? incident
		for (const one of whole.assignments ?? [])
			if (one.unit === unit.id && isOpenAssignment(one))
				found.push({ ...one, incidentId: incident.id })
	}
	return found
}

export function isOpenAssignment(assignment: Assignment): boolean {
	return ['offered', 'accepted', 'en_route', 'on_scene'].includes(assignment.state)
}

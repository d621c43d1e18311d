/* SPDX-License-Identifier: Apache-2.0 */
/* The command line's language. Latin verbs and digits in every language of the page.
 * `parseCommand` reads the shape; `resolveCommand` finds the units and incidents meant,
 * among those that are there. Both are pure; doing is `actions.ts`.
 *
 *   D unit… [incident]      dispatch (offer)      E unit   en route, by voice
 *   V unit                  accepted, by voice    A unit   arrived, by voice
 *   C unit [Rn]             clear; with a result the incident is closed too
 *   K [incident]            acknowledge           N [incident] text   note
 *   P [incident] 1|2|3      priority              X [incident] Rn [note]  close
 *   S incident              show                  F text   find a place, unit, incident
 *   U unit on|off|out|back  shift, out of service */
import type { Assignment, Disposition, Id, Incident, Priority, Unit } from '../api/types'
import { fold } from '../lib/fold'

export const VERBS = ['D', 'V', 'E', 'A', 'C', 'K', 'N', 'P', 'X', 'S', 'F', 'U'] as const
export type Verb = (typeof VERBS)[number]

/* R1…R6 as printed on the paper forms. */
export const RESULTS: readonly Disposition[] = [
	'handled',
	'false_alarm',
	'duplicate',
	'test',
	'handed_over',
	'cancelled',
]

export interface Command {
	verb: Verb
	words: string[]
	/* All after the verb, as typed. */
	rest: string
}

export interface Scene {
	incidents: readonly Incident[]
	units: readonly Unit[]
	selected: Incident | undefined
	/* Open assignments, of incidents whose record is at hand. */
	assignmentsOf(unit: Unit): readonly (Assignment & { incidentId: Id })[]
}

export type Order =
	| { do: 'offer'; incident: Incident; units: Unit[] }
	| {
			do: 'status'
			unit: Unit
			status: 'accepted' | 'en_route' | 'on_scene' | 'cleared'
			close?: Disposition
	  }
	| { do: 'acknowledge'; incident: Incident }
	| { do: 'note'; incident: Incident; text: string }
	| { do: 'priority'; incident: Incident; priority: Priority }
	| { do: 'close'; incident: Incident; disposition: Disposition; note: string }
	| { do: 'show'; incident: Incident }
	| { do: 'find'; text: string }
	| { do: 'shift'; unit: Unit; on: boolean }
	| { do: 'service'; unit: Unit; out: boolean; reason: string }

export interface Refusal {
	error: string
	values?: Record<string, string>
}

export function parseCommand(text: string): Command | Refusal {
	const trimmed = latinDigits(text).trim()
	const m = /^([A-Za-z])(?:\s+(.*))?$/s.exec(trimmed)
	if (!m)
		return {
			error: trimmed === '' ? 'cmd.empty' : 'cmd.unknown',
			values: { verb: trimmed },
		}
	const verb = (m[1] ?? '').toUpperCase()
	if (!isVerb(verb)) return { error: 'cmd.unknown', values: { verb } }
	const rest = (m[2] ?? '').trim()
	return { verb, rest, words: rest === '' ? [] : rest.split(/\s+/) }
}

export function isVerb(text: string): text is Verb {
	return VERBS.some((v) => v === text)
}

export function isRefusal<T extends object>(value: T | Refusal): value is Refusal {
	return 'error' in value
}

export function resolveCommand(command: Command, scene: Scene): Order | Refusal {
	const { verb, words, rest } = command
	switch (verb) {
		case 'D':
			return dispatch(words, scene)
		case 'V':
			return status(words, scene, 'accepted')
		case 'E':
			return status(words, scene, 'en_route')
		case 'A':
			return status(words, scene, 'on_scene')
		case 'C':
			return clear(words, scene)
		case 'K': {
			const { incident } = takeIncident(words, scene)
			return incident ? { do: 'acknowledge', incident } : missingIncident(words[0])
		}
		case 'N': {
			const { incident, left } = takeIncident(words, scene)
			if (!incident) return missingIncident(words[0])
			const text = left.length === words.length ? rest : rest.replace(/^\S+\s*/, '')
			return text ? { do: 'note', incident, text } : { error: 'cmd.no_text' }
		}
		case 'P': {
			const { incident, left } = takeIncident(words, scene)
			if (!incident) return missingIncident(words[0])
			const m = /^[Pp]?([123])$/.exec(left[0] ?? '')
			if (!m) return { error: 'cmd.no_priority' }
			return { do: 'priority', incident, priority: `P${m[1]}` as Priority }
		}
		case 'X': {
			const { incident, left } = takeIncident(words, scene)
			if (!incident) return missingIncident(words[0])
			const disposition = resultOf(left[0])
			if (!disposition) return { error: 'cmd.no_result' }
			return { do: 'close', incident, disposition, note: left.slice(1).join(' ') }
		}
		case 'S': {
			const incident = findIncident(words[0], scene)
			return incident ? { do: 'show', incident } : missingIncident(words[0])
		}
		case 'F':
			return rest ? { do: 'find', text: rest } : { error: 'cmd.no_text' }
		case 'U':
			return shift(words, scene)
	}
}

function dispatch(words: string[], scene: Scene): Order | Refusal {
	if (words.length === 0) return { error: 'cmd.no_unit' }
	const last = words.at(-1)
	const named = looksLikeIncident(last) ? findIncident(last, scene) : undefined
	if (looksLikeIncident(last) && !named) return missingIncident(last)
	const incident = named ?? scene.selected
	if (!incident) return missingIncident(undefined)
	const names = named ? words.slice(0, -1) : words
	if (names.length === 0) return { error: 'cmd.no_unit' }
	const units: Unit[] = []
	for (const name of names) {
		const unit = findUnit(name, scene)
		if (isRefusal(unit)) return unit
		if (!units.includes(unit)) units.push(unit)
	}
	return { do: 'offer', incident, units }
}

function status(
	words: string[],
	scene: Scene,
	to: 'accepted' | 'en_route' | 'on_scene' | 'cleared',
): Order | Refusal {
	if (words.length === 0) return { error: 'cmd.no_unit' }
	const unit = findUnit(words[0], scene)
	if (isRefusal(unit)) return unit
	if (unit.assignments.length === 0 && scene.assignmentsOf(unit).length === 0)
		return { error: 'cmd.not_assigned', values: { unit: unit.callsign } }
	return { do: 'status', unit, status: to }
}

function clear(words: string[], scene: Scene): Order | Refusal {
	const order = status(words, scene, 'cleared')
	if (isRefusal(order) || order.do !== 'status' || words.length < 2) return order
	const close = resultOf(words[1])
	return close ? { ...order, close } : { error: 'cmd.no_result' }
}

function shift(words: string[], scene: Scene): Order | Refusal {
	if (words.length === 0) return { error: 'cmd.no_unit' }
	const unit = findUnit(words[0], scene)
	if (isRefusal(unit)) return unit
	const what = words[1]?.toLowerCase()
	if (what === 'on' || what === 'off') return { do: 'shift', unit, on: what === 'on' }
	if (what === 'out' || what === 'back')
		return { do: 'service', unit, out: what === 'out', reason: words.slice(2).join(' ') }
	return { error: 'cmd.no_shift' }
}

function resultOf(text: string | undefined): Disposition | undefined {
	const m = /^[Rr]([1-6])$/.exec(text ?? '')
	return m ? RESULTS[Number(m[1]) - 1] : undefined
}

/* Numbers look like K4101; a bare number in an incident's place means its digits. */
function looksLikeIncident(text: string | undefined): boolean {
	return text !== undefined && /^[A-Za-z]\d{3,}$/.test(text)
}

function findIncident(text: string | undefined, scene: Scene): Incident | undefined {
	if (!text) return undefined
	const wanted = text.toUpperCase()
	return scene.incidents.find(
		(i) => i.number.toUpperCase() === wanted || i.number.replace(/\D/g, '') === wanted,
	)
}

/* The incident named first, or the chosen one when the first word names none. */
function takeIncident(words: string[], scene: Scene) {
	const first = words[0]
	const named = findIncident(first, scene)
	if (named && (looksLikeIncident(first) || /^\d{3,}$/.test(first ?? '')))
		return { incident: named, left: words.slice(1) }
	if (looksLikeIncident(first)) return { incident: undefined, left: words }
	return { incident: scene.selected, left: words }
}

function missingIncident(text: string | undefined): Refusal {
	return text && looksLikeIncident(text)
		? { error: 'cmd.no_such_incident', values: { number: text.toUpperCase() } }
		: { error: 'cmd.no_incident' }
}

/* By call sign without its dashes, by its digits when only one unit has them, or by its
 * id: two agencies may have one call sign, and none is chosen for the dispatcher. */
function findUnit(text: string | undefined, scene: Scene): Unit | Refusal {
	const wanted = plain(text ?? '')
	const byId = scene.units.find((u) => u.id.toLowerCase() === text?.toLowerCase())
	if (byId) return byId
	const exact = scene.units.filter((u) => plain(u.callsign) === wanted)
	if (exact.length === 1 && exact[0]) return exact[0]
	if (exact.length > 1)
		return {
			error: 'cmd.which_unit',
			values: { list: exact.map((u) => `${u.callsign} = ${u.id}`).join(', ') },
		}
	const byDigits = /^\d+$/.test(wanted)
		? scene.units.filter((u) => digitsOf(u.callsign) === wanted)
		: []
	if (byDigits.length === 1 && byDigits[0]) return byDigits[0]
	if (byDigits.length > 1)
		return {
			error: 'cmd.which_unit',
			values: { list: byDigits.map((u) => u.callsign).join(', ') },
		}
	return { error: 'cmd.no_such_unit', values: { unit: text ?? '' } }
}

function plain(text: string): string {
	return text.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase()
}

function digitsOf(text: string): string {
	return /(\d+)\D*$/.exec(text)?.[1] ?? ''
}

export function latinDigits(text: string): string {
	return text
		.replace(/[\u0660-\u0669]/g, (d) => String(d.charCodeAt(0) - 0x660))
		.replace(/[\u06f0-\u06f9]/g, (d) => String(d.charCodeAt(0) - 0x6f0))
}

/* What could be typed next: whole lines that begin with what is there. */
export function completions(text: string, scene: Scene, cap = 6): string[] {
	const parsed = parseCommand(text)
	if (isRefusal(parsed)) return []
	const fresh = /\s$/.test(text)
	const { verb, words } = parsed
	if (words.length === 0 && !fresh) return []
	const part = fresh ? '' : (words.at(-1) ?? '')
	const before = fresh ? text : text.slice(0, text.length - part.length)
	const nth = fresh ? words.length : words.length - 1
	return candidates(verb, nth, scene)
		.filter((c) => plain(c).startsWith(plain(part)) || fold(c).includes(fold(part)))
		.filter((c) => c !== part)
		.slice(0, cap)
		.map((c) => before + c)
}

function candidates(verb: Verb, nth: number, scene: Scene): string[] {
	const numbers = scene.incidents.map((i) => i.number)
	const free = scene.units.filter((u) => u.state === 'available').map((u) => u.callsign)
	const busy = scene.units.filter((u) => u.state === 'busy').map((u) => u.callsign)
	const results = RESULTS.map((_, i) => `R${i + 1}`)
	switch (verb) {
		case 'D':
			return nth === 0 ? free : [...numbers, ...free]
		case 'V':
		case 'E':
		case 'A':
			return nth === 0 ? busy : []
		case 'C':
			return nth === 0 ? busy : nth === 1 ? results : []
		case 'K':
			return nth === 0
				? scene.incidents.filter((i) => i.unacknowledged).map((i) => i.number)
				: []
		case 'N':
		case 'S':
			return nth === 0 ? numbers : []
		case 'P':
			return nth === 0 ? numbers : ['1', '2', '3']
		case 'X':
			return nth === 0 ? numbers : nth === 1 ? results : []
		case 'U':
			return nth === 0
				? scene.units.map((u) => u.callsign)
				: nth === 1
					? ['on', 'off', 'out', 'back']
					: []
		case 'F':
			return []
	}
}

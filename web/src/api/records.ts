/* SPDX-License-Identifier: Apache-2.0 */
/* The server leaves out what is empty or unknown; the pages want lists that are there.
 * Records pass through here once, where they come in. */
import type { Incident, Room, Site, Unit } from './types'

export function wholeIncident(raw: Incident): Incident {
	const whole = {
		...raw,
		labels: raw.labels ?? [],
		milestones: raw.milestones ?? {},
		signals_count: raw.signals_count ?? 0,
		people_count: raw.people_count ?? 0,
		assignments_open: raw.assignments_open ?? 0,
	}
	if (raw.site_card) whole.site_card = wholeSite(raw.site_card)
	return whole
}

export function wholeUnit(raw: Unit): Unit {
	return {
		...raw,
		capabilities: raw.capabilities ?? [],
		assignments: raw.assignments ?? [],
		shift: raw.shift ?? { on: raw.state !== 'off_duty' },
	}
}

export function wholeSite(raw: Site): Site {
	return { ...raw, phones: raw.phones ?? [] }
}

export function wholeRoom(raw: Room): Room {
	return {
		...raw,
		consoles: raw.consoles ?? { open: 0, sound: 0 },
		storms: raw.storms ?? [],
		tests_overdue: raw.tests_overdue ?? 0,
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From a typed line to what is done about it. */
import type { Id } from '../api/types'
import { matches } from '../lib/fold'
import { t } from '../lib/i18n'
import { tick } from '../lib/sound'
import { queue, world } from '../state/room'
import {
	acknowledge,
	closeIncident,
	note,
	offer,
	openAssignments,
	setPriority,
	setService,
	setShift,
	setStatus,
} from './actions'
import { isRefusal, type Order, parseCommand, resolveCommand, type Scene } from './command'
import { mapHandle, select, selected, selectedUnit, unitFilter } from './state'

export function scene(): Scene {
	return {
		incidents: queue.value,
		units: [...world.value.units.values()],
		selected: selected.value,
		assignmentsOf: openAssignments,
	}
}

/* Does the line and says what came of it; throws with the reason when it was refused. */
export async function obey(line: string): Promise<string> {
	const command = parseCommand(line)
	if (isRefusal(command)) return refuse(t(command.error, command.values))
	const order = resolveCommand(command, scene())
	if (isRefusal(order)) return refuse(t(order.error, order.values))
	return carryOut(order)
}

function refuse(text: string): never {
	tick(false)
	throw new Error(text)
}

async function carryOut(order: Order): Promise<string> {
	switch (order.do) {
		case 'offer':
			return offer(order.incident, order.units)
		case 'acknowledge':
			return acknowledge(order.incident)
		case 'note':
			return note(order.incident, order.text)
		case 'priority':
			return setPriority(order.incident, order.priority)
		case 'close':
			return closeIncident(order.incident, order.disposition, order.note)
		case 'show':
			select(order.incident.id)
			return t('cmd.shown', { number: order.incident.number })
		case 'shift':
			return setShift(order.unit, order.on)
		case 'service':
			return setService(order.unit, order.out, order.reason)
		case 'find':
			return find(order.text)
		case 'status': {
			const open = openAssignments(order.unit)
			const here = open.find((a) => a.incidentId === selected.value?.id) ?? open[0]
			const id: Id | undefined = here?.id ?? order.unit.assignments[0]
			if (id === undefined)
				return refuse(t('cmd.not_assigned', { unit: order.unit.callsign }))
			const said = await setStatus(id, order.status, order.unit.callsign)
			const incident = here && world.value.incidents.get(here.incidentId)
			if (!order.close) return said
			if (!incident) return `${said} ${t('cmd.not_closed')}`
			return closeIncident(incident, order.close, '')
		}
	}
}

/* A place, a unit or an incident by any part of its name. */
function find(text: string): string {
	const incident = queue.value.find((i) =>
		matches(text, i.number, i.site_name, i.message, nameUr(i.site)),
	)
	const unit = [...world.value.units.values()].find((u) => matches(text, u.callsign))
	const site = [...world.value.sites.values()].find((s) =>
		matches(text, s.name, s.name_ur, s.address),
	)
	if (unit) {
		selectedUnit.value = unit.id
		unitFilter.value = unit.callsign
		if (unit.position) mapHandle.value?.goTo(unit.position, 14)
		return t('cmd.found', { name: unit.callsign })
	}
	if (incident) {
		select(incident.id)
		return t('cmd.found', { name: incident.number })
	}
	if (site) {
		mapHandle.value?.goTo(site.position, 14)
		return t('cmd.found', { name: site.name })
	}
	return refuse(t('cmd.not_found', { text }))
}

function nameUr(site: Id | undefined): string | undefined {
	return site === undefined ? undefined : world.value.sites.get(site)?.name_ur
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The chosen unit: what it is, sent with a click, put on or off shift and out of service. */
import type { Unit } from '../api/types'
import { nameOf, t, word } from '../lib/i18n'
import { agencies } from '../state/room'
import { offer, setService, setShift } from './actions'
import { UnitDevices } from './devices'
import { selected } from './state'
import { TrackButton } from './track'

const ignore = (work: Promise<unknown>) => void work.catch(() => undefined)

export function UnitCard({ unit }: { unit: Unit }) {
	const agency = agencies.value.get(unit.agency)
	const incident = selected.value
	const out = unit.state === 'out_of_service'
	return (
		<div class="unit-card">
			<p class="dim">
				{word('unit_kind', unit.kind)} · {t('units.crew', { n: unit.crew })}
				{agency && <> · {nameOf(agency)}</>}
			</p>
			<p class="dim">{unit.capabilities.map((c) => word('capability', c)).join(' · ')}</p>
			{unit.reason && (
				<p>
					<bdi>{unit.reason}</bdi>
				</p>
			)}
			<div class="row wrap">
				{incident && incident.state !== 'closed' && unit.state === 'available' && (
					<button
						type="button"
						class="btn small main"
						onClick={() => ignore(offer(incident, [unit]))}
					>
						{t('units.offer', { number: incident.number })}
					</button>
				)}
				<button
					type="button"
					class="btn small"
					onClick={() => ignore(setShift(unit, !unit.shift.on))}
				>
					{unit.shift.on ? t('units.shift_end') : t('units.shift_start')}
				</button>
				<button
					type="button"
					class="btn small"
					onClick={() => ignore(setService(unit, !out, ''))}
				>
					{out ? t('units.back') : t('units.out')}
				</button>
				<UnitDevices unit={unit} />
				<TrackButton unit={unit} />
			</div>
		</div>
	)
}

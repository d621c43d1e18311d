/* SPDX-License-Identifier: Apache-2.0 */
/* All units with what they do and how old their place is; the chosen one has its card. */
import { useComputed, useSignal } from '@preact/signals'
import type { Unit } from '../api/types'
import { matches } from '../lib/fold'
import { t, word } from '../lib/i18n'
import { fixAge, now, world } from '../state/room'
import { Age, Bdi, UnitShape, unitStatus } from '../ui/parts'
import { late, mapHandle, selectedUnit, unitFilter } from './state'

type Show = 'available' | 'busy' | 'all'
const SHOWS: readonly Show[] = ['available', 'busy', 'all']
const OLD_S = 60
const ORDER: Readonly<Record<Unit['state'], number>> = {
	available: 0,
	busy: 1,
	out_of_service: 2,
	off_duty: 3,
}

export function UnitsPane() {
	const show = useSignal<Show>('all')
	const shown = useComputed(() =>
		[...world.value.units.values()]
			.filter((u) => show.value === 'all' || u.state === show.value)
			.filter(
				(u) =>
					unitFilter.value === '' ||
					matches(
						unitFilter.value,
						u.callsign,
						word('unit_kind', u.kind),
						...u.capabilities,
					),
			)
			.sort(
				(a, b) =>
					ORDER[a.state] - ORDER[b.state] ||
					a.callsign.localeCompare(b.callsign, 'en', { numeric: true }),
			),
	)
	const of = (state: Unit['state']) =>
		[...world.value.units.values()].filter((u) => u.state === state).length
	return (
		<section class="zone units" aria-labelledby="units-title">
			<header class="zone-title">
				<h2 id="units-title">{t('units.title')}</h2>
				<span class="dim">
					{t('units.count', { free: of('available'), busy: of('busy') })}
				</span>
			</header>
			<div class="filter">
				<input
					id="unit-filter"
					class="input"
					dir="auto"
					type="search"
					aria-label={t('units.filter')}
					placeholder={t('units.filter')}
					value={unitFilter.value}
					onInput={(e) => {
						unitFilter.value = e.currentTarget.value
					}}
				/>
				<div class="row" role="group" aria-label={t('units.show')}>
					{SHOWS.map((one) => (
						<button
							key={one}
							type="button"
							class="btn small"
							aria-pressed={show.value === one}
							onClick={() => {
								show.value = one
							}}
						>
							{t(`units_show.${one}`)}
						</button>
					))}
				</div>
			</div>
			<ul class="rows">
				{shown.value.slice(0, 400).map((unit) => (
					<UnitRow key={unit.id} unit={unit} />
				))}
				{shown.value.length === 0 && <li class="empty dim">{t('units.none')}</li>}
			</ul>
		</section>
	)
}

function UnitRow({ unit }: { unit: Unit }) {
	const Card = late.value?.UnitCard
	const chosen = selectedUnit.value === unit.id
	const age = fixAge(unit, now.value)
	const stale = unit.state !== 'off_duty' && (age === undefined || age > OLD_S)
	return (
		<li class={chosen ? 'unit-row chosen' : 'unit-row'}>
			<button
				type="button"
				class="pick"
				aria-expanded={chosen}
				onClick={() => {
					selectedUnit.value = chosen ? undefined : unit.id
					if (!chosen && unit.position) mapHandle.value?.goTo(unit.position)
				}}
			>
				<UnitShape unit={unit} stale={stale} />
				<Bdi>{unit.callsign}</Bdi>
				<span class="clip grow">{unitStatus(unit)}</span>
				{unit.state !== 'off_duty' && (
					<span class={stale ? 'warn-text' : 'dim'}>
						<Age seconds={age} />
					</span>
				)}
			</button>
			{chosen && Card && <Card unit={unit} />}
		</li>
	)
}

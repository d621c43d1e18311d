/* SPDX-License-Identifier: Apache-2.0 */
/* The console: queue at the start, map and incident in the middle, units at the end,
 * the strip on top, the command line below. Zones never move. */
import { useEffect } from 'preact/hooks'
import { logout } from '../api/client'
import { addCatalogs, dense, setDense, t } from '../lib/i18n'
import { unlock, unlocked } from '../lib/sound'
import { MapPane } from '../map/pane'
import { loaded, openRoom, revoked, room } from '../state/room'
import { me, needSession } from '../state/session'
import { watchAlarms } from '../ui/alarm'
import { LanguageSwitch } from '../ui/parts'
import { cycleTheme, theme } from '../ui/start'
import { HealthChips, LinkChip, SoundChip, Strip } from '../ui/strip'
import { Toasts } from '../ui/toasts'
import { mute } from './actions'
import { CommandLine } from './commandline'
import { listenToKeys } from './keys'
import { PopOut } from './popout'
import { QueuePane } from './queue'
import {
	dialog,
	followSelection,
	late,
	mapHandle,
	select,
	selectedId,
	selectedUnit,
	themeName,
} from './state'
import { UnitsPane } from './units'
import { type Pane, pane, shareSelection } from './windows'
import './console.css'

export function Console() {
	useEffect(() => {
		themeName.value = theme()
		void begin()
	}, [])
	if (revoked.value) return <p class="pageload">{t('console.revoked')}</p>
	if (!loaded.value) return <p class="pageload">{t('console.coming')}</p>
	return (
		<div class="console">
			{pane ? <OnePane pane={pane} /> : <AllPanes />}
			<LateDialogs />
			<Toasts />
		</div>
	)
}

function AllPanes() {
	return (
		<>
			<Top />
			<main class="zones">
				<QueuePane />
				<div class="middle">
					<MapZone />
					<LateIncident />
				</div>
				<UnitsPane />
				{late.value && <late.value.Drawer />}
			</main>
			<CommandLine />
		</>
	)
}

/* A window of its own. It stays silent: the console's own window sounds. */
function OnePane({ pane }: { pane: Pane }) {
	return (
		<>
			<Strip title={t(`pane.${pane}`)}>
				<HealthChips />
				<LinkChip />
			</Strip>
			<main class="zones one">
				{pane === 'queue' && <QueuePane />}
				{pane === 'map' && <MapZone />}
				{pane === 'incident' && <LateIncident />}
			</main>
		</>
	)
}

function MapZone() {
	return (
		<section class="zone map-zone" aria-label={t('console.map')}>
			<MapPane
				theme={themeName.value}
				interactive
				selectedIncident={selectedId.value}
				selectedUnit={selectedUnit.value}
				onIncident={(id) => select(id, false)}
				onUnit={(id) => {
					selectedUnit.value = id
				}}
				onReady={(handle) => {
					mapHandle.value = handle
				}}
				tools={<PopOut pane="map" />}
			/>
		</section>
	)
}

async function loadLate(): Promise<void> {
	for (;;) {
		try {
			const loadedLate = await import('./late')
			await addCatalogs(loadedLate.words)
			late.value = loadedLate
			return
		} catch {
			await new Promise((done) => setTimeout(done, 3_000))
		}
	}
}

function LateIncident() {
	const Pane = late.value?.IncidentPane
	return Pane ? <Pane /> : <section class="zone incident none" />
}

function LateDialogs() {
	if (!late.value) return null
	const { Dialogs, Why } = late.value
	return (
		<>
			<Why />
			<Dialogs />
		</>
	)
}

async function begin(): Promise<void> {
	await needSession()
	void loadLate()
	for (;;) {
		try {
			await openRoom()
			break
		} catch {
			await new Promise((done) => setTimeout(done, 3_000))
		}
	}
	followSelection()
	shareSelection()
	listenToKeys()
	if (pane) return
	watchAlarms()
	/* The sound check of a shift's start, unless this browser may sound by itself. */
	if (!(await unlock()) && !unlocked.value) dialog.value = 'sound'
}

function Top() {
	const r = room.value
	return (
		<Strip title={r?.node.name ?? ''}>
			<HealthChips />
			<SoundChip />
			<LinkChip />
			<nav class="row tools" aria-label={t('console.tools')}>
				<button
					type="button"
					class="btn small main"
					onClick={() => (dialog.value = 'call')}
				>
					{t('tool.call')} <kbd>C</kbd>
				</button>
				<button type="button" class="btn small" onClick={() => void mute().catch(() => 0)}>
					{t('tool.mute')} <kbd>M</kbd>
				</button>
				<button type="button" class="btn small" onClick={() => (dialog.value = 'tests')}>
					{t('tool.tests')}
					{r && r.tests_overdue > 0 && <b class="badge">{r.tests_overdue}</b>} <kbd>T</kbd>
				</button>
				<button type="button" class="btn small" onClick={() => (dialog.value = 'late')}>
					{t('tool.late')} <kbd>L</kbd>
				</button>
				{late.value && <late.value.LiaisonLink />}
				<a class="btn small" href="/paper" target="_blank" rel="noopener">
					{t('tool.print')} <kbd>S</kbd>
				</a>
				<button type="button" class="btn small" onClick={() => (dialog.value = 'keys')}>
					{t('tool.keys')} <kbd>?</kbd>
				</button>
				<button
					type="button"
					class="btn small"
					aria-pressed={dense.value}
					onClick={() => setDense(!dense.value)}
				>
					{t('tool.dense')}
				</button>
				<button
					type="button"
					class="btn small"
					onClick={() => {
						themeName.value = cycleTheme()
					}}
				>
					{t(`theme.${themeName.value}`)}
				</button>
				<LanguageSwitch />
				<button
					type="button"
					class="btn small"
					onClick={() => void logout().finally(() => location.replace('/'))}
				>
					{t('tool.logout', { name: me.value?.name ?? '' })}
				</button>
			</nav>
		</Strip>
	)
}

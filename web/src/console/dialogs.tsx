/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogs of the console. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/client'
import type { Incident, Page, SiteTest } from '../api/types'
import { language, nameOf, t, word } from '../lib/i18n'
import { play, setVolume, unlock, unlocked, volume } from '../lib/sound'
import { formatWhen } from '../lib/time'
import { world } from '../state/room'
import { me } from '../state/session'
import { Dialog } from '../ui/dialog'
import { Bdi, kindOf, PriorityBadge } from '../ui/parts'
import { closeIncident, explain } from './actions'
import { RoadTools } from './closures'
import { RESULTS } from './command'
import { DevicesForm } from './devices'
import { CallForm, LateForm } from './forms'
import { KEY_MAP } from './keymap'
import { dialog, select, selected, setSingleKeys, singleKeys } from './state'
import { TrackForm } from './track'

export const shut = () => {
	dialog.value = undefined
}

export function Dialogs() {
	return (
		<>
			<RoadTools />
			<Chosen />
		</>
	)
}

function Chosen() {
	switch (dialog.value) {
		case 'keys':
			return <KeyMap />
		case 'call':
			return <CallForm />
		case 'late':
			return <LateForm />
		case 'close':
			return selected.value ? <CloseForm incident={selected.value} /> : null
		case 'tests':
			return <SiteTests />
		case 'closed':
			return <ClosedList />
		case 'devices':
			return <DevicesForm />
		case 'track':
			return <TrackForm />
		case 'sound':
			return <SoundCheck />
		default:
			return null
	}
}

const VERB_LINES: readonly (readonly [string, string])[] = [
	['D P-12 K4101', 'verb.D'],
	['V 12', 'verb.V'],
	['E 12', 'verb.E'],
	['A 12', 'verb.A'],
	['C 12 R1', 'verb.C'],
	['K K4101', 'verb.K'],
	['N K4101 text', 'verb.N'],
	['P K4101 2', 'verb.P'],
	['X K4101 R1', 'verb.X'],
	['S K4101', 'verb.S'],
	['F karsaz', 'verb.F'],
	['U 12 off', 'verb.U'],
]

function KeyMap() {
	return (
		<Dialog title={t('keys.title')} onClose={shut} wide>
			<div class="key-map">
				<section>
					<h3>{t('keys.keys')}</h3>
					<dl>
						{KEY_MAP.map(([key, text]) => (
							<div key={text}>
								<dt>
									<kbd>{key}</kbd>
								</dt>
								<dd>{t(text)}</dd>
							</div>
						))}
					</dl>
					<label class="row">
						<input
							type="checkbox"
							checked={singleKeys.value}
							onChange={(e) => setSingleKeys(e.currentTarget.checked)}
						/>
						{t('keys.single')}
					</label>
				</section>
				<section>
					<h3>{t('keys.verbs')}</h3>
					<dl>
						{VERB_LINES.map(([line, text]) => (
							<div key={text}>
								<dt>
									<code class="ltr">{line}</code>
								</dt>
								<dd>{t(text)}</dd>
							</div>
						))}
					</dl>
					<h3>{t('keys.results')}</h3>
					<p class="results">
						{RESULTS.map((one, n) => (
							<span key={one}>
								<code class="ltr">R{n + 1}</code> {word('disposition', one)}
							</span>
						))}
					</p>
				</section>
			</div>
		</Dialog>
	)
}

function CloseForm({ incident }: { incident: Incident }) {
	const chosen = useSignal(0)
	const text = useSignal('')
	const failed = useSignal('')
	const needsSupervisor = incident.priority === 'P1' && me.value?.role === 'dispatcher'
	const submit = () => {
		const disposition = RESULTS[chosen.value]
		if (!disposition) return
		closeIncident(incident, disposition, text.value.trim()).then(shut, (error: Error) => {
			failed.value = error.message
		})
	}
	return (
		<Dialog
			title={t('close.title', { number: incident.number })}
			onClose={shut}
			onSubmit={submit}
			submit={t('close.submit')}
			disabled={needsSupervisor}
		>
			{needsSupervisor && (
				<p class="notice bad" role="alert">
					{t('close.needs_supervisor')}
				</p>
			)}
			{incident.assignments_open > 0 && (
				<p class="notice warn">
					{t('close.still_assigned', { n: incident.assignments_open })}
				</p>
			)}
			<fieldset class="choices">
				<legend>{t('close.result')}</legend>
				{RESULTS.map((one, n) => (
					<label key={one}>
						<input
							type="radio"
							name="disposition"
							data-first={n === 0 ? '' : undefined}
							checked={chosen.value === n}
							onChange={() => {
								chosen.value = n
							}}
						/>
						<kbd>R{n + 1}</kbd> {word('disposition', one)}
					</label>
				))}
			</fieldset>
			<label class="field">
				<span>{t('close.note')}</span>
				<input
					class="input"
					dir="auto"
					value={text.value}
					onInput={(e) => {
						text.value = e.currentTarget.value
					}}
				/>
			</label>
			{failed.value && (
				<p class="bad-text" role="alert">
					{failed.value}
				</p>
			)}
		</Dialog>
	)
}

function SiteTests() {
	const tests = useSignal<readonly SiteTest[] | undefined>(undefined)
	const failed = useSignal('')
	useEffect(() => {
		get<Page<SiteTest>>('/site_tests').then(
			(page) => {
				tests.value = [...page.items].sort((a, b) => Number(b.overdue) - Number(a.overdue))
			},
			(error) => {
				failed.value = explain(error)
			},
		)
	}, [])
	const nameFor = (test: SiteTest) => {
		const site = world.value.sites.get(test.site)
		return nameOf(site ?? test)
	}
	return (
		<Dialog title={t('tests.title')} onClose={shut} wide>
			{failed.value && <p class="bad-text">{failed.value}</p>}
			<table class="table">
				<thead>
					<tr>
						<th>{t('tests.site')}</th>
						<th>{t('tests.last')}</th>
						<th>{t('tests.due')}</th>
						<th>{t('tests.state')}</th>
					</tr>
				</thead>
				<tbody>
					{tests.value?.map((test) => (
						<tr key={test.site}>
							<td>
								<bdi>{nameFor(test)}</bdi>
							</td>
							<td>
								<Bdi>{formatWhen(test.last_test_at, language.value)}</Bdi>
							</td>
							<td>
								<Bdi>{formatWhen(test.due_at, language.value)}</Bdi>
							</td>
							<td>
								{test.overdue ? (
									<span class="chip warn">{t('tests.overdue')}</span>
								) : (
									<span class="chip good">✓ {t('tests.fine')}</span>
								)}
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</Dialog>
	)
}

/* What was closed lately: to look again, or to open again. */
function ClosedList() {
	const items = useSignal<readonly Incident[]>([])
	const failed = useSignal('')
	useEffect(() => {
		get<Page<Incident>>('/incidents?state=closed&limit=100').then(
			(page) => {
				items.value = page.items
			},
			(error) => {
				failed.value = explain(error)
			},
		)
	}, [])
	return (
		<Dialog title={t('closed.title')} onClose={shut} wide>
			{failed.value && <p class="bad-text">{failed.value}</p>}
			{items.value.length === 0 && !failed.value && <p class="dim">{t('closed.none')}</p>}
			<ul class="closed">
				{items.value.map((incident) => (
					<li key={incident.id}>
						<button
							type="button"
							class="pick row"
							onClick={() => {
								select(incident.id)
								shut()
							}}
						>
							<PriorityBadge priority={incident.priority} />
							<Bdi>{incident.number}</Bdi>
							<span>{kindOf(incident)}</span>
							<bdi class="clip grow">{incident.site_name ?? ''}</bdi>
							<span class="dim">{word('disposition', incident.disposition)}</span>
							<Bdi>{formatWhen(incident.milestones.closed, language.value)}</Bdi>
						</button>
					</li>
				))}
			</ul>
		</Dialog>
	)
}

function SoundCheck() {
	const heard = useSignal(false)
	const test = async () => {
		await unlock()
		play('new_p1')
		heard.value = unlocked.value
	}
	return (
		<Dialog
			title={t('soundcheck.title')}
			onClose={shut}
			onSubmit={() => (heard.value ? shut() : void test())}
			submit={heard.value ? t('soundcheck.heard') : t('soundcheck.play')}
		>
			<p>{t('soundcheck.why')}</p>
			<label class="field">
				<span>{t('soundcheck.volume')}</span>
				<input
					type="range"
					min="0.2"
					max="1"
					step="0.1"
					value={volume.value}
					onInput={(e) => setVolume(Number(e.currentTarget.value))}
				/>
			</label>
			{heard.value && (
				<p class="ok" role="status">
					✓ {t('sound.on')}
				</p>
			)}
			{heard.value && (
				<button type="button" class="btn" onClick={() => void test()}>
					{t('soundcheck.again')}
				</button>
			)}
		</Dialog>
	)
}

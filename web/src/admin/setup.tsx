/* SPDX-License-Identifier: Apache-2.0 */
/* From a new node to its first tested site: eight steps, each with what it still lacks,
 * files with a preview, and invitations on paper. Nothing is kept here. */
import { useEffect, useState } from 'preact/hooks'
import { ApiError, get } from '../api/client'
import { sendRaw } from '../api/send'
import { t } from '../lib/i18n'
import { me } from '../state/session'
import { listOf, load, need } from './records'
import { Sheets } from './sheets'
import { type State, type Step, type StepName, stepsOf } from './steps'
import './setup.css'

const LISTS = [
	'agencies',
	'accounts',
	'sites',
	'units',
	'people',
	'devices',
	'invitations',
] as const

/* Where a step is done. */
const PLACES: Readonly<Partial<Record<StepName, string>>> = {
	password: '/?home',
	accounts: '#accounts',
	agencies: '#agencies',
	sites: '#sites',
	units: '#units',
	test: '/report',
}

function useNodeState(): State | undefined {
	const [path, setPath] = useState<State['secondPath']>()
	useEffect(() => {
		need(...LISTS)
		const ask = () =>
			get<{ set: boolean; ok: boolean }>('/room/second_path').then(setPath, () => undefined)
		void ask()
		const timer = setInterval(ask, 15_000)
		return () => clearInterval(timer)
	}, [])
	const lists = LISTS.map((name) => [name, listOf(name)] as const)
	if (lists.some(([, list]) => list === undefined)) return undefined
	return {
		mustChangePassword: me.value?.must_change_password === true,
		secondPath: path,
		...(Object.fromEntries(lists) as Pick<State, (typeof LISTS)[number]>),
	}
}

export function Setup() {
	const state = useNodeState()
	const [isPrinting, setPrinting] = useState(false)
	if (!state) return <p class="pageload">{t('loading')}</p>
	const steps = stepsOf(state)
	const done = steps.filter((step) => step.isDone).length
	if (isPrinting) return <Sheets onClose={() => setPrinting(false)} />
	return (
		<div class="setup">
			<div class="row wrap">
				<h2>{t('setup.title')}</h2>
				<span class="grow" />
				<span class="dim">{t('setup.done', { n: done, all: steps.length })}</span>
			</div>
			<p class="dim">{t('setup.how')}</p>
			<ol class="steps">
				{steps.map((step) => (
					<StepRow key={step.name} step={step} onPrint={() => setPrinting(true)} />
				))}
			</ol>
			<Files />
		</div>
	)
}

function StepRow({ step, onPrint }: { step: Step; onPrint: () => void }) {
	const place = PLACES[step.name]
	return (
		<li class={step.isDone ? 'step done' : 'step'}>
			<span class="mark" aria-hidden="true">
				{step.isDone ? '✓' : '○'}
			</span>
			<div class="grow">
				<h3>
					{t(`step.${step.name}`)}{' '}
					<small>{t(step.isDone ? 'setup.step_done' : 'setup.step_open')}</small>
				</h3>
				<p class="dim">{t(`step_how.${step.name}`)}</p>
				{step.missing.length > 0 && (
					<ul class="missing">
						{step.missing.map((one) => (
							<li key={one.what}>{t(`lacks.${one.what}`, { n: one.n })}</li>
						))}
					</ul>
				)}
			</div>
			{step.name === 'invitations' && (
				<button type="button" class="btn" onClick={onPrint}>
					{t('sheets.make')}
				</button>
			)}
			{place && (
				<a class="btn" href={place}>
					{t('setup.go')}
				</a>
			)}
		</li>
	)
}

/* --- files ------------------------------------------------------------------------ */

const KINDS = ['sites', 'units', 'people', 'devices'] as const

interface Bad {
	line: number
	column?: string
	value?: string
	why: string
}
interface Said {
	rows: number
	new?: number
	changed?: number
	unchanged?: number
	taken: boolean
	n_bad: number
	bad: readonly Bad[]
}

function Files() {
	const [kind, setKind] = useState<(typeof KINDS)[number]>('sites')
	const [file, setFile] = useState<File>()
	const [said, setSaid] = useState<Said>()
	const [wrong, setWrong] = useState('')
	const [isBusy, setBusy] = useState(false)
	const send = async (isPreview: boolean) => {
		if (!file) return
		setBusy(true)
		setWrong('')
		try {
			setSaid(
				await sendRaw<Said>(
					`/${kind}/import${isPreview ? '?preview=1' : ''}`,
					file,
					'text/csv',
				),
			)
			if (!isPreview) await load(kind)
		} catch (error) {
			const problem = error instanceof ApiError ? error : undefined
			setSaid(
				problem?.code === 'bad_rows' ? (problem.problem as unknown as Said) : undefined,
			)
			if (problem?.code !== 'bad_rows') setWrong(problem?.message ?? t('failed'))
		}
		setBusy(false)
	}
	const isGood = said !== undefined && said.n_bad === 0 && !said.taken
	const forget = () => {
		setSaid(undefined)
		setWrong('')
	}
	return (
		<section class="files">
			<h2>{t('files.title')}</h2>
			<p class="dim">{t('files.how')}</p>
			<div class="row wrap">
				<select
					class="input"
					aria-label={t('files.kind')}
					value={kind}
					onChange={(e) => {
						setKind(e.currentTarget.value as typeof kind)
						forget()
					}}
				>
					{KINDS.map((one) => (
						<option key={one} value={one}>
							{t(`many.${one}`)}
						</option>
					))}
				</select>
				<input
					type="file"
					class="input"
					accept=".csv,.geojson,.json,text/csv"
					aria-label={t('files.file')}
					onChange={(e) => {
						setFile(e.currentTarget.files?.[0])
						forget()
					}}
				/>
				<button
					type="button"
					class="btn"
					disabled={!file || isBusy}
					onClick={() => void send(true)}
				>
					{t('files.preview')}
				</button>
				<button
					type="button"
					class="btn main"
					disabled={!isGood || isBusy}
					onClick={() => void send(false)}
				>
					{t('files.take')}
				</button>
			</div>
			{wrong && (
				<p class="wrong" role="alert">
					{wrong}
				</p>
			)}
			{said && <Outcome said={said} />}
		</section>
	)
}

function Outcome({ said }: { said: Said }) {
	if (said.n_bad === 0)
		return (
			<p role="status">
				{t(said.taken ? 'files.taken' : 'files.would', {
					made: said.new ?? 0,
					changed: said.changed ?? 0,
					same: said.unchanged ?? 0,
				})}
			</p>
		)
	return (
		<div role="alert">
			<p class="wrong">{t('files.bad', { n: said.n_bad })}</p>
			<div class="scroll">
				<table class="bad">
					<thead>
						<tr>
							<th>{t('files.line')}</th>
							<th>{t('files.column')}</th>
							<th>{t('files.value')}</th>
							<th>{t('files.why')}</th>
						</tr>
					</thead>
					<tbody>
						{said.bad.map((one, k) => (
							<tr key={k}>
								<td class="num">{one.line}</td>
								<td>
									<bdi>{one.column ?? ''}</bdi>
								</td>
								<td>
									<bdi>{one.value ?? ''}</bdi>
								</td>
								<td>
									<bdi>{one.why}</bdi>
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</div>
	)
}

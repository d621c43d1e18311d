/* SPDX-License-Identifier: Apache-2.0 */
/* Plans, posts with their rounds, and cameras of a site's register. */
import { useState } from 'preact/hooks'
import { patch, post } from '../api/client'
import { sendRaw } from '../api/send'
import type { Id, Site } from '../api/types'
import { listed, nameOf, t } from '../lib/i18n'
import { Ask } from './ask'
import { sectionsOf, sketch, textOf } from './book'
import { type Field, type Values, wordsOf } from './form'
import { Empty, Facts, Loading, Prose, When } from './parts'
import { Do } from './place'
import { type Keeper, useParts } from './registers'
import { attempt } from './say'
import { PLAN_KINDS, type Plan, POST_KINDS, type Point, type Visit } from './types'

/* --- plans ------------------------------------------------------------------------ */

export function Plans({ site, keeper }: { site: Id; keeper: Keeper }) {
	const all = useParts<Plan>(`/plans?site=${site}`)
	const [editing, setEditing] = useState<Plan | 'new'>()
	if (!all) return <Loading />
	const standing = all.filter((one) => !one.withdrawn)
	const gone = all.filter((one) => one.withdrawn)
	return (
		<>
			{keeper === 'full' && (
				<p>
					<Do label={t('plan.new')} tone="main" run={() => setEditing('new')} />
				</p>
			)}
			{all.length === 0 && <Empty text={t('plan.none')} />}
			{[...standing, ...gone].map((one) => (
				<article key={one.id} class={`post ${one.withdrawn ? 'over' : ''}`}>
					<p class="row wrap">
						<span class="chip">{t(`plan_kind.${one.kind}`)}</span>
						{one.floor && <bdi>{one.floor}</bdi>}
						<span class="grow" />
						<span class="dim">
							{t('plan.version', { n: one.version })} <When at={one.changed_at} />{' '}
							<bdi>{one.changed_name}</bdi>
						</span>
					</p>
					<h3 dir="auto">{one.title}</h3>
					{one.sections?.map((part) => (
						<section key={part.title}>
							<h4 dir="auto">{part.title}</h4>
							<Prose text={part.text} />
						</section>
					))}
					{one.file && <Drawing id={one.file} />}
					{keeper === 'full' && (
						<p class="row wrap doings">
							<Draw site={site} plan={one.id} />
							<Do label={t('part.change')} run={() => setEditing(one)} />
							<Withdraw path={`/plans/${one.id}`} is={one.withdrawn === true} />
						</p>
					)}
				</article>
			))}
			{editing && (
				<PlanEditor
					site={site}
					plan={editing === 'new' ? undefined : editing}
					onClose={() => setEditing(undefined)}
				/>
			)}
		</>
	)
}

/* A drawing is fetched when somebody wants it: a look of others is told to the owner. */
function Drawing({ id }: { id: Id }) {
	return (
		<p>
			<a class="btn small" href={`/api/v1/files/${id}/content`} download>
				{t('plan.drawing')}
			</a>
		</p>
	)
}

function Draw({ site, plan }: { site: Id; plan: Id }) {
	const bring = (file: File) =>
		attempt(async () => {
			const sent = await sendRaw<{ id: Id }>(
				`/sites/${site}/files?name=${encodeURIComponent(file.name)}`,
				file,
			)
			return patch(`/plans/${plan}`, { file: sent.id })
		})
	return (
		<label class="btn small picker">
			{t('plan.draw')}
			<input
				class="hidden"
				type="file"
				accept=".pdf,.png,.jpg,.jpeg,.webp"
				onChange={(e) => {
					const [file] = e.currentTarget.files ?? []
					if (file) void bring(file)
					e.currentTarget.value = ''
				}}
			/>
		</label>
	)
}

interface PlanProps {
	site: Id
	plan: Plan | undefined
	onClose: () => void
}

function PlanEditor({ site, plan, onClose }: PlanProps) {
	return (
		<Ask
			title={t(plan ? 'part.change' : 'plan.new')}
			submit={t('save')}
			wide
			fields={[
				{
					name: 'kind',
					label: t('f.kind'),
					is: 'choice',
					need: true,
					options: wordsOf('plan_kind', PLAN_KINDS),
					start: plan?.kind ?? 'security_plan',
				},
				{ name: 'title', label: t('f.title'), need: true, start: plan?.title ?? '' },
				{ name: 'floor', label: t('f.floor'), start: plan?.floor ?? '' },
				{
					name: 'sections',
					label: t('f.text'),
					is: 'text',
					hint: t('plan.hint'),
					start: textOf(plan?.sections),
				},
			]}
			onSend={async ({ sections, ...rest }) => {
				const body = {
					...rest,
					...(typeof sections === 'string' && { sections: sectionsOf(sections) }),
					...(sections === null && { sections: [] }),
				}
				if (plan) await patch(`/plans/${plan.id}`, body)
				else await post('/plans', { ...body, site })
			}}
			onClose={onClose}
		/>
	)
}

export function Withdraw({ path, is }: { path: string; is: boolean }) {
	return (
		<Do
			label={t(is ? 'part.restore' : 'part.withdraw')}
			run={() => void attempt(() => patch(path, { withdrawn: !is }))}
		/>
	)
}

/* --- points ----------------------------------------------------------------------- */

interface PointsProps {
	site: Id
	at: Site | undefined
	keeper: Keeper
	isCameras?: boolean
}

export function Points({ site, at, keeper, isCameras = false }: PointsProps) {
	const all = useParts<Point>(`/points?site=${site}`)
	const [editing, setEditing] = useState<Point | 'new'>()
	if (!all) return <Loading />
	const shown = all.filter((one) => (one.kind === 'camera') === isCameras && !one.withdrawn)
	const gone = all.filter((one) => (one.kind === 'camera') === isCameras && one.withdrawn)
	return (
		<>
			{keeper === 'full' && (
				<p>
					<Do
						label={t(isCameras ? 'camera.new' : 'point.new')}
						tone="main"
						run={() => setEditing('new')}
					/>
				</p>
			)}
			{shown.length === 0 && <Empty text={t(isCameras ? 'camera.none' : 'point.none')} />}
			<Sketch points={shown} site={at} />
			<ol class="cards">
				{shown.map((one, k) => (
					<OnePoint
						key={one.id}
						n={k + 1}
						point={one}
						keeper={keeper}
						onEdit={setEditing}
					/>
				))}
			</ol>
			{keeper === 'full' && gone.length > 0 && (
				<details>
					<summary>{t('part.withdrawn')}</summary>
					<ul class="people">
						{gone.map((one) => (
							<li key={one.id} class="row wrap">
								<bdi class="grow">{one.name}</bdi>
								<Withdraw path={`/points/${one.id}`} is />
							</li>
						))}
					</ul>
				</details>
			)}
			{keeper !== 'none' && !isCameras && <Visits site={site} points={all} />}
			{editing && (
				<PointEditor
					site={site}
					point={editing === 'new' ? undefined : editing}
					isCamera={isCameras}
					onClose={() => setEditing(undefined)}
				/>
			)}
		</>
	)
}

const ROUND_TONE = { on_time: 'good', late: 'warn', missed: 'bad' } as const

interface OneProps {
	n: number
	point: Point
	keeper: Keeper
	onEdit: (point: Point) => void
}

function OnePoint({ n, point, keeper, onEdit }: OneProps) {
	const [isHere, setHere] = useState(false)
	const isMissed = point.round === 'missed'
	const { lat, lon } = point.position ?? {}
	return (
		<li class={`post ${isMissed ? 'bar-P1' : ''}`} data-id={point.id}>
			<p class="row wrap">
				<b class="num nth">{n}</b>
				<strong class="grow" dir="auto">
					{point.name}
				</strong>
				<span class="chip">{t(`point_kind.${point.kind}`)}</span>
				{point.round && (
					<span class={`chip ${ROUND_TONE[point.round]}`}>
						{t(`round.${point.round}`)}
						{isMissed && (point.missed_in_row ?? 0) > 1 && (
							<bdi class="num"> ×{point.missed_in_row}</bdi>
						)}
					</span>
				)}
			</p>
			<Facts
				rows={[
					[t('f.floor'), point.floor && <bdi>{point.floor}</bdi>],
					[
						t('f.position'),
						lat !== undefined && lon !== undefined && (
							<bdi class="num ltr">
								{lat.toFixed(5)}, {lon.toFixed(5)}
							</bdi>
						),
					],
					[t('camera.view'), point.azimuth_deg !== undefined && viewOf(point)],
					[t('round.every'), point.every_s && scheduleOf(point)],
					[t('round.due'), point.due_at && <When at={point.due_at} />],
					[
						t('round.checked'),
						point.checked_at && (
							<span>
								<When at={point.checked_at} /> <bdi>{point.checked_name}</bdi>
							</span>
						),
					],
				]}
			/>
			<Prose text={point.note} />
			<p class="row wrap doings">
				{keeper !== 'none' && point.kind !== 'camera' && (
					<Do label={t('round.here')} tone="main" run={() => setHere(true)} />
				)}
				{keeper === 'full' && (
					<>
						<Do label={t('part.change')} run={() => onEdit(point)} />
						<Withdraw path={`/points/${point.id}`} is={false} />
					</>
				)}
			</p>
			{isHere && (
				<Ask
					title={t('round.here')}
					submit={t('round.here')}
					fields={[{ name: 'note', label: t('f.note') }]}
					onSend={(body) => post(`/points/${point.id}/check_in`, body)}
					onClose={() => setHere(false)}
				/>
			)}
		</li>
	)
}

function viewOf(point: Point): string {
	return listed([
		t('camera.to', { n: point.azimuth_deg ?? 0 }),
		...(point.fov_deg ? [t('camera.wide', { n: point.fov_deg })] : []),
		...(point.range_m ? [t('camera.far', { n: point.range_m })] : []),
	])
}

function scheduleOf(point: Point) {
	return (
		<span>
			{t('minutes', { n: Math.round((point.every_s ?? 0) / 60) })}
			{point.from && (
				<>
					{' · '}
					<bdi class="num">
						{point.from}–{point.to}
					</bdi>
				</>
			)}
		</span>
	)
}

/* Where they are to one another, north up: no map, and none is needed at a gate. */
function Sketch({ points, site }: { points: readonly Point[]; site: Site | undefined }) {
	const marks = sketch(points, site?.position)
	if (marks.length === 0) return null
	return (
		<svg
			class="sketch"
			viewBox="-100 -100 200 200"
			role="img"
			aria-label={t('point.sketch', { site: nameOf(site) })}
			direction="ltr"
		>
			<path class="axis" d="M0 -96V96M-96 0H96" />
			<text class="north" x="0" y="-88">
				N
			</text>
			{marks.map((one) => one.view && <path key={one.n} class="view" d={one.view} />)}
			{marks.map((one) => (
				<g key={one.n}>
					{one.isCamera ? (
						<circle class="mark" cx={one.x} cy={one.y} r="6" />
					) : (
						<rect class="mark" x={one.x - 6} y={one.y - 6} width="12" height="12" />
					)}
					<text x={one.x} y={one.y + 3}>
						{one.n}
					</text>
				</g>
			))}
		</svg>
	)
}

const VISIT_TONE = { made: 'good', late: 'warn', extra: '', missed: 'bad' } as const

function Visits({ site, points }: { site: Id; points: readonly Point[] }) {
	const found = useParts<Visit>(`/visits?site=${site}`, 30)
	if (!found || found.length === 0) return null
	return (
		<section>
			<h3 class="dim">{t('round.log')}</h3>
			<ol class="people">
				{found.map((one) => (
					<li key={one.id} class="row wrap">
						<When at={one.at ?? one.due_at} />
						<span class={`chip ${VISIT_TONE[one.state]}`}>{t(`visit.${one.state}`)}</span>
						<bdi>{points.find((p) => p.id === one.point)?.name}</bdi>
						<bdi class="dim">{one.by_name}</bdi>
						<bdi>{one.note}</bdi>
					</li>
				))}
			</ol>
		</section>
	)
}

const text = (value: number | undefined) => (value === undefined ? '' : String(value))
const isPost = (values: Values) => values.kind !== 'camera'

function placeFields(point: Point | undefined): Field[] {
	const number = (name: string, start: number | undefined, more: object = {}): Field => ({
		name,
		label: t(`f.${name}`),
		is: 'number',
		start: text(start),
		...more,
	})
	return [
		{ name: 'floor', label: t('f.floor'), start: point?.floor ?? '' },
		number('lat', point?.position?.lat),
		number('lon', point?.position?.lon),
		number('height_m', point?.height_m),
	]
}

function PointEditor({
	site,
	point,
	isCamera,
	onClose,
}: {
	site: Id
	point: Point | undefined
	isCamera: boolean
	onClose: () => void
}) {
	const minutes = (seconds: number | undefined) =>
		seconds === undefined ? '' : String(seconds / 60)
	const number = (name: string, start: string, when?: Field['when']): Field => ({
		name,
		label: t(`f.${name}`),
		is: 'number',
		start,
		...(when && { when }),
	})
	const fields: Field[] = [
		{ name: 'name', label: t('f.name'), need: true, start: point?.name ?? '' },
		{
			name: 'kind',
			label: t('f.kind'),
			is: 'choice',
			need: true,
			options: wordsOf('point_kind', isCamera ? ['camera'] : POST_KINDS),
			start: point?.kind ?? (isCamera ? 'camera' : 'guard_post'),
		},
		...placeFields(point),
		...(isCamera
			? [
					number('azimuth_deg', text(point?.azimuth_deg)),
					number('fov_deg', text(point?.fov_deg)),
					number('range_m', text(point?.range_m)),
				]
			: [
					number('every_min', minutes(point?.every_s), isPost),
					number('grace_min', minutes(point?.grace_s), isPost),
					{ name: 'from', label: t('f.round_from'), start: point?.from ?? '' },
					{ name: 'to', label: t('f.round_to'), start: point?.to ?? '' },
				]),
		{ name: 'note', label: t('f.note'), is: 'text', start: point?.note ?? '' },
	]
	return (
		<Ask
			title={t(point ? 'part.change' : isCamera ? 'camera.new' : 'point.new')}
			submit={t('save')}
			wide
			fields={fields}
			onSend={async ({ lat, lon, every_min, grace_min, ...rest }) => {
				const seconds = (value: unknown) =>
					typeof value === 'number' ? Math.round(value * 60) : value
				const isPlaced = typeof lat === 'number' && typeof lon === 'number'
				const body = {
					...rest,
					...(isPlaced && { position: { lat, lon } }),
					...(point?.position && !isPlaced && { position: null }),
					...(every_min !== undefined && { every_s: seconds(every_min) }),
					...(grace_min !== undefined && { grace_s: seconds(grace_min) }),
				}
				if (point) await patch(`/points/${point.id}`, body)
				else await post('/points', { ...body, site })
			}}
			onClose={onClose}
		/>
	)
}

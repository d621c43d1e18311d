/* SPDX-License-Identifier: Apache-2.0 */
/* Audits, inspections and drills of a site, and what was found wrong, until somebody else
 * than mended it has looked again. */
import { useState } from 'preact/hooks'
import { getAll, patch, post } from '../api/client'
import type { Id } from '../api/types'
import { listed, nameOf, t } from '../lib/i18n'
import { Ask } from './ask'
import { linesOf, MOVES } from './book'
import { wordsOf } from './form'
import { Empty, Facts, Loading, Prose, When } from './parts'
import { Do } from './place'
import { Withdraw } from './register_parts'
import { type Keeper, useParts } from './registers'
import { attempt } from './say'
import { newestFirst } from './state'
import { type Finding, REVIEW_KINDS, type Review, WEIGHTS } from './types'
import { toField } from './when'

export function Reviews({ site, keeper }: { site: Id; keeper: Keeper }) {
	const reviews = useParts<Review>(`/reviews?site=${site}`)
	const findings = useParts<Finding>(`/findings?site=${site}`)
	const [editing, setEditing] = useState<Review | 'new'>()
	if (!reviews || !findings) return <Loading />
	const late = findings.filter((one) => one.overdue).length
	return (
		<>
			<p class="row wrap">
				<Do label={t('review.new')} tone="main" run={() => setEditing('new')} />
				{late > 0 && <span class="chip bad">{t('finding.late_ones', { n: late })}</span>}
			</p>
			{reviews.length === 0 && <Empty text={t('review.none')} />}
			{[...reviews].sort(newestFirst).map((one) => (
				<OneReview
					key={one.id}
					review={one}
					findings={findings.filter((f) => f.review === one.id)}
					keeper={keeper}
					onEdit={setEditing}
				/>
			))}
			{editing && (
				<ReviewEditor
					site={site}
					review={editing === 'new' ? undefined : editing}
					keeper={keeper}
					onClose={() => setEditing(undefined)}
				/>
			)}
		</>
	)
}

interface OneProps {
	review: Review
	findings: readonly Finding[]
	keeper: Keeper
	onEdit: (review: Review) => void
}

function OneReview({ review, findings, keeper, onEdit }: OneProps) {
	const [isFinding, setFinding] = useState(false)
	const isFull = keeper === 'full'
	return (
		<article class={`post ${review.withdrawn ? 'over' : ''}`} data-id={review.id}>
			<p class="row wrap">
				<span class="chip">{t(`review_kind.${review.kind}`)}</span>
				<span class="grow" />
				<When at={review.held_at} />
			</p>
			<h3 dir="auto">{review.title}</h3>
			<Facts
				rows={[
					[t('f.reviewer'), review.reviewer && <bdi>{review.reviewer}</bdi>],
					[
						t('f.duration_min'),
						review.duration_min !== undefined && t('minutes', { n: review.duration_min }),
					],
					[t('f.those_present'), listed(review.participants ?? [])],
				]}
			/>
			<Prose text={review.remarks} />
			{findings.length > 0 && <h4>{t('finding.title')}</h4>}
			<ul class="cards">
				{findings.map((one) => (
					<OneFinding key={one.id} finding={one} keeper={keeper} />
				))}
			</ul>
			{(isFull || review.kind === 'drill') && (
				<p class="row wrap doings">
					{isFull && !review.withdrawn && (
						<Do label={t('finding.new')} run={() => setFinding(true)} />
					)}
					<Do label={t('part.change')} run={() => onEdit(review)} />
					<Withdraw path={`/reviews/${review.id}`} is={review.withdrawn === true} />
				</p>
			)}
			{isFinding && <FindingEditor review={review.id} onClose={() => setFinding(false)} />}
		</article>
	)
}

interface ReviewProps {
	site: Id
	review: Review | undefined
	keeper: Keeper
	onClose: () => void
}

function ReviewEditor({ site, review, keeper, onClose }: ReviewProps) {
	const kinds = keeper === 'full' ? REVIEW_KINDS : (['drill'] as const)
	return (
		<Ask
			title={t(review ? 'part.change' : 'review.new')}
			submit={t('save')}
			wide
			fields={[
				{
					name: 'kind',
					label: t('f.kind'),
					is: 'choice',
					need: true,
					options: wordsOf('review_kind', kinds),
					when: () => !review,
				},
				{ name: 'title', label: t('f.title'), need: true, start: review?.title ?? '' },
				{
					name: 'held_at',
					label: t('f.held_at'),
					is: 'time',
					need: true,
					start: toField(review?.held_at),
				},
				{
					name: 'duration_min',
					label: t('f.duration_min'),
					is: 'number',
					start: review?.duration_min === undefined ? '' : String(review.duration_min),
				},
				{ name: 'reviewer', label: t('f.reviewer'), start: review?.reviewer ?? '' },
				{
					name: 'participants',
					label: t('f.those_present'),
					is: 'text',
					hint: t('review.hint'),
					start: (review?.participants ?? []).join('\n'),
				},
				{
					name: 'remarks',
					label: t('f.remarks'),
					is: 'text',
					start: review?.remarks ?? '',
				},
			]}
			onSend={async ({ participants, ...rest }) => {
				const body = {
					...rest,
					...(typeof participants === 'string' && { participants: linesOf(participants) }),
					...(participants === null && { participants }),
				}
				if (review) await patch(`/reviews/${review.id}`, body)
				else await post('/reviews', { ...body, site })
			}}
			onClose={onClose}
		/>
	)
}

/* --- findings --------------------------------------------------------------------- */

const STATE_TONE = {
	open: 'warn',
	mended: '',
	re_checked: 'good',
	closed: 'good',
	accepted_risk: '',
} as const

function OneFinding({ finding, keeper }: { finding: Finding; keeper: Keeper }) {
	const [moving, setMoving] = useState<string>()
	const [isEditing, setEditing] = useState(false)
	const moves = MOVES[finding.state].filter((to) => keeper === 'full' || to === 'mended')
	const path = `/findings/${finding.id}`
	return (
		<li class={`finding ${finding.overdue ? 'bar-P1' : ''}`} data-id={finding.id}>
			<p class="row wrap">
				<span class={`chip ${finding.overdue ? 'bad' : STATE_TONE[finding.state]}`}>
					{t(`finding_state.${finding.state}`)}
				</span>
				<span class="chip">{t(`weight.${finding.severity}`)}</span>
				<span class="grow" />
				<span class="dim">
					{t('f.due_at')} <When at={finding.due_at} />
				</span>
			</p>
			<Prose text={finding.text} />
			{finding.state_name && (
				<p class="dim">
					<When at={finding.state_at} /> <bdi>{finding.state_name}</bdi>{' '}
					<bdi>{finding.reason}</bdi>
				</p>
			)}
			<p class="row wrap doings">
				{moves.map((to) => (
					<Do
						key={to}
						label={t(`finding_move.${to}`)}
						run={() =>
							to === 'accepted_risk'
								? setMoving(to)
								: void attempt(() => patch(path, { state: to }))
						}
					/>
				))}
				{keeper === 'full' && finding.state === 'open' && (
					<Do label={t('part.change')} run={() => setEditing(true)} />
				)}
			</p>
			{moving && (
				<Ask
					title={t('finding_move.accepted_risk')}
					submit={t('finding_move.accepted_risk')}
					danger
					fields={[{ name: 'reason', label: t('f.reason'), is: 'text', need: true }]}
					onSend={(body) => patch(path, { ...body, state: moving })}
					onClose={() => setMoving(undefined)}
				/>
			)}
			{isEditing && (
				<FindingEditor
					review={finding.review}
					finding={finding}
					onClose={() => setEditing(false)}
				/>
			)}
		</li>
	)
}

interface Person {
	id: Id
	name: string
	name_ur?: string
}

function FindingEditor({
	review,
	finding,
	onClose,
}: {
	review: Id
	finding?: Finding
	onClose: () => void
}) {
	const [people, setPeople] = useState<readonly Person[]>()
	if (!people) {
		void getAll<Person>('/people?state=active')
			.catch(() => [])
			.then(setPeople)
		return null
	}
	return (
		<Ask
			title={t(finding ? 'part.change' : 'finding.new')}
			submit={t('save')}
			fields={[
				{
					name: 'text',
					label: t('f.found'),
					is: 'text',
					need: true,
					start: finding?.text ?? '',
				},
				{
					name: 'severity',
					label: t('f.weight'),
					is: 'choice',
					need: true,
					options: wordsOf('weight', WEIGHTS),
					start: finding?.severity ?? 'medium',
				},
				{
					name: 'due_at',
					label: t('f.due_at'),
					is: 'time',
					need: true,
					start: toField(finding?.due_at),
				},
				{
					name: 'owner',
					label: t('f.owner'),
					is: 'choice',
					options: people.map((one) => ({ id: one.id, label: nameOf(one) })),
					start: finding?.owner ?? '',
				},
			]}
			onSend={(body) =>
				finding
					? patch(`/findings/${finding.id}`, body)
					: post('/findings', { ...body, review })
			}
			onClose={onClose}
		/>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What was done about an incident, and a note that is added to it. */
import { useSignal } from '@preact/signals'
import type { Incident, TimelineEntry } from '../api/types'
import { language, t, word } from '../lib/i18n'
import { formatWhen } from '../lib/time'
import { Bdi } from '../ui/parts'
import { note } from './actions'
import { runsOf } from './runs'

export function Notes({ incident }: { incident: Incident }) {
	const text = useSignal('')
	const shared = useSignal(false)
	const isJoint = (incident.partners?.length ?? 0) > 0
	return (
		<form
			class="row wrap note-form"
			onSubmit={(e) => {
				e.preventDefault()
				const said = text.value.trim()
				if (!said) return
				note(incident, said, isJoint && shared.value).then(
					() => {
						text.value = ''
					},
					() => undefined,
				)
			}}
		>
			<input
				id="note"
				class="input"
				dir="auto"
				aria-label={t('note.label')}
				placeholder={t('note.label')}
				value={text.value}
				onInput={(e) => {
					text.value = e.currentTarget.value
				}}
			/>
			{isJoint && (
				<label class="row">
					<input
						type="checkbox"
						checked={shared.value}
						onChange={(e) => {
							shared.value = e.currentTarget.checked
						}}
					/>
					<span>{t('note.shared')}</span>
				</label>
			)}
			<button type="submit" class="btn">
				{t('note.add')} <kbd>N</kbd>
			</button>
		</form>
	)
}

export function Timeline({ incident }: { incident: Incident }) {
	return (
		<section class="card">
			<h3>{t('timeline.title')}</h3>
			<ol class="timeline">
				{runsOf(incident.timeline ?? []).map(({ entries }) => {
					const [newest, ...older] = entries
					/* By its first event, so that a run stays open while it grows. */
					const key = entries[entries.length - 1]?.seq
					if (older.length === 0) return <TimelineLine key={key} entry={newest} />
					return (
						<li key={key} class="run">
							<details>
								<summary>
									<Bdi>{entries.length} ×</Bdi> <TimelineText entry={newest} />,{' '}
									{t('timeline.last')} <Bdi>{formatWhen(newest.at, language.value)}</Bdi>
								</summary>
								<ol>
									{entries.map((entry) => (
										<TimelineLine key={entry.seq} entry={entry} />
									))}
								</ol>
							</details>
						</li>
					)
				})}
			</ol>
		</section>
	)
}

function TimelineLine({ entry }: { entry: TimelineEntry }) {
	return (
		<li>
			<Bdi>{formatWhen(entry.at, language.value)}</Bdi>
			<span>
				<TimelineText entry={entry} />
			</span>
		</li>
	)
}

/* Some texts are words of a list, not a person's. */
function textOf({ type, text }: TimelineEntry): string {
	if (type === 'incident.escalated') return word('escalated', text)
	if (type === 'assignment.explained') return word('override', text)
	return text ?? ''
}

function TimelineText({ entry }: { entry: TimelineEntry }) {
	return (
		<>
			<b>{word('event', entry.type)}</b> {entry.callsign && <Bdi>{entry.callsign}</Bdi>}{' '}
			{entry.file ? (
				<a href={`/api/v1/files/${encodeURIComponent(entry.file)}/content`} download>
					{t('timeline.recording')}
				</a>
			) : (
				entry.text && <span dir="auto">{textOf(entry)}</span>
			)}{' '}
			{entry.note && <bdi>{entry.note}</bdi>}{' '}
			{entry.by === 'voice' && <span class="dim">{t('timeline.voice')}</span>}{' '}
			{entry.actor_name && <bdi class="dim">{entry.actor_name}</bdi>}
		</>
	)
}

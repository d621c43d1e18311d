/* SPDX-License-Identifier: Apache-2.0 */
/* The question after an offer of another unit than the one suggested first. */
import { useSignal } from '@preact/signals'
import { t } from '../lib/i18n'
import { Bdi } from '../ui/parts'
import { answerWhy, explainChoice } from './actions'
import { REASON_KEYS, REASONS } from './choice'
import { type Asked, asked, stopAsking } from './override'

export function Why() {
	const now = asked.value
	if (!now) return null
	return (
		<section class="why-ask" aria-labelledby="why-title">
			<p id="why-title" role="status">
				<Bdi>{now.made.map((one) => one.callsign).join(', ')}</Bdi>{' '}
				{now.first ? t('override.ask', { first: now.first }) : t('override.ask_again')}
			</p>
			{now.isWriting ? <Words asked={now} /> : <Codes />}
		</section>
	)
}

function Codes() {
	return (
		<div class="row wrap">
			{REASONS.map((reason, n) => (
				<button
					key={reason}
					type="button"
					class="btn small"
					onClick={() => answerWhy(reason)}
				>
					<kbd>{REASON_KEYS[n]}</kbd> {t(`override.${reason}`)}
				</button>
			))}
			<button type="button" class="btn small" onClick={stopAsking}>
				{t('override.later')}
			</button>
		</div>
	)
}

function Words({ asked: { made } }: { asked: Asked }) {
	const text = useSignal('')
	return (
		<form
			class="row"
			key={made[0]?.id}
			onSubmit={(e) => {
				e.preventDefault()
				const said = text.value.trim()
				if (said) explainChoice('other', said)
			}}
		>
			<input
				class="input grow"
				dir="auto"
				maxLength={400}
				aria-label={t('override.words')}
				placeholder={t('override.words')}
				ref={(field) => field?.focus()}
				value={text.value}
				onInput={(e) => {
					text.value = e.currentTarget.value
				}}
				onKeyDown={(e) => {
					if (e.key === 'Escape') stopAsking()
				}}
			/>
			<button type="submit" class="btn main" disabled={text.value.trim() === ''}>
				{t('save')}
			</button>
		</form>
	)
}

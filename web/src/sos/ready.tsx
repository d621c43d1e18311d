/* SPDX-License-Identifier: Apache-2.0 */
/* Before a press: the button, and nothing that has to be answered. A phone that is not
 * enrolled can call too; what it may say about itself stands below the button. */
import { useState } from 'preact/hooks'
import { saveHeads } from '../lib/heads'
import { HoldButton } from '../ui/hold'
import {
	enrolling,
	enrolment,
	heads,
	person,
	press,
	ready,
	setSilent,
	silent,
} from './call'
import { install, installAdvice } from './install'
import { Name, Say } from './parts'
import { placeState, watchPlace } from './place'
import { text } from './words'

export function Ready({ onTest }: { onTest: () => void }) {
	const [where, setWhere] = useState('')
	const [what, setWhat] = useState('')
	const isKnown = enrolment.value !== undefined || person.value !== undefined
	const send = () => {
		const message = [where.trim(), what.trim()].filter(Boolean).join(' — ')
		void press(message ? { message } : {})
	}
	return (
		<>
			<HoldButton
				tone="sos"
				label="SOS"
				hint={text('hold')}
				holding={text('holding')}
				armed={text('armed')}
				onPress={send}
			/>
			<Enrolling />
			{ready.value && !isKnown && (
				<section class="card">
					<h2>
						<Say k="unenrolled" />
					</h2>
					<p>
						<Say k="unenrolled_press" />
					</p>
					<Field k="where" value={where} onInput={setWhere} />
					<Field k="what_text" value={what} onInput={setWhat} />
					<p class="dim">
						<Say k="unenrolled_how" />
					</p>
				</section>
			)}
			<div class="pair">
				<button
					type="button"
					class="btn"
					aria-pressed={silent.value}
					title={text('silent_hint')}
					onClick={() => setSilent(!silent.value)}
				>
					<Say k="silent" />
				</button>
				{isKnown && (
					<button type="button" class="btn" onClick={onTest}>
						<Say k="test" />
					</button>
				)}
			</div>
			{placeState.value === 'unknown' && isKnown && <AskPlace />}
			<InstallAdvice />
			{heads.value.length > 0 && <Proofs />}
		</>
	)
}

interface FieldProps {
	k: string
	value: string
	onInput: (value: string) => void
}

function Field({ k, value, onInput }: FieldProps) {
	return (
		<label class="field">
			<span>
				<Say k={k} />
			</span>
			<input
				class="input"
				dir="auto"
				maxLength={300}
				autocomplete="off"
				value={value}
				onInput={(e) => onInput(e.currentTarget.value)}
			/>
		</label>
	)
}

function Enrolling() {
	const site = enrolment.value?.site.name
	const sentence = {
		no: undefined,
		going: 'enrolling',
		waiting: 'enrol_offline',
		failed: 'enrol_failed',
		done: 'enrolled',
	}[enrolling.value]
	return (
		<p class={enrolling.value === 'failed' ? 'note bad' : 'note'} role="status">
			{sentence && <Say k={sentence} values={{ site: site ?? '' }} />}
		</p>
	)
}

/* Asking for the place belongs to a quiet minute, not to the press. */
function AskPlace() {
	return (
		<button type="button" class="btn wide" onClick={watchPlace}>
			<Say k="place_allow" />
		</button>
	)
}

function InstallAdvice() {
	const advice = installAdvice.value
	if (advice === 'none' || !enrolment.value) return null
	return (
		<section class="card">
			<p>
				<Say k={advice === 'ios' ? 'install_ios' : 'install_other'} />
			</p>
			{advice === 'offered' && (
				<button type="button" class="btn main" onClick={() => void install()}>
					<Say k="install" />
				</button>
			)}
		</section>
	)
}

export function Proofs() {
	const newest = heads.value.at(-1)
	if (!newest) return null
	return (
		<details class="card">
			<summary>
				✓ <Say k="proof_n" values={{ n: newest.seq, at: newest.at.slice(0, 10) }} />
			</summary>
			<p class="dim">
				<Say k="proof_explain" />
			</p>
			<p class="ltr hash">
				<Name>{`${newest.seq}:${newest.hash}`}</Name>
			</p>
			<button type="button" class="btn" onClick={() => saveHeads(heads.value)}>
				<Say k="proof_save" />
			</button>
		</details>
	)
}

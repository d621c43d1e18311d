/* SPDX-License-Identifier: Apache-2.0 */
/* After a press: what has become of it in plain sentences, then what the caller may add.
 * Never a spinner. */
import { useState } from 'preact/hooks'
import { formatClockShort } from '../lib/time'
import type { Item } from '../state/outbox'
import { HoldButton } from '../ui/hold'
import {
	add,
	additions,
	cancel,
	current,
	dark,
	durable,
	emergencyNumber,
	now,
	online,
	press,
	putAway,
	silent,
} from './call'
import { Name, Say } from './parts'
import { Pictogram } from './pictograms'
import { place, placeState } from './place'
import { Proofs } from './ready'
import { headline, isAnswered, isClosed, isUnanswered, type Line, linesOf } from './stages'
import { text } from './words'

const KINDS = ['attack', 'intrusion', 'threat', 'medical', 'fire', 'traffic']
const PHRASES = ['p_silent', 'p_hiding', 'p_armed', 'p_injured', 'p_safe', 'p_quiet']

export function Following() {
	const item = current.value
	if (!item) return null
	const isTest = item.press.test === true
	const lines = linesOf(item, online.value)
	const large = headline(lines)
	const isOver = isClosed(item) || (isTest && large?.say === 'test_done')
	return (
		<>
			{isTest && <TestBand />}
			<section class={`stages ${isTest ? 'test' : ''}`} aria-live="polite">
				{item.answer && (
					<p class="dim">
						<Say k="number" values={{ n: '' }} /> <Name>{item.answer.number}</Name>
					</p>
				)}
				{large && <Headline line={large} />}
				<Warnings item={item} />
				<ol>
					{lines.filter(isListed).map((line) => (
						<StageRow key={line.say} line={line} isLarge={line === large} />
					))}
				</ol>
			</section>
			{!isTest && !isOver && <PlaceLine />}
			{!isTest && !isOver && <Kinds item={item} />}
			{!isTest && !isOver && <Tell />}
			{(isOver || isTest) && (
				<button type="button" class="btn main wide" onClick={putAway}>
					<Say k="back" />
				</button>
			)}
			{!isTest && !isOver && (
				<div class="pair">
					<button type="button" class="btn" onClick={() => (dark.value = true)}>
						<Say k="silent_now" />
					</button>
				</div>
			)}
			{!isTest && !isOver && <Cancel item={item} />}
			{!isTest && (
				<HoldButton
					tone="again"
					label="SOS"
					hint={text('new_call')}
					holding={text('holding')}
					armed={text('armed')}
					onPress={() => void press()}
				/>
			)}
			<Proofs />
		</>
	)
}

/* What is only on this phone is said large and once. */
function isListed(line: Line): boolean {
	return line.say !== 'saved' && line.say !== 'waiting'
}

export function TestBand() {
	return (
		<p class="testband">
			<strong>
				<Say k="test_word" />
			</strong>{' '}
			<Say k="test_explain" />
		</p>
	)
}

function Headline({ line }: { line: Line }) {
	return (
		<h2 class="headline">
			<Say k={line.say} />
		</h2>
	)
}

function StageRow({ line, isLarge }: { line: Line; isLarge: boolean }) {
	return (
		<li class={line.done ? 'done' : 'yet'}>
			<Pictogram name={line.done ? 'done' : 'yet'} />
			<span class="grow">
				{/* who cannot see that the row is grey must not hear it as a fact */}
				{!line.done && (
					<span class="hidden">
						<Say k="not_yet" />{' '}
					</span>
				)}
				<span class={isLarge ? 'now' : ''}>
					<Say k={line.say} />
				</span>
				{line.detail && (
					<span class="detail" dir="auto">
						{line.detail}
					</span>
				)}
			</span>
			{line.done && line.at && (
				<time dateTime={line.at} class="num">
					{formatClockShort(Date.parse(line.at))}
				</time>
			)}
		</li>
	)
}

function Warnings({ item }: { item: Item }) {
	const n = emergencyNumber.value
	const isTest = item.press.test === true
	return (
		<>
			{!durable.value && !item.answer && (
				<p class="note bad" role="alert">
					<Say k="no_storage" values={{ n }} />
				</p>
			)}
			{item.answer?.trust === 'unverified' && (
				<p class="note warn">
					<Say k="unverified" />
				</p>
			)}
			{item.cancelAsked && (
				<p class="note warn" role="status">
					<Say
						k="cancel_done"
						values={{ time: formatClockShort(Date.parse(item.cancelAsked)) }}
					/>
				</p>
			)}
			{item.answer?.telephone && !isClosed(item) && !isAnswered(item) && (
				<p class="note bad" role="alert">
					<Say k="telephone_now" values={{ n: item.answer.phone ?? n }} />
				</p>
			)}
			{isUnanswered(item, now.value) && !isClosed(item) && (
				<p class="note warn" role="alert">
					<Say k={isTest && item.answer ? 'test_late' : 'not_answered'} values={{ n }} />
				</p>
			)}
		</>
	)
}

function PlaceLine() {
	const m = place.value?.accuracy_m
	if (placeState.value === 'known' && m !== undefined)
		return (
			<p class="note">
				<Say k="place_known" values={{ m }} />
			</p>
		)
	return (
		<p class={placeState.value === 'off' ? 'note warn' : 'note'}>
			<Say k={placeState.value === 'off' ? 'place_off' : 'place_searching'} />
		</p>
	)
}

function Kinds({ item }: { item: Item }) {
	const told = additions.value.find((one) => one.press.kind) ?? item
	const chosen = told.press.kind
	return (
		<section aria-labelledby="what">
			<h3 id="what">
				<Say k="what" />
			</h3>
			<div class="grid3">
				{KINDS.map((kind) => (
					<button
						key={kind}
						type="button"
						class="btn tile"
						aria-pressed={chosen === kind}
						disabled={chosen !== undefined && chosen !== kind}
						onClick={() => chosen === undefined && void add({ kind })}
					>
						<Pictogram name={kind} />
						<Say k={`kind_${kind}`} />
					</button>
				))}
			</div>
		</section>
	)
}

function Tell() {
	const [words, setWords] = useState('')
	const told = additions.value.filter((one) => one.press.message)
	const isTold = (message: string) => told.some((one) => one.press.message === message)
	const send = (event: Event) => {
		event.preventDefault()
		const message = words.trim()
		if (!message) return
		setWords('')
		void add({ message })
	}
	return (
		<section aria-labelledby="tell">
			<h3 id="tell">
				<Say k="tell" />
			</h3>
			<div class="grid2">
				{PHRASES.map((phrase) => (
					<button
						key={phrase}
						type="button"
						class="btn phrase"
						aria-pressed={isTold(text(phrase))}
						onClick={() => !isTold(text(phrase)) && void add({ message: text(phrase) })}
					>
						<Pictogram name={phrase} />
						<Say k={phrase} />
					</button>
				))}
			</div>
			<form class="write" onSubmit={send}>
				<input
					class="input"
					dir="auto"
					maxLength={500}
					autocomplete="off"
					aria-label={text('write')}
					placeholder={text('write')}
					value={words}
					onInput={(e) => setWords(e.currentTarget.value)}
				/>
				<button type="submit" class="btn">
					<Say k="send" />
				</button>
			</form>
			<ul class="told" aria-live="polite">
				{told.map((one) => (
					<li key={one.key}>
						<bdi>{one.press.message}</bdi>{' '}
						<span class="dim">
							<Say k={one.answer ? 'sent' : 'queued'} />
						</span>
					</li>
				))}
			</ul>
		</section>
	)
}

type Asking = 'no' | 'code' | 'going' | 'failed' | 'refused'

function Cancel({ item }: { item: Item }) {
	const [asking, setAsking] = useState<Asking>('no')
	const [code, setCode] = useState('')
	if (item.cancelAsked) return null
	if (asking === 'no')
		return (
			<button
				type="button"
				class="btn wide quiet"
				disabled={!item.answer}
				onClick={() => setAsking('code')}
			>
				<Say k={item.answer ? 'cancel' : 'cancel_early'} />
			</button>
		)
	const send = async (event: Event) => {
		event.preventDefault()
		setAsking('going')
		const typed = code
		setCode('')
		const outcome = await cancel(typed)
		setAsking(outcome === 'asked' ? 'no' : outcome)
	}
	return (
		<form class="card" onSubmit={(e) => void send(e)}>
			<label class="field">
				<span>
					<Say k="cancel_code" />
				</span>
				<input
					class="input code"
					type="password"
					inputMode="numeric"
					autocomplete="off"
					maxLength={12}
					value={code}
					onInput={(e) => setCode(e.currentTarget.value)}
				/>
			</label>
			{(asking === 'failed' || asking === 'refused') && (
				<p class="note bad" role="alert">
					<Say k={asking === 'failed' ? 'cancel_failed' : 'cancel_refused'} />
				</p>
			)}
			<div class="pair">
				<button type="button" class="btn main" onClick={() => setAsking('no')}>
					<Say k="keep" />
				</button>
				<button type="submit" class="btn" disabled={asking === 'going'}>
					<Say k="cancel_send" />
				</button>
			</div>
		</form>
	)
}

/* Black glass: nothing on it to see from the side. Two quick touches bring the page back. */
export function Dark() {
	const [touched, setTouched] = useState(0)
	const leave = () => {
		const at = performance.now()
		if (at - touched < 600) dark.value = false
		setTouched(at)
	}
	return (
		<button
			type="button"
			class="dark"
			aria-label={text('dark_hint')}
			onClick={leave}
			data-silent={silent.value}
		/>
	)
}

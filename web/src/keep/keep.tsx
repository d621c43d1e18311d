/* SPDX-License-Identifier: Apache-2.0 */
/* The page: what is held, what was erased and what waits for a second person, and what
 * goes by rule. The lists are asked for again twice a minute and after each change. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { language, t, word } from '../lib/i18n'
import { formatWhen, serverNow } from '../lib/time'
import { me, needSession } from '../state/session'
import { Bdi, LanguageSwitch } from '../ui/parts'
import { cycleTheme } from '../ui/start'
import { WorldBanner } from '../ui/strip'
import { Toasts } from '../ui/toasts'
import { AskErasure, Decide, Lift, SetHold } from './forms'
import {
	type Erasure,
	erasures,
	failed,
	type Hold,
	holds,
	kindOf,
	labelOf,
	load,
	loadChoices,
	retention,
} from './records'
import { mayDecide, mayEraseIncident, mayErasePerson, mayHold, mayLift } from './rights'
import './keep.css'

const AGAIN_MS = 30_000
const DAY_MS = 86_400_000

export type Open =
	| { what: 'hold' }
	| { what: 'lift'; hold: Hold }
	| { what: 'erase' }
	| { what: 'decide'; erasure: Erasure; approve: boolean }

const open = signal<Open | undefined>(undefined)
const close = () => {
	open.value = undefined
}

export function Keep() {
	useEffect(() => {
		void needSession().then(async () => {
			await load()
			await loadChoices()
		})
		const again = setInterval(() => {
			if (me.peek() && !document.hidden) void load()
		}, AGAIN_MS)
		addEventListener('keydown', onKey)
		return () => {
			clearInterval(again)
			removeEventListener('keydown', onKey)
		}
	}, [])
	const who = me.value
	if (!who) return <p class="pageload">{t('keep.coming')}</p>
	const shown = open.value
	return (
		<div class="keep">
			<header class="strip">
				<h1 class="clip">
					{t('keep.title')} · <bdi>{who.node.name}</bdi>
				</h1>
				<span class="grow" />
				<a class="who" href="/?home">
					<bdi>{who.name}</bdi>
				</a>
				<LanguageSwitch />
				<button
					type="button"
					class="btn small"
					aria-label={t('keep.theme')}
					onClick={cycleTheme}
				>
					◐
				</button>
			</header>
			<WorldBanner />
			<main>
				{failed.value && (
					<p class="wrong" role="alert">
						{t('keep.failed')} {failed.value}{' '}
						<button type="button" class="btn small" onClick={() => void load()}>
							{t('keep.again')}
						</button>
					</p>
				)}
				{mayHold(who) && <Holds />}
				<Erasures />
				<Rules />
			</main>
			{shown?.what === 'hold' && <SetHold onClose={close} />}
			{shown?.what === 'lift' && <Lift hold={shown.hold} onClose={close} />}
			{shown?.what === 'erase' && <AskErasure onClose={close} />}
			{shown?.what === 'decide' && (
				<Decide erasure={shown.erasure} approve={shown.approve} onClose={close} />
			)}
			<Toasts />
		</div>
	)
}

/* H: hold something. E: ask for an erasure. */
function onKey(event: KeyboardEvent): void {
	const who = me.peek()
	const isTyping = (event.target as HTMLElement).closest('input, textarea, select, dialog')
	if (!who || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
	const key = event.key.toLowerCase()
	if (key === 'h' && mayHold(who)) open.value = { what: 'hold' }
	else if (key === 'e' && (mayErasePerson(who) || mayEraseIncident(who)))
		open.value = { what: 'erase' }
	else return
	event.preventDefault()
}

function Subject({ id }: { id: string }) {
	return (
		<>
			{t(`subject.${kindOf(id)}`)} <Bdi>{labelOf(id)}</Bdi>
		</>
	)
}

function When({ at }: { at: string | undefined }) {
	return <bdi class="num">{formatWhen(at, language.value)}</bdi>
}

/* Who, when and why: one cell, so that a row stays readable on a phone. */
function Act({
	name,
	at,
	why,
}: {
	name: string | undefined
	at: string | undefined
	why: string | undefined
}) {
	if (!at) return <span class="dim">–</span>
	return (
		<>
			<bdi>{name ?? '–'}</bdi> · <When at={at} />
			{why && (
				<p class="why">
					<bdi>{why}</bdi>
				</p>
			)}
		</>
	)
}

function Empty({ list, text }: { list: readonly unknown[] | undefined; text: string }) {
	if (list === undefined)
		return failed.value ? null : <p class="dim none">{t('keep.coming')}</p>
	return list.length === 0 ? <p class="dim none">{text}</p> : null
}

function Holds() {
	const who = me.value
	const list = holds.value
	return (
		<section class="panel" aria-labelledby="holds-title">
			<header class="row wrap">
				<h2 id="holds-title">{t('holds.title')}</h2>
				<span class="grow" />
				<button
					type="button"
					class="btn main"
					onClick={() => {
						open.value = { what: 'hold' }
					}}
				>
					{t('holds.set')} <kbd>H</kbd>
				</button>
			</header>
			<p class="dim">{t('holds.note')}</p>
			<Empty list={list} text={t('holds.none')} />
			{list && list.length > 0 && (
				<div class="scroll" tabIndex={0} role="region" aria-labelledby="holds-title">
					<table class="table">
						<thead>
							<tr>
								<th>{t('holds.what')}</th>
								<th>{t('holds.set_by')}</th>
								<th>{t('holds.state')}</th>
								<th>{t('holds.lifted_by')}</th>
								<th>{t('keep.act')}</th>
							</tr>
						</thead>
						<tbody>
							{list.map((one) => (
								<tr key={one.id}>
									<th scope="row">
										<Subject id={one.subject} />
										{one.since && (
											<p class="dim">
												<When at={one.since} /> – <When at={one.until} />
											</p>
										)}
									</th>
									<td data-label={t('holds.set_by')}>
										<Act name={one.set_name} at={one.set_at} why={one.reason} />
									</td>
									<td>
										<span class={one.state === 'active' ? 'chip warn' : 'chip'}>
											{t(`hold_state.${one.state}`)}
										</span>
									</td>
									<td data-label={t('holds.lifted_by')}>
										<Act name={one.lifted_name} at={one.lifted_at} why={one.lift_reason} />
									</td>
									<td>
										{who && mayLift(who, one) ? (
											<button
												type="button"
												class="btn small"
												onClick={() => {
													open.value = { what: 'lift', hold: one }
												}}
											>
												{t('holds.lift')}
											</button>
										) : (
											one.state === 'active' && (
												<span class="dim">{t('holds.another')}</span>
											)
										)}
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
		</section>
	)
}

const TONES = { asked: 'warn', approved: 'warn', refused: '', done: 'good' } as const

function Erasures() {
	const who = me.value
	const list = erasures.value
	return (
		<section class="panel" aria-labelledby="erasures-title">
			<header class="row wrap">
				<h2 id="erasures-title">{t('erasures.title')}</h2>
				<span class="grow" />
				{who && (mayErasePerson(who) || mayEraseIncident(who)) && (
					<button
						type="button"
						class="btn"
						onClick={() => {
							open.value = { what: 'erase' }
						}}
					>
						{t('erasures.ask')} <kbd>E</kbd>
					</button>
				)}
			</header>
			<p class="dim">{t('erasures.note')}</p>
			<Empty list={list} text={t('erasures.none')} />
			{list && list.length > 0 && (
				<div class="scroll" tabIndex={0} role="region" aria-labelledby="erasures-title">
					<table class="table">
						<thead>
							<tr>
								<th>{t('holds.what')}</th>
								<th>{t('erasures.asked_by')}</th>
								<th>{t('holds.state')}</th>
								<th>{t('erasures.decided_by')}</th>
								<th>{t('erasures.done_at')}</th>
								<th>{t('keep.act')}</th>
							</tr>
						</thead>
						<tbody>
							{list.map((one) => (
								<tr key={one.id}>
									<th scope="row">
										<Subject id={one.subject} />
									</th>
									<td data-label={t('erasures.asked_by')}>
										<Act name={one.asked_name} at={one.asked_at} why={one.reason} />
									</td>
									<td>
										<span class={`chip ${TONES[one.state]}`}>
											{word('erasure_state', one.state)}
										</span>
									</td>
									<td data-label={t('erasures.decided_by')}>
										<Act name={one.decided_name} at={one.decided_at} why={one.decision} />
									</td>
									<td data-label={t('erasures.done_at')}>
										{one.done_at ? <When at={one.done_at} /> : '–'}
									</td>
									<td>{who && <Choices who={who} one={one} />}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
		</section>
	)
}

function Choices({ who, one }: { who: NonNullable<typeof me.value>; one: Erasure }) {
	if (one.state !== 'asked') return null
	if (!mayDecide(who, one)) return <span class="dim">{t('erasures.another')}</span>
	const button = (approve: boolean, label: string) => (
		<button
			type="button"
			class={approve ? 'btn small alarm' : 'btn small'}
			onClick={() => {
				open.value = { what: 'decide', erasure: one, approve }
			}}
		>
			{label}
		</button>
	)
	return (
		<div class="row wrap">
			{button(true, t('erasures.approve'))}
			{button(false, t('erasures.refuse'))}
		</div>
	)
}

/* What the next sweep takes is of before this day, unless it is held. */
const dueBefore = (days: number) =>
	new Date(serverNow() - days * DAY_MS).toISOString().slice(0, 10)

function Rules() {
	const told = retention.value
	if (!told) return null
	return (
		<section class="panel" aria-labelledby="rules-title">
			<h2 id="rules-title">{t('rules.title')}</h2>
			<p class="dim">
				{told.swept_at ? (
					<>
						{t('rules.swept_at')} <When at={told.swept_at} />.{' '}
					</>
				) : (
					`${t('rules.never')} `
				)}
				{t('rules.holds', { n: told.holds })}
			</p>
			<div class="scroll" tabIndex={0} role="region" aria-labelledby="rules-title">
				<table class="table">
					<thead>
						<tr>
							<th>{t('rules.what')}</th>
							<th class="num">{t('rules.term')}</th>
							<th>{t('rules.next')}</th>
							<th class="num">{t('rules.last')}</th>
							<th>{t('rules.how')}</th>
						</tr>
					</thead>
					<tbody>
						{told.rules.map((one) => (
							<tr key={one.what}>
								<th scope="row">{t(`rule.${one.what}`)}</th>
								<td class="num" data-label={t('rules.term')}>
									<bdi>{t('age.d', { n: one.days })}</bdi>
								</td>
								<td data-label={t('rules.next')}>
									<bdi>{t('rules.before', { day: dueBefore(one.days) })}</bdi>
								</td>
								<td class="num" data-label={t('rules.last')}>
									{one.swept}
								</td>
								<td>{t(`rule_how.${one.what}`)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
			<p class="dim">{t('rules.note')}</p>
		</section>
	)
}

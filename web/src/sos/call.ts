/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the SOS page: who this phone is, what it has pressed, what came of it,
 * and the few things that it does about it. The views draw from here and call in here. */
import { computed, effect, signal } from '@preact/signals'
import { headKeeper, KEEP_MS } from '../lib/heads'
import { type Item, Outbox, type Place, type Press } from '../state/outbox'
import { Follower } from './follow'
import { place, placeNow, stopPlace, watchIfAllowed, watchPlace } from './place'
import { dropFact, fact, forgetOld, headShelf, keepFact, shelf } from './shelf'
import { isClosed, isOpen } from './stages'
import {
	askCancel,
	type Caller,
	deliverAs,
	type Enrolment,
	enrol,
	newestHead,
	Refused,
	refine,
	siteSession,
	stagesOf,
} from './wire'
import { CODES, isChosen, language, speak } from './words'

export const enrolment = signal<Enrolment | undefined>(undefined)
export const enrolling = signal<'no' | 'going' | 'waiting' | 'failed' | 'done'>('no')
export const person = signal<{ csrf: string; name: string } | undefined>(undefined)
/* False until the shelf has been read: an enrolled phone must not flash as unknown. */
export const ready = signal(false)
export const items = signal<readonly Item[]>([])
export const durable = signal(true)
export const online = signal(navigator.onLine)
export const silent = signal(localStorage.getItem('kumak.sos.silent') === '1')
export const dark = signal(false)
export const now = signal(Date.now())

const caller = computed<Caller>(() => {
	if (enrolment.value) return { token: enrolment.value.token }
	return person.value ? { csrf: person.value.csrf } : {}
})

const proofs = headKeeper(headShelf, () => newestHead(caller.value))
export const heads = proofs.kept

/* What the screen is about: the newest press that was not put away. */
export const current = computed(() =>
	items.value.findLast((item) => !item.about && !item.put_away),
)
export const additions = computed(() =>
	items.value.filter(
		(item) => item.about !== undefined && item.about === current.value?.key,
	),
)
export const emergencyNumber = computed(() => enrolment.value?.phones.emergency ?? '15')

const outbox = new Outbox(
	shelf,
	deliverAs(() => caller.value),
	() => {
		items.value = outbox.items
		durable.value = outbox.durable
	},
	{
		now: Date.now,
		random: Math.random,
		after: (ms, run) => setTimeout(run, ms),
	},
)

export async function begin(): Promise<void> {
	const code = takeCode()
	await outbox.load()
	try {
		enrolment.value = await fact<Enrolment>('enrolment')
		await proofs.open()
		void forgetOld(Date.now())
	} catch {
		durable.value = false
	}
	ready.value = true
	watchLink()
	setInterval(() => {
		now.value = Date.now()
	}, 1_000)
	void watchIfAllowed()
	void outbox.hurry()
	if (enrolment.value) void proofs.keep()
	setInterval(() => enrolment.value && void proofs.keep(), KEEP_MS)
	await useInvitation(code ?? (await waitingCode()))
	if (!enrolment.value) person.value = await siteSession().catch(() => undefined)
}

/* The code leaves the address at once: it must not stay in a history or a screenshot. */
function takeCode(): string | undefined {
	const code = decodeURIComponent(location.hash.slice(1))
	if (location.hash) history.replaceState(null, '', location.pathname + location.search)
	return code || undefined
}

async function waitingCode(): Promise<string | undefined> {
	return fact<string>('invitation').catch(() => undefined)
}

async function useInvitation(code: string | undefined): Promise<void> {
	if (!code) return
	enrolling.value = 'going'
	await keepFact('invitation', code).catch(() => undefined)
	try {
		const made = await enrol(code)
		await keepFact('enrolment', made)
		enrolment.value = made
		enrolling.value = 'done'
		await dropFact('invitation')
		void navigator.storage?.persist?.()
		if (!isChosen()) {
			const spoken = CODES.find((known) => known === made.language)
			if (spoken) await speak(spoken, false)
		}
		void proofs.keep()
	} catch (error) {
		const isFinal = error instanceof Refused && error.status < 500 && error.status !== 429
		enrolling.value = isFinal ? 'failed' : 'waiting'
		if (isFinal) await dropFact('invitation').catch(() => undefined)
	}
}

function watchLink(): void {
	const back = () => {
		online.value = navigator.onLine
		if (!online.value || document.visibilityState === 'hidden') return
		void outbox.hurry()
		follower?.nudge()
		void holdScreen()
		if (enrolling.value === 'waiting') void waitingCode().then(useInvitation)
	}
	addEventListener('online', back)
	addEventListener('offline', back)
	document.addEventListener('visibilitychange', back)
}

/* The press itself. Nothing is asked before it, nothing is waited for. */
export async function press(more: Partial<Press> = {}): Promise<void> {
	const at = Date.now()
	const position = placeNow(at)
	const call: Press = {
		key: crypto.randomUUID(),
		language: language.value,
		at: new Date(at).toISOString(),
		...(enrolment.value && { site: enrolment.value.site.id }),
		...(position && { position }),
		...(silent.value && { silent: true }),
		...more,
	}
	if (silent.value && !call.test) dark.value = true
	else navigator.vibrate?.([60, 40, 120])
	watchPlace()
	void holdScreen()
	await outbox.add(call)
}

/* Something said after the press: a kind, a sentence, a first place. */
export async function add(
	more: Pick<Press, 'kind' | 'message' | 'position'>,
): Promise<void> {
	const about = current.value
	if (!about) return
	await outbox.add(
		{
			key: crypto.randomUUID(),
			language: language.value,
			at: new Date().toISOString(),
			...(about.press.site && { site: about.press.site }),
			...(about.press.silent && { silent: true }),
			...(about.press.test && { test: true }),
			...more,
		},
		about.key,
	)
}

/* What it made of the code is not this phone's to know, but for a code that is wrong. */
export async function cancel(code: string): Promise<'asked' | 'refused' | 'failed'> {
	const item = current.value
	if (!item?.answer) return 'failed'
	try {
		if (!(await askCancel(item.answer.signal, caller.value, code))) return 'refused'
	} catch {
		return 'failed'
	}
	await outbox.update(item.key, { cancelAsked: new Date().toISOString() })
	follower?.nudge()
	return 'asked'
}

export function putAway(): void {
	const item = current.value
	for (const one of items.value)
		if (one.key === item?.key || (isClosed(one) && !one.about))
			void outbox.update(one.key, { put_away: true })
}

export function setSilent(on: boolean): void {
	silent.value = on
	localStorage.setItem('kumak.sos.silent', on ? '1' : '0')
}

/* Following: one press at a time, the one on the screen. */
let follower: Follower | undefined
let followed: string | undefined

effect(() => {
	const item = current.value
	const signalId = item?.answer && !isClosed(item) ? item.answer.signal : undefined
	const who = caller.value
	const key = signalId && `${signalId} ${who.token ?? who.csrf ?? ''}`
	if (key === followed) return
	followed = key
	follower?.stop()
	follower = undefined
	if (!signalId || !item?.answer) return
	follower = new Follower(who, item.answer, () => void refresh(item.key, signalId, who))
	follower.start()
})

async function refresh(key: string, signalId: string, who: Caller): Promise<void> {
	try {
		const stages = await stagesOf(signalId, who)
		if (!stages) return
		const known = items.value.find((item) => item.key === key)
		if (JSON.stringify(known?.stages) === JSON.stringify(stages)) return
		await outbox.update(key, { stages })
		if (!silent.value) navigator.vibrate?.(80)
		void proofs.keep()
	} catch {
		/* The line or the slow clock asks again. */
	}
}

/* Better places follow the press: each 10 s for two minutes, then each 30 s. */
const CLOSE_MS = 10_000
const WIDE_MS = 30_000
const CLOSE_FOR_MS = 120_000
let placed = { key: '', at: 0 }

effect(() => {
	const item = current.value
	const known = place.value
	if (!item || !isOpen(item)) {
		if (items.peek().length > 0) stopPlace()
		return
	}
	if (!known || !item.answer || item.press.test) return
	const hadNone = placed.key !== item.key && !item.press.position
	const since = Date.now() - (placed.key === item.key ? placed.at : item.made)
	const pause = Date.now() - item.made < CLOSE_FOR_MS ? CLOSE_MS : WIDE_MS
	if (!hadNone && since < pause) return
	placed = { key: item.key, at: Date.now() }
	void sendPlace(item, known, hadNone)
})

async function sendPlace(item: Item, known: Place & { seen: number }, isFirst: boolean) {
	if (!item.answer) return
	const { seen: _, ...position } = known
	if (await refine(item.answer.signal, caller.value, position)) return
	/* The first place is too important to be lost to an older server. */
	if (isFirst) await add({ position })
}

/* The screen stays on while help is awaited. */
let lock: WakeLockSentinel | undefined

async function holdScreen(): Promise<void> {
	const item = current.value
	if (!item || !isOpen(item) || document.visibilityState !== 'visible') return
	try {
		if (!lock || lock.released) lock = await navigator.wakeLock?.request('screen')
	} catch {
		/* Low battery, or a browser without it. */
	}
}

effect(() => {
	const item = current.value
	if (item && isOpen(item)) return
	void lock?.release()
	lock = undefined
})

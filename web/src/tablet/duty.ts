/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the tablet: the crew's unit, its assignments, its link, and what waits to
 * be sent. Lists are loaded once and again when an event says so; nothing polls. */
import { computed, effect, signal } from '@preact/signals'
import { ApiError, get, getAll, post } from '../api/client'
import { type LinkState, Live, liveUrl } from '../api/live'
import { wholeUnit } from '../api/records'
import type { Assignment, AssignmentStatus, KumakEvent, Session, Unit } from '../api/types'
import { language, t } from '../lib/i18n'
import { startAlarm, stopAlarm } from '../lib/sound'
import { learnServerTime, serverNow } from '../lib/time'
import { type Answer, type Item, Outbox } from '../state/outbox'
import { me, needSession } from '../state/session'
import { toast } from '../ui/toasts'
import { here, share } from './sharing'
import { distressShelf, keptShelf, saidShelf } from './shelf'
import { maySay, type Said, Statuses, shownState } from './statuses'

export const unit = signal<Unit | undefined>(undefined)
export const assignments = signal<readonly Assignment[]>([])
export const waiting = signal<readonly Said[]>([])
export const link = signal<LinkState>('connecting')
export const heardAt = signal(0)
export const now = signal(serverNow())
export const loaded = signal(false)
export const chosen = signal<string | undefined>(undefined)
export const distress = signal<Item | undefined>(undefined)
export const isDistressDurable = signal(true)

/* The browser knows a dead radio sooner than silence tells. */
const isOnline = signal(navigator.onLine)
export const isCutOff = computed(() => link.value === 'lost' || !isOnline.value)

export const isOnDuty = computed(() => unit.value?.shift.on === true)

/* As the crew sees them: moved on by what it has said. */
export const shown = computed(() =>
	assignments.value.map((one) => ({ ...one, state: shownState(one, waiting.value) })),
)
export const offers = computed(() =>
	shown.value.filter(
		(one) =>
			one.state === 'offered' &&
			(!one.expires_at || Date.parse(one.expires_at) > now.value),
	),
)
export const active = computed(() =>
	shown.value.filter((one) => ['accepted', 'en_route', 'on_scene'].includes(one.state)),
)
export const selected = computed(
	() => active.value.find((one) => one.id === chosen.value) ?? active.value[0],
)

const statuses = new Statuses(saidShelf, sendStatus, () => {
	waiting.value = statuses.waiting
})

const calls = new Outbox(
	distressShelf,
	async (item) => {
		const answer = await post<Answer>('/sos', item.press)
		return { answer }
	},
	() => {
		distress.value = calls.items.findLast((item) => !item.put_away)
		isDistressDurable.value = calls.durable
	},
	{ now: Date.now, random: Math.random, after: (ms, run) => setTimeout(run, ms) },
)

let live: Live | undefined
let refetching: ReturnType<typeof setTimeout> | undefined
const GATHER_MS = 150
const PATIENCE_MS = 3_000

/* The session, by which the server takes what the crew says of its assignments: without
 * it that waits, and is not given up. A distress call is tried all the same. */
let session: Session | undefined

/* Without a link the tablet opens with what it was last told, and says as of when. */
async function showKept(): Promise<void> {
	const kept = await keptShelf.get(Date.now())
	if (session || !kept) return
	me.value = kept.session
	unit.value = kept.unit
	assignments.value = kept.assignments
	heardAt.value = kept.at
	link.value = 'lost'
	loaded.value = true
}

async function signIn(): Promise<Session> {
	const patience = setTimeout(
		() => void showKept().catch(() => undefined),
		navigator.onLine ? PATIENCE_MS : 0,
	)
	const found = await needSession(() => keptShelf.drop())
	clearTimeout(patience)
	return found
}

export async function openDuty(): Promise<void> {
	setInterval(() => {
		now.value = serverNow()
	}, 500)
	addEventListener('offline', () => {
		isOnline.value = false
	})
	addEventListener('online', () => {
		isOnline.value = true
		live?.nudge()
		onLinkBack()
	})
	void statuses.load()
	void calls.load().then(() => calls.hurry())
	session = await signIn()
	void statuses.flush()
	void calls.hurry()
	const seq = await get<{ seq: number }>('/head').then(
		(head) => head.seq,
		() => 0,
	)
	live = new Live(liveUrl(), seq, {
		event: onEvent,
		fixes: () => undefined,
		resync: async (at) => {
			await load()
			return at
		},
		link: (state) => {
			link.value = state
			if (state !== 'live') return
			heardAt.value = serverNow()
			onLinkBack()
		},
		time: (at) => {
			learnServerTime(at)
			heardAt.value = Date.parse(at)
		},
		revoked: () => location.replace('/'),
	})
	live.start()
	document.addEventListener('visibilitychange', () => {
		live?.nudge()
		if (session?.unit) share(session.unit, isOnDuty.value)
		void holdScreen()
	})
	effect(() => {
		if (session?.unit) share(session.unit, isOnDuty.value)
		void holdScreen()
	})
	effect(() => {
		if (offers.value.length > 0) startAlarm('new_p1')
		else stopAlarm()
	})
	await load().catch(() => undefined)
}

function onLinkBack(): void {
	if (session) void load().catch(() => undefined)
	void statuses.flush()
	void calls.hurry()
}

function onEvent(event: KumakEvent): void {
	heardAt.value = Math.max(heardAt.value, Date.parse(event.at))
	const { data } = event
	const isOurs =
		data.unit === me.value?.unit ||
		data.id === me.value?.unit ||
		assignments.value.some((one) => one.id === data.id || one.incident === data.incident)
	if (!isOurs || refetching !== undefined) return
	refetching = setTimeout(() => {
		refetching = undefined
		void load().catch(() => undefined)
	}, GATHER_MS)
}

async function load(): Promise<void> {
	const id = me.value?.unit
	if (!id) {
		loaded.value = true
		return
	}
	const [one, list] = await Promise.all([
		get<Unit>(`/units/${encodeURIComponent(id)}`),
		getAll<Assignment>('/assignments?state=open'),
	])
	unit.value = wholeUnit(one)
	assignments.value = list.filter((item) => item.unit === id)
	loaded.value = true
	if (session) void keep(session, unit.value).catch(() => undefined)
}

/* For a start without a link; off duty there is nothing to keep. */
async function keep(signed: Session, own: Unit): Promise<void> {
	if (!own.shift.on) return keptShelf.drop()
	/* The word that a session's requests carry is not for the disk. */
	const known = { ...signed, csrf: '' }
	await keptShelf.put({
		session: known,
		unit: own,
		assignments: assignments.value,
		at: serverNow(),
	})
}

export async function setShift(on: boolean): Promise<void> {
	const id = me.value?.unit
	if (!id) return
	try {
		await post(`/units/${encodeURIComponent(id)}/shift`, { on })
		await load()
	} catch (error) {
		if (error instanceof ApiError && error.status === 409) toast(t('shift.assigned'), 'bad')
		else toast(t('failed'), 'bad')
	}
}

export function say(assignment: Assignment, status: AssignmentStatus): void {
	if (!maySay(assignment.state, status)) return
	void statuses.say({
		key: crypto.randomUUID(),
		assignment: assignment.id,
		status,
		at: new Date(serverNow()).toISOString(),
	})
}

async function sendStatus({ key, assignment, status, at }: Said) {
	if (!session) return 'again' as const
	try {
		await post(`/assignments/${encodeURIComponent(assignment)}/status`, { status, at, key })
		await load().catch(() => undefined)
		return 'taken' as const
	} catch (error) {
		const isFinal =
			error instanceof ApiError &&
			error.status >= 400 &&
			error.status < 500 &&
			![401, 408, 429].includes(error.status) &&
			error.code !== 'bad_csrf' // the session is another one: it is asked for anew
		if (error instanceof ApiError && error.code === 'bad_csrf')
			session = await needSession()
		if (!isFinal) return 'again' as const
		toast(t('status.refused', { status: t(`say.${status}`) }), 'bad')
		await load().catch(() => undefined)
		return 'refused' as const
	}
}

/* The officer's own SOS. It does not need a shift, an assignment or a link to begin. */
export async function callDistress(): Promise<void> {
	navigator.vibrate?.([60, 40, 120])
	await calls.add({
		key: crypto.randomUUID(),
		kind: 'officer_distress',
		language: language.value,
		at: new Date().toISOString(),
		...(here.value && { position: here.value }),
	})
}

export function hideDistress(): void {
	const item = distress.value
	if (item?.answer) void calls.update(item.key, { put_away: true })
}

let lock: WakeLockSentinel | undefined

async function holdScreen(): Promise<void> {
	if (!isOnDuty.value) {
		void lock?.release()
		lock = undefined
		return
	}
	if (document.visibilityState !== 'visible') return
	try {
		if (!lock || lock.released) lock = await navigator.wakeLock?.request('screen')
	} catch {
		/* Low battery, or a browser without it. */
	}
}

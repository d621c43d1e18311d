/* SPDX-License-Identifier: Apache-2.0 */
/* What the liaison room knows: who is here, its channels and posts, and the lists of the
 * other places, each loaded when it is first looked at. The live line says what changed;
 * what it names is fetched, gathered, and nothing polls. */
import { batch, computed, signal } from '@preact/signals'
import { ApiError, get, getAll, post } from '../api/client'
import { type LinkState, Live, liveUrl } from '../api/live'
import type { Agency, Id, Incident, KumakEvent, Page, Session, Site } from '../api/types'
import { learnServerTime, serverNow } from '../lib/time'
import { me, needSession } from '../state/session'
import { type Route, readRoute, writeRoute } from './route'
import { lastShelf } from './shelf'
import type {
	Action,
	Advisory,
	Audience,
	Calendar,
	Channel,
	DutyPhone,
	Export,
	Grant,
	Matter,
	Meeting,
	Order,
	Person,
	Post,
	Series,
} from './types'

const GATHER_MS = 150
const PATIENCE_MS = 3_000
const PAGE = 50

export const route = signal<Route>(readRoute(location.hash))
export const link = signal<LinkState>('connecting')
export const heardAt = signal(0)
export const now = signal(serverNow())
export const loaded = signal(false)
export const revoked = signal(false)

export const channels = signal<readonly Channel[]>([])
export const posts = signal<ReadonlyMap<Id, Post>>(new Map())
/* Channels whose newest posts are here, and where older ones begin. */
export const opened = signal<ReadonlyMap<Id, string | null>>(new Map())

/* Missions and companies speak with the police side; the police side with all. */
export const isDesk = computed(() => {
	const who = me.value
	if (!who?.is_control) return false
	return ['dispatcher', 'supervisor', 'duty_officer', 'liaison'].includes(who.role)
})
const GUESTS = ['mission', 'company', 'other']
export const ownAgency = signal<Agency | undefined>(undefined)
export const isGuest = computed(() => {
	const kind = ownAgency.value?.kind
	return kind === undefined || GUESTS.includes(kind)
})
/* The foreigners' security cell keeps protected people of all missions. */
export const isCell = computed(
	() =>
		ownAgency.value?.is_cell === true &&
		['administrator', 'liaison'].includes(me.value?.role ?? ''),
)
export const isCommand = computed(
	() =>
		!isGuest.value && ['supervisor', 'duty_officer'].includes(me.value?.role ?? 'board'),
)

/* --- places ----------------------------------------------------------------- */

export function go(next: Route): void {
	const hash = writeRoute(next)
	if (location.hash !== hash) location.hash = hash
	route.value = next
}

addEventListener('hashchange', () => {
	route.value = readRoute(location.hash)
})

/* --- lists of the other places ------------------------------------------------ */

export interface Lists {
	advisories: Advisory
	series: Series
	meetings: Meeting
	calendars: Calendar
	matters: Matter
	actions: Action
	orders: Order
	duty_phones: DutyPhone
	grants: Grant
	incidents: Incident
	sites: Site
	exports: Export
	people: Person
}
type ListName = keyof Lists
const LISTS: Readonly<Record<ListName, true>> = {
	advisories: true,
	series: true,
	meetings: true,
	calendars: true,
	matters: true,
	actions: true,
	orders: true,
	duty_phones: true,
	grants: true,
	incidents: true,
	sites: true,
	exports: true,
	people: true,
}

const lists = signal<Partial<{ [K in ListName]: readonly Lists[K][] }>>({})
const wanted = new Set<ListName>()

export function listOf<K extends ListName>(name: K): readonly Lists[K][] | undefined {
	if (!wanted.has(name)) {
		wanted.add(name)
		refetch(name)
	}
	return lists.value[name] as readonly Lists[K][] | undefined
}

async function loadList(name: ListName): Promise<void> {
	try {
		const found = await getAll(`/${name}`, null, 2_000)
		lists.value = { ...lists.value, [name]: found }
	} catch (error) {
		/* A role that may not read it sees it empty. */
		if (error instanceof ApiError && [403, 404].includes(error.status))
			lists.value = { ...lists.value, [name]: [] }
	}
}

/* What an event changes beside its own noun's list: an agenda names matters, whom a
 * grant lets in sees an incident. */
const TOUCHES: Readonly<Record<string, readonly ListName[]>> = {
	advisory: ['advisories'],
	series: ['series'],
	meeting: ['meetings', 'matters', 'actions'],
	matter: ['matters', 'meetings'],
	action: ['actions', 'meetings', 'matters'],
	order: ['orders'],
	duty_phone: ['duty_phones'],
	grant: ['grants', 'incidents'],
	incident: ['incidents'],
	assignment: ['incidents'],
	site: ['sites'],
	export: ['exports'],
	person: ['people'],
}

/* Pages that look at one record alone hear of it here. */
export const touched = signal<{ id: Id; n: number }>({ id: '', n: 0 })

type Listener = (event: KumakEvent) => void
const listeners = new Set<Listener>()

/* What comes late and wants more of an event than that something changed. */
export function onHeard(listener: Listener): () => void {
	listeners.add(listener)
	return () => listeners.delete(listener)
}

/* --- names ------------------------------------------------------------------ */

type Named = { id: Id; name: string; name_ur?: string; side?: 'hub' | 'spoke' }
export interface Somebody {
	account: Id
	name: string
	agency: Id
}
/* Whom one may name here: the node says it before anything is sent. To a mission those
 * are agencies of the police side, to the police side people too. */
export const directory = signal<{
	agencies: ReadonlyMap<Id, Named>
	people: ReadonlyMap<Id, Somebody>
}>({ agencies: new Map(), people: new Map() })

export function agencyOf(id: Id | undefined): Named | undefined {
	if (!id) return undefined
	if (id === ownAgency.value?.id) return ownAgency.value
	return directory.value.agencies.get(id)
}

async function loadDirectory(): Promise<void> {
	const agencies = new Map<Id, Named>()
	const people = new Map<Id, Somebody>()
	for (const one of channels.value.filter((c) => !c.archived)) {
		const found = await post<Audience>(`/channels/${one.id}/preview`, {
			kind: 'situation',
			text: '.',
			tlp: 'GREEN',
		}).catch(() => undefined)
		for (const agency of found?.agencies ?? []) agencies.set(agency.id, agency)
		for (const person of found?.people ?? []) people.set(person.account, person)
	}
	if (isDesk.value)
		for (const one of await getAll<Agency>('/agencies').catch(() => []))
			if (!agencies.has(one.id)) agencies.set(one.id, one)
	directory.value = { agencies, people }
}

/* --- channels and posts ------------------------------------------------------- */

export const channelOf = (id: Id | undefined) => channels.value.find((c) => c.id === id)

/* In another page than its own the room leaves nothing behind on this machine. */
let isShelved = true

async function loadChannels(): Promise<void> {
	channels.value = await getAll<Channel>('/channels')
	const session = me.value
	if (session && isShelved)
		void lastShelf
			.put({ session, channels: channels.value, at: Date.now() })
			.catch(() => undefined)
}

async function loadChannel(id: Id): Promise<void> {
	const found = await get<Channel>(`/channels/${id}`).catch(() => undefined)
	if (found) channels.value = channels.value.map((c) => (c.id === id ? found : c))
}

export function keep(found: readonly Post[]): void {
	const next = new Map(posts.value)
	for (const one of found) next.set(one.id, one)
	posts.value = next
}

function forget(id: Id): void {
	const next = new Map(posts.value)
	if (next.delete(id)) posts.value = next
}

/* Being opened: what is posted meanwhile may not be on the page that comes. */
const opening = new Map<Id, number>()

export async function openChannel(id: Id): Promise<void> {
	if (opened.value.has(id)) return
	opening.set(id, (opening.get(id) ?? 0) + 1)
	const [page, pinned] = await Promise.all([
		get<Page<Post>>(`/channels/${id}/posts?limit=${PAGE}`),
		get<Page<Post>>(`/channels/${id}/posts?limit=${PAGE}&pinned=true`),
	]).finally(() => {
		const n = (opening.get(id) ?? 1) - 1
		if (n) opening.set(id, n)
		else opening.delete(id)
	})
	batch(() => {
		keep([...pinned.items, ...page.items])
		opened.value = new Map(opened.value).set(id, page.next ?? null)
	})
}

export async function openOlder(id: Id): Promise<void> {
	const after = opened.value.get(id)
	if (!after) return
	const page = await get<Page<Post>>(
		`/channels/${id}/posts?limit=${PAGE}&after=${encodeURIComponent(after)}`,
	)
	batch(() => {
		keep(page.items)
		opened.value = new Map(opened.value).set(id, page.next ?? null)
	})
}

export const seqOf = (id: Id): number => Number(id.slice(id.lastIndexOf('.') + 1))
export const newestFirst = (a: { id: Id }, b: { id: Id }) => seqOf(b.id) - seqOf(a.id)

export function postsOf(channel: Id): Post[] {
	return [...posts.value.values()].filter((p) => p.channel === channel).sort(newestFirst)
}

export async function fetchPost(id: Id): Promise<Post | undefined> {
	try {
		const found = await get<Post>(`/posts/${id}`)
		keep([found])
		return found
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) forget(id)
		return undefined
	}
}

/* One's cursors in a channel: what came to this screen, what was on it. */
const moved = new Map<string, number>()
export function moveCursor(channel: Id, what: 'delivered' | 'read', id: Id): void {
	const known = channelOf(channel)?.cursor?.[what]
	const at = Math.max(known ? seqOf(known) : 0, moved.get(`${channel} ${what}`) ?? 0)
	if (seqOf(id) <= at) return
	moved.set(`${channel} ${what}`, seqOf(id))
	void post<Channel['cursor']>(`/channels/${channel}/cursor`, { [what]: id }).then(
		() => refetch(channel),
		() => moved.delete(`${channel} ${what}`),
	)
}

/* What came while this page was closed has come to this screen now. */
async function deliver(channel: Id): Promise<void> {
	const page = await get<Page<Post>>(`/channels/${channel}/posts?limit=1`).catch(
		() => undefined,
	)
	const newest = page?.items[0]
	if (newest) moveCursor(channel, 'delivered', newest.id)
}

/* --- what changed ------------------------------------------------------------- */

const stale = new Set<string>()
let gathering: ReturnType<typeof setTimeout> | undefined

export function refetch(...names: readonly string[]): void {
	for (const name of names) stale.add(name)
	if (gathering !== undefined) return
	gathering = setTimeout(() => {
		gathering = undefined
		const all = [...stale]
		stale.clear()
		for (const one of all) void fetchOne(one)
	}, GATHER_MS)
}

function fetchOne(name: string): Promise<unknown> {
	if (wanted.has(name as ListName)) return loadList(name as ListName)
	/* A list that nobody has looked at yet. */
	if (name in LISTS) return Promise.resolve()
	if (name === 'channels') return loadChannels().then(loadDirectory, () => undefined)
	return channelOf(name) ? loadChannel(name) : fetchPost(name)
}

function onEvent(event: KumakEvent): void {
	learnServerTime(event.at)
	heardAt.value = serverNow()
	const { type, data } = event
	const noun = type.slice(0, type.indexOf('.'))
	const about = data.incident ?? (data.post as Id | undefined) ?? data.id
	touched.value = { id: about, n: touched.value.n + 1 }
	if (noun === 'channel' || noun === 'member') refetch('channels')
	if (noun === 'post') onPost(type, data)
	for (const name of TOUCHES[noun] ?? []) if (wanted.has(name)) refetch(name)
	for (const listener of listeners) listener(event)
}

function onPost(type: string, data: KumakEvent['data']): void {
	const id = (data.post as Id | undefined) ?? data.id
	const channel = data.channel as Id | undefined
	if (type === 'post.posted' && channel) moveCursor(channel, 'delivered', id)
	if (channel) refetch(channel)
	const isShown =
		channel !== undefined && (opened.value.has(channel) || opening.has(channel))
	if (isShown || posts.value.has(id)) refetch(id)
}

async function loadAll(): Promise<void> {
	const session = me.value
	if (session && !ownAgency.value)
		ownAgency.value = await get<Agency>(`/agencies/${session.agency}`).catch(() => ({
			id: session.agency,
			name: session.agency_name,
			kind: 'mission' as const,
			is_control: session.is_control,
		}))
	await loadChannels()
	void loadDirectory()
	for (const one of channels.value) if (one.unread) void deliver(one.id)
	const again = [...opened.value.keys()]
	opened.value = new Map()
	await Promise.all(again.map((id) => openChannel(id).catch(() => undefined)))
	refetch(...wanted)
}

/* Without a link the page opens with the names of one's channels, to write by. */
async function showLast(): Promise<void> {
	const last = await lastShelf.get(Date.now())
	if (signedIn || !last) return
	batch(() => {
		me.value = last.session
		channels.value = last.channels
		heardAt.value = last.at
		link.value = 'lost'
		loaded.value = true
	})
}

let live: Live | undefined
let signedIn: Session | undefined

/* Resolves when the node knows who is here; `onLink` runs at each return of the link. */
export async function openRoom(
	onWho: (who: Session) => void,
	onLink: () => void,
	isOwnPage = true,
): Promise<void> {
	isShelved = isOwnPage
	setInterval(() => {
		now.value = serverNow()
	}, 1_000)
	const patience = setTimeout(
		() =>
			isOwnPage &&
			void showLast()
				.then(() => me.value && onWho(me.value))
				.catch(() => undefined),
		navigator.onLine ? PATIENCE_MS : 0,
	)
	signedIn = await needSession(() => lastShelf.drop())
	clearTimeout(patience)
	onWho(signedIn)
	const { seq } = await get<{ seq: number }>('/head').catch(() => ({ seq: 0 }))
	await loadAll().catch(() => undefined)
	batch(() => {
		heardAt.value = serverNow()
		loaded.value = true
	})
	live = new Live(liveUrl(), seq, {
		event: onEvent,
		fixes: () => undefined,
		resync: async (at) => {
			await loadAll()
			return at
		},
		link: (state) => {
			link.value = state
			if (state === 'live') onLink()
		},
		time: (at) => {
			learnServerTime(at)
			heardAt.value = serverNow()
		},
		revoked: () => {
			revoked.value = true
			void lastShelf.drop().catch(() => undefined)
		},
	})
	live.declare('watch', { watch: ['events', 'channels'] })
	live.start()
	addEventListener('online', () => {
		live?.nudge()
		onLink()
	})
	document.addEventListener('visibilitychange', () => live?.nudge())
}

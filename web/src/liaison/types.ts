/* SPDX-License-Identifier: Apache-2.0 */
/* The records of the liaison room on the wire. What is absent is unknown, none, or not
 * for this reader. */
import type { Id, Position, Priority, Time } from '../api/types'

export const KINDS = [
	'concern',
	'proposal',
	'question',
	'advice',
	'situation',
	'advisory',
] as const
export type Kind = (typeof KINDS)[number]
export const MARKINGS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const
export type Marking = (typeof MARKINGS)[number]

export interface Channel {
	id: Id
	name: string
	name_ur?: string
	about?: string
	shape: 'open' | 'hub'
	is_missions?: boolean
	archived?: boolean
	agency: Id
	agency_name?: string
	side?: 'hub' | 'spoke' | 'member'
	may_manage?: boolean
	hold?: boolean
	keep_days?: Readonly<Partial<Record<Kind, number>>>
	cursor?: { delivered?: Id; read?: Id }
	unread?: number
}

export interface Words {
	subject?: string
	text: string
	at?: Time
}

export interface Attachment {
	id: Id
	name: string
	media: string
	size: number
	erased_at?: Time
}

export interface Post {
	id: Id
	channel: Id
	agency: Id
	agency_name?: string
	agency_name_ur?: string
	author?: Id
	author_name?: string
	kind: Kind
	tlp: Marking
	priority: Priority
	subject?: string
	text?: string
	language?: string
	translations?: Readonly<Record<string, Words>>
	earlier?: readonly Words[]
	version: number
	posted_at: Time
	corrected_at?: Time
	correction_reason?: string
	expires_at?: Time
	reply_to?: Id
	thread?: Id
	must_ack?: 'agency' | 'person'
	ack_by?: Time
	settled_at?: Time
	acknowledged?: boolean
	pinned?: boolean
	hold?: boolean
	forward_of?: Id
	expired?: boolean
	erased_at?: Time
	attachments?: readonly Attachment[]
	mine: boolean
	from: 'hub' | 'spoke'
	seen?: { delivered: boolean; read: boolean }
}

export interface Audience {
	tlp: Marking
	priority: Priority
	agencies: readonly { id: Id; name: string; name_ur?: string; side: 'hub' | 'spoke' }[]
	people?: readonly { account: Id; name: string; agency: Id }[]
	count?: number
	sites?: readonly Id[]
}

export interface Receipts {
	readers: readonly {
		account: Id
		name: string
		agency: Id
		delivered: boolean
		read: boolean
	}[]
	acknowledged: readonly { agency?: Id; agency_name?: string; name?: string; at?: Time }[]
	owing?: readonly { agency: Id; account?: Id; name: string }[]
}

export const LANGUAGES_OF = ['ur', 'sd', 'en', 'zh'] as const
export type AdvisoryState =
	| 'draft'
	| 'pending'
	| 'issued'
	| 'updated'
	| 'cancelled'
	| 'expired'
	| 'dismissed'

export interface Advisory {
	id: Id
	state: AdvisoryState
	source?: 'own' | 'outside'
	tlp: Marking
	to?: readonly Id[]
	category: string
	event: string
	severity: string
	urgency: string
	certainty: string
	response?: string
	area_name?: string
	onset_at?: Time
	centre?: { lat: number; lon: number }
	radius_m?: number
	polygon?: { type: string; coordinates: number[][][] }
	expires_at?: Time
	issued_at?: Time
	sent_at?: Time
	ended_at?: Time
	end_reason?: string
	revision?: number
	sender?: string
	faults?: readonly string[]
	withdrawn?: boolean
	[text: string]: unknown
}

export type Answer = 'accepted' | 'declined' | 'tentative'

export interface Meeting {
	id: Id
	series?: Id
	title: string
	title_ur?: string
	state: 'planned' | 'held' | 'cancelled'
	start_at: Time
	duration_min: number
	zone: string
	place?: string
	participants?: readonly Id[]
	attendance?: readonly {
		account: Id
		agency: Id
		name?: string
		answer?: Answer
		present?: boolean
	}[]
	agenda?: readonly { id: Id; kind: 'matter' | 'action'; title?: string; state: string }[]
	times?: readonly { zone: string; local: string }[]
	minutes?: string
	shared_minutes?: string
	reason?: string
}

export interface Series {
	id: Id
	title: string
	title_ur?: string
	cadence?: string
	zone: string
	starts: string
	duration_min: number
	place?: string
	participants?: readonly Id[]
	takes_matters?: boolean
	disabled?: boolean
}

export interface Calendar {
	id: Id
	account: Id
	label?: string
	made_at?: Time
	revoked?: boolean
	url?: string
}

export interface Matter {
	id: Id
	agency: Id
	kind: 'proposal' | 'concern' | 'advice' | 'question'
	state: MatterState
	title?: string
	text?: string
	post?: Id
	meeting?: Id
	outcome?: 'agreed' | 'declined' | 'deferred'
	decision?: string
	report?: string
	deferred?: number
	[step: string]: unknown
}

export const STEPS = [
	'raised',
	'proposed',
	'on_agenda',
	'decided',
	'in_action',
	'done',
	'reported',
] as const
export type MatterState = (typeof STEPS)[number]

export interface Action {
	id: Id
	agency: Id
	owner: Id
	matter?: Id
	meeting?: Id
	agenda?: Id
	state: 'open' | 'done' | 'dropped'
	text?: string
	note?: string
	due_at: Time
	made_at?: Time
	chased_at?: Time
	escalated_at?: Time
	done_at?: Time
	carried?: number
}

export interface Order {
	id: Id
	agency: Id
	officer: Id
	state: 'issued' | 'acknowledged' | 'delivered' | 'returned' | 'accepted' | 'withdrawn'
	subject?: string
	text?: string
	due_at: Time
	issued_at?: Time
	issued_by_name?: string
	acknowledged_at?: Time
	delivered_at?: Time
	report?: string
	files?: readonly Id[]
	enclosures?: readonly Id[]
	accepted_at?: Time
	returned_at?: Time
	returns?: number
	reason?: string
	overdue_at?: Time
}

export interface DutyPhone {
	id: Id
	agency: Id
	agency_name?: string
	account?: Id
	label?: string
	phone?: string
	on?: boolean
	from?: Time
	until?: Time
}

export interface Grant {
	id: Id
	agency: Id
	to: Id
	of: 'incidents' | 'sites'
	subject?: Id
	site_class?: string
	priority?: Priority
	kind?: string
	parts?: readonly string[]
	purpose: string
	from?: Time
	until?: Time
	state: 'proposed' | 'accepted' | 'active' | 'declined' | 'withdrawn' | 'ended'
	basis?: 'hand' | 'rule' | 'joining'
	role?: 'support' | 'informed'
	proposed_name?: string
	proposed_agency?: Id
	accepted_name?: string
	accepted_at?: Time
	ended_name?: string
	ended_at?: Time
	end_reason?: string
	opened_count?: number
	opened_at?: Time
}

export interface Opening {
	id: Id
	kind?: 'grant' | 'track' | 'person' | 'search'
	what?: Id
	owner?: Id
	account_name?: string
	agency?: Id
	reason?: string
	unusual?: string[]
	found?: number
	at: Time
}

/* Names and all else that is sealed are there for who may see them. */
export interface Person {
	id: Id
	agency: Id
	kind?: (typeof PERSON_KINDS)[number]
	state?: 'active' | 'left'
	site?: Id
	residence?: Id
	name?: string
	name_ur?: string
	rank?: string
	nationality?: string
	document?: string
	needs?: string
	phones?: { label?: string; number: string }[]
	languages?: string[]
	withheld?: boolean
}
export const PERSON_KINDS = [
	'diplomat',
	'consular',
	'expert',
	'delegate',
	'dependant',
	'other',
] as const

export interface Reach {
	phone?: string
	quiet_from?: string
	quiet_to?: string
	utc_offset_min?: number
}

export interface Member {
	id: Id
	channel: Id
	agency: Id
	agency_name?: string
	account?: Id
	account_name?: string
	role?: string
	side?: 'member' | 'hub' | 'spoke'
	at?: Time
}

export interface Export {
	id: Id
	kind?: 'posts' | 'track' | 'people'
	channel?: Id
	unit?: Id
	owner?: Id
	agency: Id
	since?: Time
	until?: Time
	hash?: string
	reason: string
	state: 'asked' | 'approved' | 'refused'
	asked_by: Id
	decided_by?: Id
	asked_name?: string
	decided_name?: string
	decision?: string
	asked_at?: Time
	decided_at?: Time
	opened?: number
}

export interface CapRule {
	id: Id
	name: string
	rank?: number
	sender?: string
	event_code?: string
	severity?: string
	outcome: string
	tlp?: Marking
	disabled?: boolean
}

/* --- a site's register --------------------------------------------------------- */

export const LEVELS = ['low', 'moderate', 'substantial', 'severe', 'critical'] as const
export type Level = (typeof LEVELS)[number]

export interface Contact {
	person: Id
	role?: string
	name?: string
	name_ur?: string
	rank?: string
	phones?: readonly { label: string; number: string }[]
}

export interface Book {
	site: Id
	access: 'locked' | 'withheld' | 'open'
	basis?: 'incident' | 'two_people'
	incident?: Id
	request?: {
		glass: 'asked' | 'open' | 'ended'
		glass_reason?: string
		asked_name?: string
		asked_at?: Time
		approved_name?: string
		glass_minutes?: number
		glass_until?: Time
	}
	contacts?: readonly Contact[]
	withheld?: boolean
	level?: Level
	level_reason?: string
	level_name?: string
	level_from?: Time
	level_at?: Time
	levels?: readonly {
		level: Level
		reason?: string
		from?: Time
		at?: Time
		by?: string
	}[]
}

export interface Look {
	at: Time
	name?: string
	agency?: Id
	incident?: Id
	what?: string
}

export interface Section {
	title: string
	text: string
}

interface Part {
	id: Id
	agency: Id
	site: Id
	withdrawn?: boolean
}

export const PLAN_KINDS = ['security_plan', 'floor_plan', 'evacuation', 'other'] as const
export interface Plan extends Part {
	kind: (typeof PLAN_KINDS)[number]
	title: string
	floor?: string
	version: number
	sections?: readonly Section[]
	file?: Id
	changed_at?: Time
	changed_name?: string
}

export const POST_KINDS = ['watch_tower', 'guard_post', 'gate', 'other'] as const
export interface Point extends Part {
	kind: (typeof POST_KINDS)[number] | 'camera'
	name: string
	position?: Position
	floor?: string
	height_m?: number
	azimuth_deg?: number
	fov_deg?: number
	range_m?: number
	note?: string
	every_s?: number
	from?: string
	to?: string
	grace_s?: number
	due_at?: Time
	round?: 'on_time' | 'late' | 'missed'
	missed_in_row?: number
	checked_at?: Time
	checked_name?: string
}

export interface Visit {
	id: Id
	site: Id
	point?: Id
	state: 'made' | 'late' | 'extra' | 'missed'
	due_at?: Time
	at?: Time
	by_name?: string
	note?: string
	missed_in_row?: number
}

export const REVIEW_KINDS = ['audit', 'inspection', 'drill'] as const
export interface Review extends Part {
	kind: (typeof REVIEW_KINDS)[number]
	title: string
	held_at: Time
	duration_min?: number
	reviewer?: string
	participants?: readonly string[]
	remarks?: string
}

export const WEIGHTS = ['low', 'medium', 'high', 'critical'] as const
export interface Finding extends Part {
	review: Id
	text: string
	severity: (typeof WEIGHTS)[number]
	owner?: Id
	due_at: Time
	state: 'open' | 'mended' | 're_checked' | 'closed' | 'accepted_risk'
	reason?: string
	state_name?: string
	state_at?: Time
	overdue?: boolean
}

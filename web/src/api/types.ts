/* SPDX-License-Identifier: Apache-2.0 */
/* The records and frames on the wire, as the server writes them. A field that is absent
 * is unknown or none; nothing is null except where a list says `next`. */

import type { Landmark } from '../lib/landmark'

export type Id = string
export type Time = string

export interface Position {
	lat: number
	lon: number
	accuracy_m?: number
}

export type Role =
	| 'administrator'
	| 'dispatcher'
	| 'supervisor'
	| 'duty_officer'
	| 'responder'
	| 'site'
	| 'liaison'
	| 'oversight'
	| 'board'

export interface Session {
	account: Id
	csrf: string
	login: string
	name: string
	role: Role
	agency: Id
	agency_name: string
	is_control: boolean
	unit?: Id
	site?: Id
	world: string
	language: string
	must_change_password: boolean
	totp: boolean
	node: { id: Id; name: string }
	now: Time
}

export interface Page<T> {
	items: T[]
	next: string | null
}

export type Priority = 'P1' | 'P2' | 'P3'
export type IncidentState = 'new' | 'acknowledged' | 'active' | 'closed'
export type Trust = 'verified' | 'unverified'
export type Disposition =
	| 'handled'
	| 'false_alarm'
	| 'duplicate'
	| 'test'
	| 'handed_over'
	| 'cancelled'
export type CallbackOutcome =
	| 'confirmed_real'
	| 'confirmed_false'
	| 'no_answer'
	| 'wrong_word'
	| 'line_dead'
export type MilestoneName =
	| 'raised'
	| 'presented'
	| 'acknowledged'
	| 'offered'
	| 'dispatched'
	| 'en_route'
	| 'on_scene'
	| 'cleared'
	| 'closed'

export interface Due {
	what: 'answer' | 'dispatch' | 'arrive' | 'close'
	at: Time
	from: Time
}

export interface Incident {
	id: Id
	number: string
	world: string
	state: IncidentState
	unacknowledged: boolean
	test: boolean
	kind: string
	priority: Priority
	trust: Trust
	labels: string[]
	unit?: Id
	site?: Id
	site_name?: string
	agency?: Id
	position?: Position
	message?: string
	raised_at: Time
	milestones: Partial<Record<MilestoneName, Time>>
	acknowledged_by?: { account: Id; name: string; at: Time }
	signals_count: number
	people_count: number
	assignments_open: number
	due?: Due
	escalation?: { step: number; text: string }
	cancel?: {
		asked_at: Time
		code: 'right' | 'duress' | 'wrong' | 'none'
		held_from_site?: boolean
	}
	callback?: {
		outcome: string
		at: Time
		challenge_ok?: boolean
		phone?: string
	}
	disposition?: Disposition
	closed_by?: string
	caller?: { phone?: string; name?: string }
	late_entry?: { form: string; times: Record<string, Time> }
	/* With a single GET only. */
	assignments?: Assignment[]
	timeline?: TimelineEntry[]
	signals?: Signal[]
	roll?: RollEntry[]
	site_card?: Site
	partners?: readonly Partner[]
	landmark?: Landmark
	lead?: Id
	lead_offered?: Id
}

/* Another agency in an incident that several handle. */
export interface Partner {
	grant: Id
	agency: Id
	name: string
	name_ur?: string
	state: string
	role: 'support' | 'informed'
	leads: boolean
}

export type AssignmentState =
	| 'offered'
	| 'accepted'
	| 'en_route'
	| 'on_scene'
	| 'cleared'
	| 'declined'
	| 'timed_out'
	| 'cancelled'
export type AssignmentStatus =
	| 'accepted'
	| 'declined'
	| 'en_route'
	| 'on_scene'
	| 'cleared'
	| 'cancelled'

/* Why not the unit that was suggested first. */
export type OverrideReason =
	| 'not_free'
	| 'local_knowledge'
	| 'capability'
	| 'crew_rest'
	| 'other'

export interface Assignment {
	id: Id
	unit: Id
	callsign: string
	state: AssignmentState
	offered_at: Time
	accepted_at?: Time
	en_route_at?: Time
	on_scene_at?: Time
	cleared_at?: Time
	expires_at?: Time
	by?: string
	is_offered_at_once?: boolean
	override_reason?: OverrideReason
	override_note?: string
	incident?: Id
	incident_card?: {
		number: string
		kind: string
		priority: Priority
		site?: Id
		site_name?: string
		site_name_ur?: string
		position?: Position
		message?: string
		address?: string
		landmark?: Landmark
	}
}

export interface TimelineEntry {
	seq: number
	at: Time
	type: string
	text?: string
	note?: string
	callsign?: string
	by?: string
	actor_name?: string
	file?: Id
}

export interface Signal {
	id: Id
	at: Time
	claimed_at?: Time
	source_name: string
	kind: string
	message?: string
	position?: Position
	trust: Trust
	labels: string[]
}

export interface RollEntry {
	name: string
	count: number
	first_at: Time
	last_at: Time
}

export interface Agency {
	id: Id
	name: string
	name_ur?: string
	kind: 'police' | 'rangers' | 'mission' | 'company' | 'fire' | 'medical' | 'other'
	is_control: boolean
	is_cell?: boolean
}

export interface Site {
	id: Id
	agency: Id
	name: string
	name_ur?: string
	class: 'consulate' | 'residence' | 'project' | 'camp' | 'other'
	position: Position
	address?: string
	response_time_s: number
	link_class_s: 20 | 90 | 180
	phones: { label: string; number: string }[]
	challenge_word?: string
	last_test_at?: Time
	test_due_at?: Time
	enabled: boolean
}

export type UnitKind = 'patrol' | 'motorcycle' | 'response' | 'escort'
export type UnitState = 'off_duty' | 'available' | 'busy' | 'out_of_service'

export interface Unit {
	id: Id
	agency: Id
	callsign: string
	kind: UnitKind
	capabilities: string[]
	crew: number
	state: UnitState
	shift: { on: boolean; since?: Time }
	reason?: string
	beat?: Position
	position?: Position
	fix_at?: Time
	fix_age_s?: number
	speed_mps?: number
	course_deg?: number
	assignments: Id[]
	busy_as?: 'offered' | 'accepted' | 'en_route' | 'on_scene'
}

export interface Person {
	id: Id
	agency: Id
	name?: string
	name_ur?: string
	rank?: string
	phones?: { label?: string; number: string }[]
	languages?: string[]
	site?: Id
	unit?: Id
	state: 'active' | 'left'
	world: string
}

export interface Account {
	id: Id
	login: string
	name: string
	role: Role
	agency: Id
	unit?: Id
	site?: Id
	person?: Id
	language: string
	world: string
	disabled: boolean
	totp?: boolean
	password?: string
}

export interface Device {
	id: Id
	agency?: Id
	door: string
	identity: string
	state: 'pending' | 'bound' | 'revoked'
	bound_to?: Id
	person?: Id
	trust: Trust
	battery_pct?: number
	last_seen_at?: Time
	link: 'live' | 'late' | 'lost'
	link_at?: Time
	carrier?: string
	flags?: string[]
	signal_pct?: number
	firmware?: string
	said?: 'test' | 'restore' | 'alarm'
	said_code?: string
	said_at?: Time
	/* Its last ones, whatever they are, and when. */
	alarms?: string[]
	alarms_at?: Time
	readings?: Readings
}

/* Of its bearer: on duty, or in his own call; each with the time that it was told. */
export interface Readings {
	heart_bpm?: number
	heart_at?: Time
	systolic?: number
	diastolic?: number
	pressure_at?: Time
	spo2_pct?: number
	spo2_at?: Time
	temperature_c?: number
	temperature_at?: Time
	steps?: number
	steps_at?: Time
}

export interface DeviceOrder {
	id: Id
	device: Id
	unit?: Id
	incident?: Id
	kind: 'locate' | 'interval' | 'text' | 'ring' | 'confirm' | 'voice'
	state: 'queued' | 'sent' | 'acked' | 'refused' | 'expired'
	seconds?: number
	for_seconds?: number
	text?: string
	file?: Id
	is_automatic: boolean
	asked_name?: string
	why?: string
	at: Time
}

export interface RunCard {
	id: Id
	name: string
	site_class?: string
	kind?: string
	priority?: Priority
	units: number
	capabilities: string[]
	min_cover: number
	offer_at_once: boolean
	offer_timeout_s: number
	supervisor_s: number
	duty_officer_s: number
	repeat_s: number
	undispatched_s: number
	province_s: number
}

export interface Invitation {
	id: Id
	site: Id
	label?: string
	code?: string
	url?: string
	qr_svg?: string
	state?: 'open' | 'used' | 'expired' | 'revoked'
	created_at?: Time
	expires_at: Time
	used_at?: Time
}

export interface Recommendation {
	unit: Id
	callsign?: string
	eta_s?: number
	distance_m?: number
	fix_age_s?: number
	method: string
	reasons: string[]
}

export interface Recommendations {
	items: Recommendation[]
	left_out: { unit: Id; callsign?: string; reason: string }[]
}

/* Many calls of a kind in one area, or (device_lost) many links of one carrier. */
export interface Storm {
	kind?: string
	incidents?: number
	devices?: number
	sites?: number
	carrier?: string
	radius_m?: number
	position?: Position
	since?: Time
}

export interface Room {
	seq: number
	now: Time
	node: { id: Id; name: string }
	consoles: { open: number; sound: number }
	mute?: { until: Time; by: string }
	second_path: { set?: boolean; ok: boolean; waiting: number; last_at?: Time }
	standby: boolean
	synthetic: { ok: boolean; last_at?: Time; ms?: number }
	disk?: { used_pct: number }
	storms: Storm[]
	/* Sites' links that were lost by themselves: the newest, and how many. */
	lost_sites?: { site: Id; device: Id; since: Time }[]
	lost_sites_count?: number
	tests_overdue: number
	print: { last_at?: Time; interval_min?: number }
}

export interface SiteTest {
	site: Id
	name: string
	name_ur?: string
	last_test_at?: Time
	due_at?: Time
	overdue: boolean
}

export interface Snapshot {
	made_at: Time
	number: number | string
	incidents: Incident[]
	units: Unit[]
	forms: { from: number; to: number }
}

export interface Interval {
	count: number
	median_s?: number
	p90_s?: number
	p95_s?: number
	p99_s?: number
	/* Of whose two ends one is not known. */
	missing: number
	/* How many within each of the report's bounds_s, and beyond the last. */
	histogram?: number[]
}

export interface ReportGroup {
	key: string
	name?: string
	/* Too few to be shown to oversight: nothing else is told. */
	withheld?: boolean
	incidents?: number
	intervals?: Record<string, Interval>
}

/* Figures of one period. */
export interface ReportPeriod {
	from: Time
	to: Time
	incidents: number
	intervals: Record<string, Interval>
	units: { count: number; intervals: Record<string, Interval> }
	groups: ReportGroup[]
	left_out: { late_entries: number; tests: number }
	day_only: number
	/* Units that people sent, and how often not the one that was suggested. */
	offers: { count: number; overrides: Partial<Record<OverrideReason, number>> }
	outcomes: Record<string, number>
	load: {
		signals: number
		signals_per_hour: number
		busiest_hour: number
		doors: Record<string, number>
		acknowledged: number
		console_hours: number
		per_console_hour: number
	}
	looks: Looks
}

/* Looks at what is kept closed, counted: never at what, by whom, or what for. */
export interface Looks {
	count: number
	unusual: number
	many: number
	idle: number
	kinds: Partial<Record<'grant' | 'track' | 'person' | 'search', number>>
	/* Of those whose people looked; withheld: too few to be shown. */
	agencies: {
		key: string
		name?: string
		withheld?: boolean
		count?: number
		unusual?: number
	}[]
}

/* How far somebody got to whom the chain's heads are handed. */
export interface Witness {
	kind: 'folder' | 'machine'
	host?: string
	seq?: number
	at?: Time
	wrong?: string
	wrong_at?: Time
}

export interface ReportComparison {
	now: number
	baseline: number
	difference_s: number
	p: number
	says: 'lower' | 'higher' | 'no_difference' | 'too_few'
}

export interface ResponseTimes extends ReportPeriod {
	world: string
	by: string
	bounds_s: number[]
	tests: { sites: number; overdue: number }
	withheld_below?: number
	baseline?: ReportPeriod
	comparison?: Record<string, ReportComparison>
}

/* One event of the journal. `data` has the subject's id and what applies. */
export interface KumakEvent {
	seq: number
	at: Time
	type: string
	world?: string
	data: EventData
}

export interface EventData {
	id: Id
	incident?: Id
	signal?: Id
	unit?: Id
	site?: Id
	agency?: Id
	number?: string
	priority?: Priority
	kind?: string
	state?: string
	message?: string
	by_name?: string
	callsign?: string
	expires_at?: Time
	busy_as?: Unit['busy_as']
	[more: string]: unknown
}

export interface Fix {
	unit: Id
	at: Time
	position: Position
	speed_mps?: number
	course_deg?: number
}

export interface Problem {
	code: string
	title: string
	status: number
	detail?: string
	[more: string]: unknown
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the administration page can show and change, as tables: per noun its columns and
 * its fields. Forms, checks and requests are driven by these; a new field is one line. */

export type NounName =
	| 'sites'
	| 'units'
	| 'people'
	| 'accounts'
	| 'agencies'
	| 'invitations'
	| 'devices'
	| 'run_cards'
	| 'cap_rules'

export interface Field {
	name: string
	/* Its word, where another noun's field of the same name means something else. */
	label?: string
	kind: 'text' | 'int' | 'bool' | 'enum' | 'ref' | 'place' | 'words' | 'phones' | 'secret'
	options?: readonly string[]
	/* Group of the options' words in the catalog. */
	words?: string
	ref?: 'agencies' | 'sites' | 'units' | 'people'
	needed?: boolean
	min?: number
	max?: number
	/* Given when it is made, fixed afterwards. */
	once?: boolean
	/* Stored the other way round by the server's older answers. */
	inverse?: string
}

export interface Noun {
	name: NounName
	/* What a record is called in a row and a title. */
	title: string
	columns: readonly string[]
	fields: readonly Field[]
	/* Of the control agency's administrator alone. */
	isControls?: true
}

const SECONDS = { kind: 'int', min: 1, max: 3600 } as const
const SITE_CLASSES = ['consulate', 'residence', 'project', 'camp', 'other']

const sites: Noun = {
	name: 'sites',
	title: 'name',
	columns: ['name', 'class', 'agency', 'response_time', 'last_test_at', 'status'],
	fields: [
		{ name: 'agency', kind: 'ref', ref: 'agencies', once: true, needed: true },
		{ name: 'name', kind: 'text', needed: true, max: 120 },
		{ name: 'name_ur', kind: 'text', max: 120 },
		{ name: 'class', kind: 'enum', options: SITE_CLASSES, words: 'class' },
		{ name: 'position', kind: 'place', needed: true },
		{ name: 'address', kind: 'text', max: 400 },
		{ name: 'response_time_s', kind: 'int', min: 0, max: 86_400 },
		{ name: 'link_class_s', kind: 'int', min: 20, max: 3600 },
		{ name: 'phones', kind: 'phones' },
		{ name: 'challenge_word', kind: 'text', max: 60 },
		{ name: 'cancel_code', kind: 'secret', min: 4, max: 32 },
		{ name: 'duress_code', kind: 'secret', min: 4, max: 32 },
		{ name: 'disabled', kind: 'bool', inverse: 'enabled' },
	],
}

const units: Noun = {
	name: 'units',
	title: 'callsign',
	columns: ['callsign', 'kind', 'agency', 'state', 'capabilities', 'crew'],
	fields: [
		{ name: 'agency', kind: 'ref', ref: 'agencies', once: true, needed: true },
		{ name: 'callsign', kind: 'text', needed: true, max: 32 },
		{
			name: 'kind',
			kind: 'enum',
			options: ['patrol', 'motorcycle', 'response', 'escort'],
			words: 'unit_kind',
		},
		{ name: 'capabilities', kind: 'words' },
		{ name: 'crew', kind: 'int', min: 0, max: 60 },
		{ name: 'beat', kind: 'place' },
		{ name: 'out_of_service', kind: 'bool' },
		{ name: 'reason', kind: 'text', max: 120 },
	],
}

const PERSON_KINDS = ['diplomat', 'consular', 'expert', 'delegate', 'dependant', 'other']

/* An agency keeps its own people: no choice of agency here. */
const people: Noun = {
	name: 'people',
	title: 'name',
	columns: ['name', 'rank', 'belongs', 'phones', 'languages', 'state'],
	fields: [
		{ name: 'name', kind: 'text', needed: true, max: 120 },
		{ name: 'name_ur', kind: 'text', max: 120 },
		{ name: 'rank', kind: 'text', max: 120 },
		{ name: 'phones', kind: 'phones' },
		{ name: 'languages', kind: 'words' },
		{ name: 'site', kind: 'ref', ref: 'sites' },
		{ name: 'unit', kind: 'ref', ref: 'units' },
		{ name: 'state', kind: 'enum', options: ['active', 'left'], words: 'person_state' },
		/* Of whom the police protect. */
		{ name: 'kind', kind: 'enum', options: PERSON_KINDS, words: 'person_kind' },
		{ name: 'residence', kind: 'ref', ref: 'sites' },
		{ name: 'nationality', kind: 'text', max: 60 },
		{ name: 'document', kind: 'text', max: 60 },
		{ name: 'needs', kind: 'text', max: 1000 },
	],
}

const accounts: Noun = {
	name: 'accounts',
	title: 'login',
	columns: ['login', 'name', 'role', 'agency', 'belongs', 'status'],
	fields: [
		{ name: 'agency', kind: 'ref', ref: 'agencies', once: true, needed: true },
		{ name: 'login', kind: 'text', needed: true, once: true, max: 64 },
		{ name: 'name', kind: 'text', needed: true, max: 95 },
		{
			name: 'role',
			kind: 'enum',
			needed: true,
			options: [
				'dispatcher',
				'supervisor',
				'duty_officer',
				'responder',
				'site',
				'liaison',
				'oversight',
				'board',
				'administrator',
			],
			words: 'role',
		},
		{ name: 'unit', kind: 'ref', ref: 'units' },
		{ name: 'site', kind: 'ref', ref: 'sites' },
		{ name: 'person', kind: 'ref', ref: 'people' },
		{ name: 'language', kind: 'enum', options: ['ur', 'sd', 'en', 'zh'], words: 'tongue' },
		{ name: 'disabled', kind: 'bool' },
	],
}

const agencies: Noun = {
	name: 'agencies',
	title: 'name',
	columns: ['name', 'name_ur', 'short_name', 'kind', 'is_control'],
	fields: [
		{ name: 'name', kind: 'text', needed: true, max: 120 },
		{ name: 'name_ur', kind: 'text', max: 120 },
		{ name: 'short_name', kind: 'text', once: true, max: 24 },
		{
			name: 'kind',
			kind: 'enum',
			needed: true,
			options: ['police', 'rangers', 'mission', 'company', 'fire', 'medical', 'other'],
			words: 'agency_kind',
		},
		{ name: 'is_cell', kind: 'bool' },
	],
}

const invitations: Noun = {
	name: 'invitations',
	title: 'label',
	columns: [
		'label',
		'site',
		'agency',
		'role',
		'state',
		'created_at',
		'expires_at',
		'used_at',
	],
	fields: [
		/* A site's is for its button; a role's, for a person of the agency. */
		{ name: 'site', kind: 'ref', ref: 'sites', once: true },
		{ name: 'role', kind: 'enum', options: ['liaison'], words: 'role', once: true },
		{ name: 'agency', kind: 'ref', ref: 'agencies', once: true },
		{ name: 'label', kind: 'text', max: 95, once: true },
	],
}

const devices: Noun = {
	name: 'devices',
	title: 'identity',
	columns: [
		'identity',
		'door',
		'agency',
		'state',
		'bound_to',
		'battery_pct',
		'link',
		'last_seen_at',
	],
	fields: [
		{ name: 'trust', kind: 'enum', options: ['verified', 'unverified'], words: 'trust' },
		{ name: 'carrier', kind: 'text', max: 40 },
		{ name: 'interval_s', kind: 'int', min: 5, max: 86_400 },
		{ name: 'model', kind: 'text', max: 60 },
		{ name: 'phone', kind: 'text', max: 24 },
		{ name: 'key', kind: 'secret', min: 32, max: 64 },
		{ name: 'flags', kind: 'words' },
	],
}

const runCards: Noun = {
	name: 'run_cards',
	title: 'name',
	columns: ['name', 'site_class', 'kind', 'priority', 'units', 'offer_at_once'],
	fields: [
		{ name: 'name', kind: 'text', needed: true, max: 120 },
		{ name: 'site_class', kind: 'enum', options: SITE_CLASSES, words: 'class' },
		{ name: 'kind', kind: 'text', max: 40 },
		{ name: 'priority', kind: 'enum', options: ['P1', 'P2', 'P3'], words: 'priority' },
		{ name: 'units', kind: 'int', min: 1, max: 32 },
		{ name: 'capabilities', kind: 'words' },
		{ name: 'min_cover', kind: 'int', min: 0, max: 1000 },
		{ name: 'offer_at_once', kind: 'bool' },
		{ name: 'offer_timeout_s', ...SECONDS },
		{ name: 'supervisor_s', ...SECONDS },
		{ name: 'duty_officer_s', ...SECONDS },
		{ name: 'repeat_s', ...SECONDS },
		{ name: 'undispatched_s', ...SECONDS },
		{ name: 'province_s', ...SECONDS },
	],
}

/* Alerts from outside: the first rule that fits says what becomes of one. */
const capRules: Noun = {
	name: 'cap_rules',
	title: 'name',
	columns: ['name', 'rank', 'sender', 'event_code', 'severity', 'outcome', 'status'],
	isControls: true,
	fields: [
		{ name: 'name', kind: 'text', needed: true, max: 120 },
		{ name: 'rank', label: 'order', kind: 'int', min: 0, max: 100_000 },
		{ name: 'sender', kind: 'text', max: 400 },
		{ name: 'event_code', kind: 'text', max: 120 },
		{
			name: 'severity',
			kind: 'enum',
			options: ['extreme', 'severe', 'moderate', 'minor', 'unknown'],
			words: 'severity',
		},
		{
			name: 'outcome',
			kind: 'enum',
			needed: true,
			options: ['pending', 'advisory', 'signal', 'ignore'],
			words: 'outcome',
		},
		{
			name: 'tlp',
			kind: 'enum',
			options: ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT'],
			words: 'tlp',
		},
		{ name: 'disabled', kind: 'bool' },
	],
}

export const NOUNS: readonly Noun[] = [
	sites,
	units,
	people,
	accounts,
	agencies,
	invitations,
	devices,
	runCards,
	capRules,
]

export function nounOf(name: string | null): Noun {
	return NOUNS.find((noun) => noun.name === name) ?? sites
}

/* The key of the word over a field or a column. */
export function labelKey(noun: Noun, name: string): string {
	return `field.${noun.fields.find((one) => one.name === name)?.label ?? name}`
}

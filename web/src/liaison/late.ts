/* SPDX-License-Identifier: Apache-2.0 */
/* What comes right after the first picture: all places but talk, with their words. */
import type { ComponentType } from 'preact'
import type { Loaders } from '../lib/i18n'
import { Advisories } from './advisories'
import { Incidents } from './incidents'
import { Matters } from './matters'
import { Meetings } from './meetings'
import { Orders } from './orders'
import { People } from './people'
import { Phones } from './phones'
import { Sites } from './register'
import type { Place } from './route'
import { Sharing } from './sharing'
import { Work } from './work'

export { Join } from './join'
export { keepProofs, Proofs } from './proofs'

export const VIEWS: Readonly<Record<Exclude<Place, 'talk'>, ComponentType>> = {
	advisories: Advisories,
	meetings: Meetings,
	matters: Matters,
	work: Work,
	orders: Orders,
	incidents: Incidents,
	sites: Sites,
	people: People,
	sharing: Sharing,
	phones: Phones,
}

export const words: Loaders = {
	ur: () => import('./strings/late/ur.json'),
	sd: () => import('./strings/late/sd.json'),
	en: () => import('./strings/late/en.json'),
	zh: () => import('./strings/late/zh.json'),
}

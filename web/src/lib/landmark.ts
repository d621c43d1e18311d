/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the gazetteer in the page's language, and "200 m north of the tower". */
import { formatDistance } from './geo'
import { language, t, word } from './i18n'

export interface Named {
	name: string
	name_en?: string
	name_ur?: string
	name_sd?: string
}

export interface Landmark extends Named {
	kind: string
	distance_m: number
	direction: string
}

export function placeName(p: Named): string {
	const own =
		language.value === 'ur'
			? p.name_ur
			: language.value === 'sd'
				? (p.name_sd ?? p.name_ur)
				: p.name_en
	return own ?? p.name
}

/* Isolated: a name in Latin letters must not turn the line about. */
const apart = (text: string) => `\u2068${text}\u2069`

export function landmarkText(l: Landmark): string {
	return t('landmark.text', {
		name: apart(placeName(l)),
		distance: apart(formatDistance(l.distance_m)),
		direction: word('wind', l.direction),
	})
}

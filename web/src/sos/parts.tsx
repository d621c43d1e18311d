/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the SOS page: sentences that know their language, the language list, the way by telephone that is always there. */
import type { Values } from '../lib/message'
import { emergencyNumber, enrolment } from './call'
import { Pictogram } from './pictograms'
import { place } from './place'
import { CODES, language, say, speak, TONGUES, text } from './words'

export function Say({ k, values }: { k: string; values?: Values }) {
	const said = say(k, values)
	return said.lang ? (
		<span lang={said.lang} dir="ltr">
			{said.text}
		</span>
	) : (
		said.text
	)
}

/* A name that people wrote: its own direction, whatever the page's is. */
export function Name({ children }: { children: string }) {
	return <bdi>{children}</bdi>
}

export function LanguageList() {
	return (
		<select
			class="btn"
			aria-label={text('language')}
			value={language.value}
			onChange={(e) => {
				const code = CODES.find((known) => known === e.currentTarget.value)
				if (code) void speak(code)
			}}
		>
			{CODES.map((code) => (
				<option key={code} value={code} lang={code}>
					{TONGUES[code].name}
				</option>
			))}
		</select>
	)
}

/* The way without data. It is on the screen in each state, and it needs no script to
 * have worked. */
export function Fallback() {
	const known = place.value
	const where = known ? `${known.lat.toFixed(5)},${known.lon.toFixed(5)}` : ''
	const site = enrolment.value?.site.name ?? ''
	const body = text('sms_text', { site, place: where }).trim().replace(/\s+/g, ' ')
	const number = emergencyNumber.value
	return (
		<nav class="fallback" aria-label={text('fallback')}>
			<a class="btn" href={`tel:${number}`}>
				<Pictogram name="phone" />
				<Say k="call" values={{ n: number }} />
			</a>
			<a
				class="btn"
				href={`sms:${enrolment.value?.sms ?? ''}?body=${encodeURIComponent(body)}`}
			>
				<Pictogram name="sms" />
				<Say k="sms" />
			</a>
		</nav>
	)
}

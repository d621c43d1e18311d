/* SPDX-License-Identifier: Apache-2.0 */
/* Where one is in the room: the part of the address after #, so that a place can be kept
 * and gone back to. What is no place of this page is the code of an invitation. Pure. */

export const PLACES = [
	'talk',
	'advisories',
	'meetings',
	'matters',
	'work',
	'orders',
	'incidents',
	'sites',
	'people',
	'sharing',
	'phones',
] as const
export type Place = (typeof PLACES)[number]

export interface Route {
	place: Place
	id?: string
	more?: string
}

const CODE = /^[0-9A-Za-z-]{6,64}$/

export function readRoute(hash: string): Route {
	const [place, id, more] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent)
	const found = PLACES.find((one) => one === place)
	return { place: found ?? 'talk', ...(id && { id }), ...(more && { more }) }
}

export function writeRoute({ place, id, more }: Route): string {
	return `#/${[place, id, more]
		.filter((part) => part !== undefined)
		.map((part) => encodeURIComponent(part))
		.join('/')}`
}

/* "#ABCD-EFGH": the link of an invitation. Places begin with a stroke. */
export function invitationCode(hash: string): string | undefined {
	const text = hash.replace(/^#/, '')
	return CODE.test(text) ? text : undefined
}

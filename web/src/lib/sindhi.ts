/* SPDX-License-Identifier: Apache-2.0 */
/* Days and months in Sindhi: browsers know only the pattern of another language for it
 * ("2026 M03 23"). Gregorian, as all of the room's dates are. */

const MONTHS = [
	'جنوري',
	'فيبروري',
	'مارچ',
	'اپريل',
	'مئي',
	'جون',
	'جولاءِ',
	'آگسٽ',
	'سيپٽمبر',
	'آڪٽوبر',
	'نومبر',
	'ڊسمبر',
]
/* From Sunday. */
const DAYS = ['آچر', 'سومر', 'اڱارو', 'اربع', 'خميس', 'جمعو', 'ڇنڇر']

export function sindhiDay(date: Date): string {
	return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}

export function sindhiDate(date: Date): string {
	return `${DAYS[date.getUTCDay()]}، ${sindhiDay(date)}، ${date.getUTCFullYear()}`
}

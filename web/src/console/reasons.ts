/* SPDX-License-Identifier: Apache-2.0 */
/* The server's reasons are words, some with a value behind a colon ("capability:medic",
 * "busy:en_route"). What the pane shows as a figure of its own is not said twice. */
import { t, word } from '../lib/i18n'

const SHOWN_APART = new Set(['distance', 'eta', 'fix_age', 'by_road'])

export function reasonText(reason: string): string | undefined {
	const colon = reason.indexOf(':')
	if (colon < 0) return word('reason', reason)
	const [key, value] = [reason.slice(0, colon), reason.slice(colon + 1)]
	if (SHOWN_APART.has(key)) return undefined
	switch (key) {
		case 'capability':
			return word('capability', value)
		case 'straight_line':
			return word('no_road', value)
		case 'capability_missing':
			return t('reason_with.missing', { what: word('capability', value) })
		case 'busy':
		case 'already_assigned':
			return t(`reason_with.${key}`, { what: word('assignment', value) })
		default:
			return `${word('reason', key)}: ${value}`
	}
}

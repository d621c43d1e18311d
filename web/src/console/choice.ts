/* SPDX-License-Identifier: Apache-2.0 */
/* Was a unit chosen otherwise than suggested, and the codes for why. Pure. */
import type { Id, OverrideReason, Recommendation } from '../api/types'

/* In the order of their keys, which are none of those that send units. */
export const REASONS: readonly OverrideReason[] = [
	'not_free',
	'local_knowledge',
	'capability',
	'crew_rest',
	'other',
]
export const REASON_KEYS: readonly string[] = ['6', '7', '8', '9', '0']

export function reasonOfKey(key: string | undefined): OverrideReason | undefined {
	return key ? REASONS[REASON_KEYS.indexOf(key)] : undefined
}

/* Were these the first so many of what was suggested? Nothing suggested, nothing
 * overridden. */
export function isOverride(
	suggested: readonly Pick<Recommendation, 'unit'>[],
	units: readonly Id[],
): boolean {
	const first = new Set(suggested.slice(0, units.length).map((one) => one.unit))
	return first.size > 0 && !units.every((unit) => first.has(unit))
}

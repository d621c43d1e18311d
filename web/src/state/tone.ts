/* SPDX-License-Identifier: Apache-2.0 */
/* What a unit's colour says. */
import type { Unit } from '../api/types'

export type Tone = 'available' | 'busy' | 'moving' | 'off'

export function unitToneOf(unit: Unit): Tone {
	if (unit.state === 'available') return 'available'
	if (unit.state !== 'busy') return 'off'
	return unit.busy_as === 'en_route' ? 'moving' : 'busy'
}

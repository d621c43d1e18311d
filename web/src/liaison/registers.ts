/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of registers share: who keeps one, what is new in any, and a site's
 * parts. */
import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { get, getAll } from '../api/client'
import type { Id, Page } from '../api/types'
import { nameOf, t } from '../lib/i18n'
import { me } from '../state/session'
import { toast } from '../ui/toasts'
import { listOf, onHeard } from './state'

/* What one may do with a register: all, what guards of the site do, or look. */
export type Keeper = 'full' | 'staff' | 'none'
export function keeperOf(agency: Id | undefined): Keeper {
	const who = me.value
	if (!who || who.agency !== agency) return 'none'
	if (who.role === 'liaison' || who.role === 'administrator') return 'full'
	return who.role === 'site' ? 'staff' : 'none'
}
/* --- what is new --------------------------------------------------------------- */

const NOUNS = /^(register|plan|point|visit|review|finding|incident|assignment)\./
export const heard = signal(0)
export const looks = signal(0)
/* Sites that a first person asks to open. */
export const asked = signal<ReadonlySet<Id>>(new Set())

let isDue = false

function gather(): void {
	if (isDue) return
	isDue = true
	setTimeout(() => {
		isDue = false
		heard.value += 1
	}, 150)
}

onHeard(({ type, data }) => {
	if (!NOUNS.test(type)) return
	/* One's own look must not be a reason to look again. */
	if (type === 'register.opened') {
		looks.value += 1
		return
	}
	gather()
	const site = data.site as Id | undefined
	if (type === 'visit.missed') toast(t('round.heard', { site: siteName(site) }), 'bad')
	if (!type.startsWith('register.') || !site) return
	const next = new Set(asked.value)
	if (type === 'register.asked') next.add(site)
	else next.delete(site)
	asked.value = next
})

export function siteName(id: Id | undefined): string {
	return nameOf(listOf('sites')?.find((one) => one.id === id))
}

/* A list of one site's parts, fetched again when something of registers changed; of a
 * long one only the first so many. */
export function useParts<T>(path: string, first?: number): readonly T[] | undefined {
	const [found, setFound] = useState<readonly T[]>()
	const n = heard.value
	useEffect(() => {
		let isNewest = true
		const some = async () => (await get<Page<T>>(`${path}&limit=${first}`)).items
		void (first ? some() : getAll<T>(path, null, 2_000))
			.catch(() => [])
			.then((items) => isNewest && setFound(items))
		return () => {
			isNewest = false
		}
	}, [path, n])
	return found
}

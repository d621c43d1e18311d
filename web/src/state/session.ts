/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at this page. A page without a session goes to the login page, which brings
 * the person back. */
import { computed, signal } from '@preact/signals'
import { session as fetchSession, setSessionLanguage, whenSessionEnds } from '../api/client'
import type { Role, Session } from '../api/types'
import { isLanguage, type Language, setLanguage } from '../lib/i18n'

export const me = signal<Session | undefined>(undefined)

const SUPERVISORS: readonly Role[] = ['supervisor', 'duty_officer']
const ROOM: readonly Role[] = ['dispatcher', ...SUPERVISORS]

export const isSupervisor = computed(() => SUPERVISORS.some((r) => r === me.value?.role))
export const isRoom = computed(() => ROOM.some((r) => r === me.value?.role))

function toLogin(): void {
	location.replace(`/?next=${encodeURIComponent(location.pathname + location.search)}`)
}

/* Waits while the server cannot be reached: a board comes up with its server. Before a
 * page is left because nobody is signed in, it may put away what is not for the next. */
export async function needSession(
	leave: () => Promise<unknown> = async () => undefined,
): Promise<Session> {
	const login = () =>
		void leave()
			.catch(() => undefined)
			.then(toLogin)
	for (;;) {
		try {
			const found = await fetchSession()
			if (!found) {
				login()
				await new Promise(() => undefined)
			} else {
				me.value = found
				whenSessionEnds(login)
				const asked = new URLSearchParams(location.search).has('lang')
				const stored = localStorage.getItem('kumak.language') !== null
				if (!asked && !stored && isLanguage(found.language))
					await setLanguage(found.language)
				return found
			}
		} catch {
			await new Promise((done) => setTimeout(done, 2_000))
		}
	}
}

export async function chooseLanguage(next: Language): Promise<void> {
	await setLanguage(next)
	try {
		if (me.value && me.value.role !== 'board') me.value = await setSessionLanguage(next)
	} catch {
		/* The page has switched; the account follows another time. */
	}
}

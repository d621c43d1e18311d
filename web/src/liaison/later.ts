/* SPDX-License-Identifier: Apache-2.0 */
/* What comes right after the first picture, once it is here. */
import { signal } from '@preact/signals'
import { addCatalogs } from '../lib/i18n'

export const late = signal<typeof import('./late') | undefined>(undefined)
export const extras = signal<typeof import('./extras') | undefined>(undefined)

export async function loadExtras(): Promise<void> {
	const found = await import('./extras')
	await addCatalogs(found.words)
	extras.value = found
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The heads of the node's journal that this browser was given: whoever holds one finds out
 * with the verifier whether anything before it was changed. They tell nothing of anybody. */
import { effect } from '@preact/signals'
import { get } from '../api/client'
import { type Head, headKeeper, KEEP_MS, saveHeads } from '../lib/heads'
import { t } from '../lib/i18n'
import { headShelf } from './shelf'
import { link } from './state'

const keeper = headKeeper(headShelf, () => get<Head>('/head'))

/* One each time the room is reached, and on while it stays open. */
export async function keepProofs(): Promise<void> {
	await keeper.open().catch(() => undefined)
	const keep = () => void (link.peek() === 'live' && keeper.keep())
	effect(() => {
		if (link.value === 'live') keep()
	})
	setInterval(keep, KEEP_MS)
}

export function Proofs() {
	const kept = keeper.kept.value
	const newest = kept.at(-1)
	if (!newest) return null
	return (
		<details class="proofs">
			<summary>
				✓ {t('proof.kept', { n: String(newest.seq), at: newest.at.slice(0, 10) })}
			</summary>
			<p class="dim">{t('proof.explain')}</p>
			<p class="ltr hash">
				<bdi>{`${newest.seq}:${newest.hash}`}</bdi>
			</p>
			<button type="button" class="btn" onClick={() => saveHeads(kept)}>
				{t('proof.save')}
			</button>
		</details>
	)
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The signed heads of the chain that this phone was given, as a file. Whoever holds one
 * can find out with `kumak verify` whether anything before it was changed or cut off. */
import type { Head } from './shelf'

export function saveProofs(heads: readonly Head[]): void {
	const text = `${JSON.stringify({ heads }, null, 1)}\n`
	const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
	const link = document.createElement('a')
	link.href = url
	link.download = 'kumak-heads.json'
	link.click()
	setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

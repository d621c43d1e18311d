/* SPDX-License-Identifier: Apache-2.0 */
import { t } from '../lib/i18n'
import { pane as here, type Pane, popOut } from './windows'

export function PopOut({ pane }: { pane: Pane }) {
	if (here) return null
	return (
		<button
			type="button"
			class="btn small icon"
			aria-label={t('popout')}
			title={t('popout')}
			onClick={() => popOut(pane)}
		>
			<svg viewBox="0 0 16 16" aria-hidden="true">
				<path d="M6 3H3v10h10v-3M9 2h5v5M14 2 8 8" />
			</svg>
		</button>
	)
}

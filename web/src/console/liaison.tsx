/* SPDX-License-Identifier: Apache-2.0 */
/* The way from the console to the liaison room, in a window of its own. */
import { t } from '../lib/i18n'

export function LiaisonLink() {
	return (
		<a class="btn small" href="/liaison" target="_blank" rel="noopener">
			{t('tool.liaison')}
		</a>
	)
}

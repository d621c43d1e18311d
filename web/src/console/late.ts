/* SPDX-License-Identifier: Apache-2.0 */
/* What comes right after the first picture, unasked, so that it is here when the line is
 * not: the incident's pane, the dialogs, and the words of outcomes and refusals. */
import type { Loaders } from '../lib/i18n'
import './late.css'

export { Dialogs } from './dialogs'
export { IncidentPane } from './incident'
export { Drawer, LiaisonLink } from './liaison'
export { LostSites } from './lost'
export { UnitCard } from './unitcard'
export { Why } from './why'

export const words: Loaders = {
	ur: () => import('./strings/late/ur.json'),
	sd: () => import('./strings/late/sd.json'),
	en: () => import('./strings/late/en.json'),
	zh: () => import('./strings/late/zh.json'),
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What comes after the first figures: the chain, looks, the sheet of a month. */
import type { Loaders } from '../lib/i18n'
import './late.css'

export { Chain } from './chain'
export { LooksCard } from './looks'
export { Month } from './month'

export const words: Loaders = {
	ur: () => import('./strings/late/ur.json'),
	sd: () => import('./strings/late/sd.json'),
	en: () => import('./strings/late/en.json'),
	zh: () => import('./strings/late/zh.json'),
}

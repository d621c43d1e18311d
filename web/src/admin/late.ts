/* SPDX-License-Identifier: Apache-2.0 */
/* Setting up a department, and sheets for printing: only who begins needs them. */
import type { Loaders } from '../lib/i18n'

export { Setup } from './setup'

export const words: Loaders = {
	ur: () => import('./strings/setup/ur.json'),
	sd: () => import('./strings/setup/sd.json'),
	en: () => import('./strings/setup/en.json'),
	zh: () => import('./strings/setup/zh.json'),
}

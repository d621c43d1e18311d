/* SPDX-License-Identifier: Apache-2.0 */
import { startPage } from '../ui/start'

void startPage(() => null, {
	ur: () => import('./strings/ur.json'),
	en: () => import('./strings/en.json'),
})

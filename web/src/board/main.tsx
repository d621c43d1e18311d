/* SPDX-License-Identifier: Apache-2.0 */
/* The wall board: read-only, sized for its distance, healing itself. */
import { startPage } from '../ui/start'
import { Board } from './board'

void startPage(Board, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})

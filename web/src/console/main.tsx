/* SPDX-License-Identifier: Apache-2.0 */
/* The dispatcher's console. */
import { startPage } from '../ui/start'
import { Console } from './console'

void startPage(Console, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})

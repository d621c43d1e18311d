/* SPDX-License-Identifier: Apache-2.0 */
/* Legal holds, erasures and terms. */
import { startPage } from '../ui/start'
import { Keep } from './keep'

void startPage(Keep, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})

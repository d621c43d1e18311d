/* SPDX-License-Identifier: Apache-2.0 */
/* Paper: the printed snapshot of the queue and the numbered forms. */
import { startPage } from '../ui/start'
import { Paper } from './paper'

void startPage(Paper, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})

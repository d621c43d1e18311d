/* SPDX-License-Identifier: Apache-2.0 */
/* Figures: response times against their targets, the rate of alarms, site tests. */
import { startPage } from '../ui/start'
import { Report } from './report'

void startPage(Report, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})

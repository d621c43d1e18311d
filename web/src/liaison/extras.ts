/* SPDX-License-Identifier: Apache-2.0 */
/* What of the channels comes right after the first picture, here and in the console: a
 * channel's own pane, a broadcast's reach, and what is done with a post more rarely. */
import type { Loaders } from '../lib/i18n'

export { ChannelPane, NewChannel } from './channel'
export { PostMore } from './post_more'
export { broadcastOf, Reach } from './reach'

export const words: Loaders = {
	ur: () => import('./strings/more/ur.json'),
	sd: () => import('./strings/more/sd.json'),
	en: () => import('./strings/more/en.json'),
	zh: () => import('./strings/more/zh.json'),
}

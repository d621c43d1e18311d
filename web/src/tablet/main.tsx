/* SPDX-License-Identifier: Apache-2.0 */
/* The tablet of a crew: where to go, one touch for each status, and its own distress
 * call. It works with gloves, in the sun, and through a lost link. */
import { useState } from 'preact/hooks'
import { t } from '../lib/i18n'
import { initSound } from '../lib/sound'
import { me } from '../state/session'
import { theme as firstTheme, startPage } from '../ui/start'
import { WorldBanner } from '../ui/strip'
import { Toasts } from '../ui/toasts'
import { active, loaded, offers, openDuty, selected } from './duty'
import { Card, Keys, Offer, RegisterLink, ShiftPane, TopStrip } from './parts'
import { Way } from './way'
import './tablet.css'

function App() {
	const [theme, setTheme] = useState<string>(firstTheme())
	if (!loaded.value) return <p class="pageload">{t('loading')}</p>
	if (!me.value?.unit) return <p class="pageload">{t('no_unit')}</p>
	const at = selected.value
	const isOffered = offers.value.length > 0
	return (
		<>
			<div class="tablet" inert={isOffered}>
				<div>
					<TopStrip onTheme={setTheme} />
					<WorldBanner />
				</div>
				<main class={at ? 'busy' : ''}>
					{active.value.length > 0 && (
						<section class="cards" aria-label={t('assignments')}>
							{active.value.map((one) => (
								<Card key={one.id} assignment={one} />
							))}
							<RegisterLink />
						</section>
					)}
					{at ? <Way key={at.id} assignment={at} theme={theme} /> : <ShiftPane />}
				</main>
				<Keys />
			</div>
			<Offer />
			<Toasts />
		</>
	)
}

void startPage(App, {
	ur: () => import('./strings/ur.json'),
	sd: () => import('./strings/sd.json'),
	en: () => import('./strings/en.json'),
	zh: () => import('./strings/zh.json'),
})
initSound()
void openDuty()
/* The shell of this page opens without a link (ui/sw.ts). */
if (import.meta.env.PROD)
	navigator.serviceWorker
		?.register('/sw-tablet.js', { scope: '/tablet' })
		.catch(() => undefined)

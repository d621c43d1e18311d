/* SPDX-License-Identifier: Apache-2.0 */
/* The SOS page of a protected place: one button, and proof that it was heard. It opens
 * without a link, needs no login, and weighs little. */
import { render } from 'preact'
import { useState } from 'preact/hooks'
import { HoldButton } from '../ui/hold'
import '../ui/theme.css'
import './sos.css'
import { begin, current, dark, enrolment, online, person, press } from './call'
import { Dark, Following, TestBand } from './following'
import { registerWorker, watchInstall } from './install'
import { Fallback, LanguageList, Say } from './parts'
import { Ready } from './ready'
import { firstLanguage, language, speak, text } from './words'

function App() {
	const [isTesting, setTesting] = useState(false)
	if (dark.value) return <Dark />
	const view = current.value ? 'following' : isTesting ? 'test' : 'ready'
	return (
		<>
			<header class="top">
				<h1 class="grow">
					<SiteName />
				</h1>
				<LanguageList />
			</header>
			<main>
				{!online.value && (
					<p class="note warn" role="status">
						<Say k="offline" />
					</p>
				)}
				{view === 'following' && <Following />}
				{view === 'test' && (
					<>
						<TestBand />
						<HoldButton
							tone="test"
							label={text('test_word')}
							hint={text('test_hold')}
							holding={text('holding')}
							armed={text('armed')}
							onPress={() => {
								setTesting(false)
								void press({ test: true, kind: 'test' })
							}}
						/>
						<button type="button" class="btn wide" onClick={() => setTesting(false)}>
							<Say k="back" />
						</button>
					</>
				)}
				{view === 'ready' && <Ready onTest={() => setTesting(true)} />}
			</main>
			<Fallback />
		</>
	)
}

function SiteName() {
	const site = enrolment.value?.site
	if (site)
		return <bdi>{language.value === 'ur' ? (site.name_ur ?? site.name) : site.name}</bdi>
	if (person.value) return <bdi>{person.value.name}</bdi>
	return <Say k="title" />
}

async function start(): Promise<void> {
	await speak(firstLanguage(), false)
	const root = document.getElementById('app')
	if (root) render(<App />, root)
	await Promise.all([begin(), watchInstall(), registerWorker()])
}

void start()

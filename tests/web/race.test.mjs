// SPDX-License-Identifier: Apache-2.0
/* An answer that comes late must not undo what the live line has told since. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Caller, demoNode, openBrowser, sit, until } from './node.mjs'

test('an acknowledged emergency does not ring again', { timeout: 60_000 }, async () => {
	const node = await demoNode('--still')
	const browser = await openBrowser()
	try {
		const who = node.login('dispatcher')
		const { page, open } = await sit(browser, node, { who, language: 'en' })
		await open('/console')
		await page.locator('.queue').waitFor()
		let isHeld = false
		let answered = 0
		let release = () => undefined
		const released = new Promise((done) => {
			release = done
		})
		await page.route(/\/api\/v1\/incidents\/[^/?]+$/, async (route) => {
			const response = await route.fetch()
			if (!isHeld) {
				isHeld = true
				await released
			}
			await route.fulfill({ response })
			answered++
		})
		const { token } = node.demo.tokens.find((one) => one.role === 'site')
		const { incident } = await new Caller(node.url, token).post('/sos', { key: 'race' })
		await page.locator('.queue .unacked').waitFor()
		await until(() => isHeld, 'an answer under way')
		await page.exposeFunction('onQuiet', release)
		await page.evaluate(() => {
			globalThis.rang = []
			let isQuiet = false
			new MutationObserver(() => {
				const isRinging = document.querySelector('.queue .unacked') !== null
				if (isQuiet && isRinging) globalThis.rang.push(performance.now())
				if (!isRinging && !isQuiet) globalThis.onQuiet()
				isQuiet ||= !isRinging
			}).observe(document.querySelector('.queue'), {
				subtree: true,
				childList: true,
				attributes: true,
			})
		})
		const chief = new Caller(node.url)
		const { login, password } = node.login('supervisor')
		await chief.login(login, password)
		await chief.post(`/incidents/${incident}/acknowledge`)
		await page.locator('.queue .unacked').waitFor({ state: 'detached' })
		await released
		await until(() => answered > 1, 'the old answer and a new one')
		await page.evaluate(
			() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
		)
		assert.deepEqual(await page.evaluate(() => globalThis.rang), [])
	} finally {
		await browser.close()
		await node.stop()
	}
})

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

test('a unit that is free again stays free', { timeout: 60_000 }, async () => {
	const node = await demoNode('--still')
	const browser = await openBrowser()
	try {
		const who = node.login('dispatcher')
		const { page, open } = await sit(browser, node, { who, language: 'en' })
		await open('/console')
		const chief = new Caller(node.url)
		const { login, password } = node.login('supervisor')
		await chief.login(login, password)
		const { items } = await chief.get('/units?limit=500')
		const { id, callsign } = items.find((one) => one.state === 'available')
		const row = page.locator('.unit-row', { has: page.getByText(callsign, { exact: true }) })
		await row.waitFor()
		const rest = await row.locator('.grow').innerText()
		let held
		let answered = 0
		let release = () => undefined
		const released = new Promise((done) => {
			release = done
		})
		await page.route(new RegExp(`/api/v1/units/${id}$`), async (route) => {
			const response = await route.fetch()
			if (!held) {
				held = await response.json()
				await released
			}
			await route.fulfill({ response })
			answered++
		})
		await chief.ok('PATCH', `/units/${id}`, { out_of_service: true })
		await until(() => held, 'an answer under way')
		assert.equal(held.state, 'out_of_service')
		await page.evaluate(
			(callsign) => {
				globalThis.seen = []
				const say = () => {
					const rows = [...document.querySelectorAll('.unit-row')]
					const one = rows.find((li) => li.querySelector('bdi').innerText === callsign)
					const said = one?.querySelector('.grow').innerText
					if (said !== globalThis.seen.at(-1)) globalThis.seen.push(said)
				}
				say()
				new MutationObserver(say).observe(document.querySelector('.units'), {
					subtree: true,
					childList: true,
					characterData: true,
				})
			},
			callsign,
		)
		await chief.ok('PATCH', `/units/${id}`, { out_of_service: false })
		await until(() => page.evaluate((rest) => globalThis.seen.at(-1) === rest, rest), 'free')
		release()
		await until(() => answered > 1, 'the old answer and a new one')
		await page.evaluate(
			() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
		)
		const seen = await page.evaluate(() => globalThis.seen)
		assert.equal(seen.filter((one) => one === rest).length, 1, seen.join(', '))
		assert.equal(seen.at(-1), rest)
	} finally {
		await browser.close()
		await node.stop()
	}
})

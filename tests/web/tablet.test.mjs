// SPDX-License-Identifier: Apache-2.0
/* A tablet in a dead spot: it opens again with what it was last told and says as of when,
 * keeps what the crew says, and delivers it when the link is back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser, realNode, sit, until, wordsOf } from './node.mjs'

test('a tablet opens without a link', { timeout: 90_000 }, async () => {
	const words = wordsOf('tablet', 'en')
	const node = await realNode()
	const browser = await openBrowser()
	try {
		const room = node.people.dispatcher.caller
		const { id } = await room.post('/incidents', {
			kind: 'threat',
			priority: 'P1',
			site: node.missions[0].site,
			message: 'a parcel at the gate',
		})
		const { items } = await room.post(`/incidents/${id}/assignments`, {
			units: [node.unit.id],
		})
		const state = async () => (await room.get(`/assignments/${items[0].id}`)).state
		const crew = await sit(browser, node, {
			who: node.people.responder,
			language: 'en',
			size: [1280, 800],
		})
		const { page, context } = crew
		const key = (name) => page.getByRole('button', { name: words(name), exact: true })
		await crew.open('/tablet')
		await key('accept').click()
		await until(async () => (await state()) === 'accepted', 'accepted')
		await page.locator('.cards').getByText('a parcel at the gate').waitFor()
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => 0))
		await until(
			() => page.evaluate(() => navigator.serviceWorker.controller !== null),
			'the worker has the page',
		)
		/* What is kept is of the server's last word, not older. */
		await until(() => page.evaluate(keptState, items[0].id).then((s) => s === 'accepted'), 'kept')

		await context.setOffline(true)
		await page.reload()
		await page.locator('.cards').getByText('a parcel at the gate').waitFor()
		await page.locator('.lostband').getByText(words('link.as_of')).waitFor()
		await key('say.on_scene').click()
		await page.locator('.waitband').waitFor()
		await page.reload()
		await page.locator('.waitband').waitFor()
		assert.equal(await state(), 'accepted')
		const csrf = await page.evaluate(keptCsrf)
		assert.equal(csrf, '', 'no secret on the disk')

		await context.setOffline(false)
		await until(async () => (await state()) === 'on_scene', 'delivered', 20_000)
		await page.locator('.lostband').waitFor({ state: 'detached' })
		await page.locator('.waitband').waitFor({ state: 'detached' })

		/* Whoever comes next finds nothing of this duty. */
		await context.clearCookies()
		await page.reload()
		await page.locator('input[type=password]').waitFor()
		assert.equal(await page.evaluate(keptState, items[0].id), undefined)
	} finally {
		await browser.close()
		await node.stop()
	}
})

async function keptState(id) {
	const kept = await new Promise((done, fail) => {
		const opening = indexedDB.open('kumak-tablet')
		opening.onerror = () => fail(opening.error)
		opening.onsuccess = () => {
			const asking = opening.result.transaction('kept').objectStore('kept').get('last')
			asking.onsuccess = () => {
				opening.result.close()
				done(asking.result)
			}
		}
	})
	return kept?.assignments.find((one) => one.id === id)?.state
}

async function keptCsrf() {
	return new Promise((done) => {
		const opening = indexedDB.open('kumak-tablet')
		opening.onsuccess = () => {
			const asking = opening.result.transaction('kept').objectStore('kept').get('last')
			asking.onsuccess = () => {
				opening.result.close()
				done(asking.result.session.csrf)
			}
		}
	})
}

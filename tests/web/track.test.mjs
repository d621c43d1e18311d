// SPDX-License-Identifier: Apache-2.0
/* Where a unit was, from its card: no track without a reason, which its agency then reads;
 * the places as a list and on the map; none known; and no answer. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, Caller, demoNode, OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let node
let browser
let unit
before(async () => {
	node = await demoNode('--still')
	browser = await openBrowser()
	unit = await drive()
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

/* A crew stands ten minutes at a corner, then drives for five. */
async function drive() {
	const supervisor = await caller('supervisor')
	const { token } = node.demo.tokens.find((one) => one.role === 'responder')
	const crew = new Caller(node.url, token)
	const { items } = await crew.get('/units')
	const found = items[0]
	const now = Date.now()
	const fixes = []
	for (let k = 0; k <= 20; k++)
		fixes.push({ at: now - 900_000 + k * 30_000, lat: 24.82, lon: 67.03 })
	for (let k = 1; k <= 10; k++)
		fixes.push({ at: now - 300_000 + k * 29_000, lat: 24.82 + k * 0.002, lon: 67.03 })
	await crew.post('/fixes', {
		fixes: fixes.map(({ at, lat, lon }) => ({
			unit: found.id,
			at: new Date(at).toISOString(),
			position: { lat, lon },
		})),
	})
	await until(async () => {
		const { status, answer } = await supervisor.ask('POST', `/units/${found.id}/track`, {
			reason: 'whether it is written',
		})
		return status === 200 && answer.geometry.coordinates.length > 20
	}, 'the track on disk')
	return found
}

async function caller(role) {
	const who = node.login(role)
	const made = new Caller(node.url)
	await made.login(who.login, who.password)
	return made
}

async function console_(language, size = [1600, 900]) {
	const who = node.login('dispatcher')
	const seat = await sit(browser, node, { who, language, size })
	const { page } = seat
	const t = wordsOf('console', language)
	await seat.open('/console')
	const dialog = page.getByRole('dialog')
	/* the sound check of a shift's start */
	await dialog.waitFor({ timeout: 6_000 }).then(
		async () => {
			await page.keyboard.press('Enter')
			await dialog.getByText('♪').waitFor()
			await page.keyboard.press('Enter')
			await dialog.waitFor({ state: 'detached' })
		},
		() => undefined,
	)
	const row = page.locator('.units .unit-row', {
		has: page.getByText(unit.callsign, { exact: true }),
	})
	await row.locator('.pick').first().click()
	await row.getByRole('button', { name: t('track.open') }).click()
	await dialog.waitFor()
	return { page, t, dialog, complaints: seat.complaints }
}

test('a track is asked for with a reason, shown, and its agency reads why', async () => {
	for (const language of ['en', 'ur']) {
		const { page, t, dialog, complaints } = await console_(language)
		/* A node writes down when a place reached it: these came in one second. They are shown
		 * as if each had come in its time. */
		await page.route('**/track', async (route) => {
			const answer = await route.fetch()
			const track = await answer.json()
			const begin = Date.now() - 900_000
			track.properties.times = track.geometry.coordinates.map((_, k) =>
				new Date(begin + k * 30_000).toISOString(),
			)
			await route.fulfill({ json: track })
		})
		const ask = dialog.getByRole('button', { name: t('track.ask') })
		assert.ok(await ask.isDisabled(), 'no reason, no track')
		await page.keyboard.type(`complaint 7 ${language}`)
		await page.keyboard.press('Enter')
		const lines = dialog.locator('.track-lines li')
		await lines.first().waitFor()
		const stood = t('track.stood').replace('{n}', '10')
		await lines.filter({ hasText: stood }).first().waitFor()
		assert.ok((await lines.filter({ hasText: t('track.drove') }).count()) >= 3)
		await lines.first().locator('button').click()
		const supervisor = await caller('supervisor')
		const { items } = await supervisor.get('/openings')
		const look = items.find((one) => one.reason === `complaint 7 ${language}`)
		assert.equal(look.kind, 'track')
		assert.equal(look.what, unit.id)
		await page.evaluate(() => document.fonts.ready.then(() => 0))
		await page.waitForTimeout(1_500)
		await page.screenshot({ path: `${OUT}/track-${language}.png` })
		assert.deepEqual(await axe(page), [], language)
		/* Esc goes back to the button that opened it. */
		await dialog.locator('input').first().focus()
		await page.keyboard.press('Escape')
		await dialog.waitFor({ state: 'detached' })
		assert.deepEqual(complaints, [])
		await page.context().close()
	}
})

test('a time without a place, and no answer, are said', async () => {
	const { page, t, dialog } = await console_('en', [1100, 800])
	await dialog.locator('input').first().fill('complaint 8')
	await dialog.locator('input[type=datetime-local]').first().fill('2020-01-01T00:00')
	await dialog.locator('input[type=datetime-local]').nth(1).fill('2020-01-01T01:00')
	await page.keyboard.press('Enter')
	await dialog.getByText(t('track.none')).waitFor()
	await page.route('**/track', (route) => route.abort())
	await page.keyboard.press('Enter')
	await dialog.getByRole('alert').waitFor()
	/* upside down: nothing to ask */
	await dialog.locator('input[type=datetime-local]').first().fill('2020-01-01T02:00')
	assert.ok(await dialog.getByRole('button', { name: t('track.ask') }).isDisabled())
	await page.context().close()
})

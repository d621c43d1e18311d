// SPDX-License-Identifier: Apache-2.0
/* What the screens of one room do together: a hand that points is seen on all of them,
 * all know at once whether an alarm would be heard, no emergency is outside a map in
 * silence. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Caller, demoNode, openBrowser, sit, until, wordsOf } from './node.mjs'

const words = wordsOf('console', 'en')
let node
let browser
before(async () => {
	node = await demoNode('--still')
	browser = await openBrowser()
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

async function open(t, role, path) {
	const seat = await sit(browser, node, { who: node.login(role), language: 'en' })
	t.after(() => seat.context.close())
	await seat.open(path)
	return seat
}

async function press(which = 0, more = {}) {
	const { token } = node.demo.tokens.filter((one) => one.role === 'site')[which]
	return new Caller(node.url, token).post('/sos', { key: crypto.randomUUID(), ...more })
}

async function atDesk(t) {
	const desk = await open(t, 'dispatcher', '/console')
	await desk.page.locator('.queue').waitFor()
	const dialog = desk.page.getByRole('dialog')
	const sounds = desk.page.getByText(words('sound.on'))
	await dialog.or(sounds).first().waitFor()
	if (await dialog.isVisible()) {
		await dialog.getByRole('button', { name: words('soundcheck.play') }).click()
		await dialog.getByRole('button', { name: words('soundcheck.heard') }).click()
		await dialog.waitFor({ state: 'detached' })
	}
	await sounds.first().waitFor()
	return desk
}

const mapIsThere = async ({ page }) => {
	await page.locator('.map canvas').first().waitFor()
	await page.locator('.map-word').waitFor({ state: 'detached' })
}

test('Space points on the board', { timeout: 90_000 }, async (t) => {
	const { incident } = await press()
	const board = await open(t, 'board', '/board')
	await mapIsThere(board)
	const line = board.page.locator(`.line[data-incident="${incident}"]`)
	await line.waitFor()
	const desk = await atDesk(t)
	const row = desk.page.locator(`[data-incident="${incident}"]`)
	await row.locator('.pick').click()
	await desk.page.locator('.incident-head').waitFor()
	await desk.page.keyboard.press('Space')
	await board.page.locator('.line.pointed').waitFor()
	await board.page.locator('.map-hand').waitFor()
	assert.match(await line.getAttribute('class'), /pointed/)
	await desk.page.locator('.incident-row.pointed').waitFor()
	await board.page.locator('.map-hand').waitFor({ state: 'detached' })
	await board.page.locator('.line.pointed').waitFor({ state: 'detached' })
	/* By click, too; and Space stays the key of the button that has the focus. */
	await desk.page.getByRole('button', { name: words('act.point') }).click()
	await board.page.locator('.line.pointed').waitFor()
	await desk.page.getByRole('button', { name: words('tool.keys') }).focus()
	await desk.page.keyboard.press('Space')
	await desk.page.getByRole('dialog').getByText(words('key.point')).waitFor()
})

test('a board learns at once that a console sounds', { timeout: 60_000 }, async (t) => {
	const board = await open(t, 'board', '/board')
	const silent = board.page.getByText(words('health.no_sound'))
	/* The board itself may be allowed to sound by this browser: then it counts. */
	await board.page.locator('.board').waitFor()
	const room = new Caller(node.url)
	const { login, password } = node.login('supervisor')
	await room.login(login, password)
	const counts = async () => (await room.get('/room')).consoles
	const before = await counts()
	const desk = await atDesk(t)
	await until(async () => (await counts()).sound === before.sound + 1, 'one more sounds')
	const shown = async () => (await silent.count()) === 0
	await until(shown, 'the board says so', 3_000)
	await desk.context.close()
	await until(async () => (await counts()).sound === before.sound, 'it is gone')
	const isSilent = before.sound === 0
	await until(async () => (await shown()) !== isSilent, 'the board says so again', 3_000)
})

test('a P1 outside the map is announced', { timeout: 90_000 }, async (t) => {
	const { incident } = await press(1)
	const desk = await atDesk(t)
	await mapIsThere(desk)
	await desk.page.locator(`[data-incident="${incident}"]`).waitFor()
	const outside = desk.page.locator('.map-outside')
	assert.equal(await outside.count(), 0, 'the first view has all')
	await until(async () => {
		await desk.page.keyboard.press('=')
		return (await outside.count()) > 0
	}, 'so near that it is beyond the edge')
	await desk.page.keyboard.press('h')
	await outside.waitFor({ state: 'detached' })
})

test('another unit than the first suggested: asked why, after it went', {
	timeout: 90_000,
}, async (t) => {
	const { incident } = await press(2)
	const desk = await atDesk(t)
	const { page } = desk
	await page.locator(`[data-incident="${incident}"] .pick`).click()
	await page.locator('.recommended .offer').nth(1).waitFor()
	await page.keyboard.press('1')
	await page.locator('.assignments > li').first().waitFor()
	const why = page.locator('.why-ask')
	assert.equal(await why.count(), 0, 'the first is not asked about')
	/* The list of suggestions is made anew after an offer. */
	await page.locator('.recommended .offer').nth(1).waitFor()
	const first = await page.locator('.recommended .offer bdi').first().innerText()
	await page.keyboard.press('2')
	await page.locator('.assignments > li').nth(1).waitFor()
	await why.getByText(words('override.ask').replace('{first}', first)).waitFor()
	await page.keyboard.press('7')
	await why.waitFor({ state: 'detached' })
	const line = page.locator('.timeline', { hasText: words('override.local_knowledge') })
	await line.waitFor()
	/* In words, from the command line, which keeps the focus. */
	await page.keyboard.press('F2')
	await page.keyboard.press('0')
	assert.equal(await page.locator('#cmd').inputValue(), '0', 'no question, no answer')
	await page.keyboard.press('Backspace')
	const last = page.locator('.unit-row', { hasText: 'Available' }).last()
	const callsign = await last.locator('bdi').first().innerText()
	await page.keyboard.type(`D ${callsign} `)
	await page.keyboard.press('Enter')
	await why.waitFor()
	await page.keyboard.press('0')
	await why.locator('input').waitFor()
	await page.keyboard.type('a crowd on the road')
	await page.keyboard.press('Enter')
	await page.locator('.timeline', { hasText: 'a crowd on the road' }).waitFor()
})

test('a pane in a window of its own follows what is chosen', { timeout: 90_000 }, async (t) => {
	const { incident } = await press(3)
	const { incident: other } = await press(4)
	const desk = await atDesk(t)
	const { page, context } = desk
	await page.locator(`[data-incident="${incident}"] .pick`).click()
	await page.locator('.incident-head').waitFor()
	const number = await page.locator('.incident-head bdi').first().innerText()
	const [pane] = await Promise.all([
		context.waitForEvent('page'),
		page.locator('.incident').getByRole('button', { name: words('popout') }).click(),
	])
	await pane.locator('.incident-head').getByText(number).waitFor()
	assert.equal(await pane.locator('.queue, .units, #cmd').count(), 0, 'that pane alone')
	await page.locator(`[data-incident="${other}"] .pick`).click()
	const next = await page.locator('.incident-head bdi').first().innerText()
	assert.notEqual(next, number)
	await pane.locator('.incident-head').getByText(next).waitFor()
	const [queue] = await Promise.all([
		context.waitForEvent('page'),
		page.locator('.queue').getByRole('button', { name: words('popout') }).click(),
	])
	await queue.locator(`[data-incident="${incident}"] .pick`).click()
	await page.locator('.incident-head').getByText(number).waitFor()
	await pane.locator('.incident-head').getByText(number).waitFor()
	/* Its keys are the console's. */
	await pane.keyboard.press('a')
	await page
		.locator(`[data-incident="${incident}"]`)
		.getByText(words('stage.acknowledged'))
		.waitFor()
	assert.deepEqual(desk.complaints, [])
})

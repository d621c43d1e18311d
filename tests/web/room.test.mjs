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

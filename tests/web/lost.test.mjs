// SPDX-License-Identifier: Apache-2.0
/* Links that are lost, in the console and on the wall: many at once are one row, which
 * names the carrier; a few are a row each, and open what the room can do about them. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { looked, quiet } from './liaison_town.mjs'
import { Caller, demoNode, openBrowser, OUT, sit, wordsOf } from './node.mjs'

const PANELS = 12
const LOST_S = 20
const PATIENCE_MS = 60_000
const CARRIER = 'Demo Telecom'
const LANGUAGES = ['en', 'ur']

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

function crc16(text) {
	let crc = 0
	for (const byte of Buffer.from(text)) {
		crc ^= byte
		for (let n = 0; n < 8; n++) crc = (crc >> 1) ^ (crc & 1 ? 0xa001 : 0)
	}
	return crc.toString(16).toUpperCase().padStart(4, '0')
}

/* A panel tells that it is there, and hangs up. */
function alive(node, identity) {
	const [host, port] = node.demo.doors.dc09.split(':')
	const pad = (n) => String(n).padStart(2, '0')
	const d = new Date()
	const at = `_${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())},${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}-${d.getUTCFullYear()}`
	const body = `"NULL"0000L0#${identity}[]${at}`
	const length = body.length.toString(16).toUpperCase().padStart(4, '0')
	return new Promise((done, fail) => {
		const socket = connect(Number(port), host, () =>
			socket.write(`\n${crc16(body)}${length}${body}\r`),
		)
		socket.once('data', (got) => {
			socket.end()
			assert.match(String(got), /"ACK"/)
			done()
		})
		socket.once('error', fail)
	})
}

async function aStreet(node) {
	const { login, password } = node.login('administrator')
	const admin = new Caller(node.url)
	await admin.login(login, password)
	const { agency } = node.demo.sites[0]
	const panels = []
	for (let n = 0; n < PANELS; n++) {
		const site = await admin.post('/sites', {
			agency,
			name: `Post ${n + 1}`,
			name_ur: `چوکی ${n + 1}`,
			class: 'other',
			link_class_s: LOST_S,
			position: { lat: 24.83 + n / 1000, lon: 67.02 },
		})
		const identity = `88${n}`
		await admin.post('/devices', {
			door: 'dc09',
			identity,
			bound_to: site.id,
			carrier: CARRIER,
		})
		panels.push({ identity, site })
	}
	return panels
}

test('links that are lost together are one row', { timeout: 180_000 }, async () => {
	const node = await demoNode('--still')
	const seats = []
	try {
		const panels = await aStreet(node)
		for (const language of LANGUAGES) {
			const who = node.login('dispatcher')
			const seat = await sit(browser, node, { who, language })
			seats.push({ ...seat, language, w: wordsOf('console', language) })
			await seat.open('/console')
			await quiet(seat, wordsOf('console', language))
		}
		const wall = await sit(browser, node, { who: node.login('board'), language: 'ur' })
		seats.push({ ...wall, language: 'board', w: wordsOf('board', 'ur') })
		await wall.open('/board')
		for (const one of panels) await alive(node, one.identity)
		for (const seat of seats) await together(seat)
		for (const one of panels.slice(0, 2)) await alive(node, one.identity)
		for (const seat of seats.slice(0, -1)) await apart(seat, panels)
		for (const seat of seats) assert.deepEqual(seat.complaints, [])
	} catch (error) {
		for (const { page, language } of seats)
			await page.screenshot({ path: `${OUT}/failed-lost-${language}.png` }).catch(() => 0)
		throw error
	} finally {
		for (const { context } of seats) await context.close()
		await node.stop()
	}
})

async function together(seat) {
	const { page, w, language } = seat
	const row = page.locator('.storm', { hasText: CARRIER })
	await row.waitFor({ timeout: PATIENCE_MS })
	const [before] = w('storm.row').split('{n}')
	await page.waitForFunction(
		({ sign, text }) => document.querySelector(sign)?.textContent.includes(text),
		{ sign: '.storm', text: `${before}${PANELS}` },
		{ timeout: PATIENCE_MS },
	)
	assert.ok((await row.textContent()).includes(w('kind.device_lost')))
	assert.equal(await row.count(), 1)
	assert.equal(await page.locator('[data-lost]').count(), 0, 'no row for each')
	await looked(seat, `lost-together-${language}`)
}

/* What is left when some are back: a row each, the first of them, and how many more. */
async function apart(seat, panels) {
	const { page, w, language } = seat
	await page.locator('.storm', { hasText: CARRIER }).waitFor({ state: 'detached' })
	const rows = page.locator('[data-lost]')
	await rows.first().waitFor()
	assert.equal(await rows.count(), 5)
	await page.getByText(w('lost.more').replace('{n}', PANELS - 2 - 5)).waitFor()
	/* Which five depends on when the node looked at each. */
	const id = await rows.last().getAttribute('data-lost')
	const shown = panels.slice(2).find((one) => one.site.id === id)
	await page.locator(`[data-lost="${id}"]`).getByRole('button').click()
	const dialog = page.getByRole('dialog')
	await dialog.locator('label', { hasText: shown.identity }).waitFor()
	await dialog.getByText(w('device_link.lost')).first().waitFor()
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
	await looked(seat, `lost-apart-${language}`)
}

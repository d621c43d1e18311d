// SPDX-License-Identifier: Apache-2.0
/* Orders to a device from the console: given from a unit and from an incident, and what
 * became of each seen live while a simulated tracker answers them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { looked, quiet } from './liaison_town.mjs'
import { Caller, demoNode, openBrowser, OUT, ROOT, sit, until, wordsOf } from './node.mjs'

const KUMAK = process.env.KUMAK ?? join(ROOT, 'build/kumak')
let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`orders to a device, in ${language}`, { timeout: 120_000 }, () => at(language))

/* A tracker that is here until it is stopped. */
function tracker(node, known, ...more) {
	const child = spawn(
		KUMAK,
		['bench', 'device', '--door', 'gt06', '--to', node.demo.doors.gt06].concat(
			['--identity', known.identity, '--at', '24.87,67.03', '--seconds', '90'],
			more,
		),
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	)
	const heard = []
	createInterface({ input: child.stdout }).on('line', (line) => heard.push(line))
	const ended = new Promise((done) => child.once('exit', done))
	return {
		heard: (word) => until(() => heard.some((line) => line.includes(word)), word),
		stop: async () => {
			child.kill('SIGKILL')
			await ended
		},
	}
}

async function at(language) {
	const w = wordsOf('console', language)
	const node = await demoNode('--still')
	const who = node.login('dispatcher')
	const seat = await sit(browser, node, { who, language })
	const running = []
	try {
		await seat.open('/console')
		await quiet(seat, w)
		const known = node.demo.devices.find((one) => one.door === 'gt06')
		const desk = new Caller(node.url)
		await desk.login(who.login, who.password)
		const unit = await desk.get(`/units/${known.bound_to}`)
		await fromUnit(seat, w, node, known, unit, language, running)
		await fromIncident(seat, w, node, known, unit, language, running)
		assert.deepEqual(seat.complaints, [])
	} catch (error) {
		await seat.page.screenshot({ path: `${OUT}/failed-devices-${language}.png` }).catch(() => 0)
		throw error
	} finally {
		for (const one of running) await one.stop()
		await seat.context.close()
		await node.stop()
	}
}

const shows = (dialog, w, kind, state) =>
	dialog
		.locator(`[data-order="${state}"]`, { hasText: w(`device_order.${kind}`) })
		.filter({ hasText: w(`order_state.${state}`) })
		.first()
		.waitFor()

async function fromUnit(seat, w, node, known, unit, language, running) {
	const { page } = seat
	await page.locator('.units .unit-row', { hasText: unit.callsign }).first().click()
	const open = page.locator('.unit-card').getByRole('button', { name: w('devices.open') })
	await open.click()
	const dialog = page.getByRole('dialog')
	await dialog.getByText(w('devices.title').replace('{name}', unit.callsign)).waitFor()
	await dialog.locator('label', { hasText: known.identity }).locator('input').check()
	const press = (key) => dialog.getByRole('button', { name: w(key), exact: true }).click()
	await press('device_order.locate')
	await shows(dialog, w, 'locate', 'queued')
	const one = tracker(node, known)
	running.push(one)
	await one.heard('is ordered: WHERE#')
	await shows(dialog, w, 'locate', 'acked')
	await press('device_order.ring')
	await shows(dialog, w, 'ring', 'refused')
	await dialog.getByText(w('order_why.such_a_device_knows_no_such_order')).first().waitFor()
	await dialog.getByLabel(w('devices.pace')).selectOption('60')
	await dialog.getByLabel(w('devices.how_long')).selectOption('900')
	await press('device_order.interval')
	await one.heard('TIMER,60,60#')
	await shows(dialog, w, 'interval', 'acked')
	await dialog.getByLabel(w('devices.text')).fill('Call the room.')
	await press('device_order.text')
	await dialog.locator('[data-order]', { hasText: 'Call the room.' }).waitFor()
	await looked(seat, `console-devices-${language}`)
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
	await one.stop()
}

async function fromIncident(seat, w, node, known, unit, language, running) {
	const { page } = seat
	const one = tracker(node, known, '--sos')
	running.push(one)
	await one.heard('the SOS is taken')
	await page.locator('.queue [data-incident]').first().click()
	const pane = page.locator('.incident.zone')
	await pane.getByRole('button', { name: w('devices.open') }).first().click()
	const dialog = page.getByRole('dialog')
	await dialog.getByText(w('devices.title').replace('{name}', unit.callsign)).waitFor()
	await dialog.locator('label', { hasText: known.identity }).locator('input').check()
	await dialog.getByText(w('devices.by_itself')).first().waitFor()
	await dialog.getByRole('button', { name: w('device_order.confirm'), exact: true }).click()
	await shows(dialog, w, 'confirm', 'refused')
	await looked(seat, `console-devices-sos-${language}`)
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

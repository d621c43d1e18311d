// SPDX-License-Identifier: Apache-2.0
/* Orders to a device from the console: given from a unit and from an incident, and what
 * became of each seen live while a simulated tracker answers them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
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

/* A phone calls the door of watches: it waits among the devices and says so. An officer
 * says what stands behind a name and who carries it, and that he looked into what was
 * odd. */
test('an officer keeps the devices', { timeout: 120_000 }, async () => {
	const node = await demoNode('--still')
	const admin = new Caller(node.url)
	const { login, password } = node.login('administrator')
	await admin.login(login, password)
	try {
		for (const [n, language] of ['en', 'ur'].entries())
			await kept(node, admin, language, `stray-${n}`)
	} finally {
		await node.stop()
	}
})

async function kept(node, admin, language, stray) {
	const w = wordsOf('admin', language)
	const seat = await sit(browser, node, { who: node.login('administrator'), language })
	const { page } = seat
	try {
		await seat.open('/admin#devices')
		const [host, port] = node.demo.doors.watch.split(':')
		const socket = connect(Number(port), host, () =>
			socket.write(`GET /?id=${stray}&lat=24.9&lon=67.1 HTTP/1.1\r\nHost: x\r\n\r\n`),
		)
		socket.on('error', () => 0)
		const row = page.locator('tr', { hasText: stray })
		await row.getByText(w('device_flag.wrong_door')).waitFor()
		socket.destroy()
		await looked(seat, `admin-devices-${language}`)
		await row.getByRole('button', { name: w('device.details'), exact: true }).click()
		const dialog = page.getByRole('dialog')
		await dialog.getByLabel(w('field.trust')).selectOption('verified')
		await dialog.getByLabel(w('field.carrier')).fill('Demo Telecom')
		await dialog.getByLabel(w('field.interval_s')).fill('60')
		const flags = dialog.getByLabel(w('field.flags'))
		assert.equal(await flags.inputValue(), 'wrong_door')
		await flags.fill('')
		await looked(seat, `admin-device-${language}`)
		await dialog.getByRole('button', { name: w('save') }).click()
		await dialog.waitFor({ state: 'detached' })
		const { items } = await admin.get('/devices?limit=500')
		const now = items.find((one) => one.identity === stray)
		assert.deepEqual(
			[now.door, now.state, now.trust, now.carrier, now.interval_s, now.flags ?? []],
			['osmand', 'pending', 'verified', 'Demo Telecom', 60, []],
		)
		await row.getByText(w('device_flag.wrong_door')).waitFor({ state: 'detached' })
		await bound(admin, page, w, row, now)
		assert.deepEqual(seat.complaints, [])
	} catch (error) {
		await page.screenshot({ path: `${OUT}/failed-kept-${language}.png` }).catch(() => 0)
		throw error
	} finally {
		await seat.context.close()
	}
}

/* It is a unit's: found by its callsign, one press. */
async function bound(admin, page, w, row, device) {
	const { items } = await admin.get('/units?limit=500')
	const unit = items.find((one) => one.callsign === 'K-07')
	await row.getByRole('button', { name: w('device.bind_now'), exact: true }).click()
	const dialog = page.getByRole('dialog')
	await dialog.getByRole('searchbox').fill('K-07')
	await dialog.locator('.targets').getByRole('button', { name: 'K-07' }).click()
	await dialog.waitFor({ state: 'detached' })
	const now = await admin.get(`/devices/${device.id}`)
	assert.deepEqual([now.state, now.bound_to], ['bound', unit.id])
	await row.getByRole('button', { name: w('device.rebind'), exact: true }).waitFor()
}

/* A device that is here until it is stopped. */
function tracker(node, known, ...more) {
	const { door } = known
	const child = spawn(
		KUMAK,
		['bench', 'device', '--door', door, '--to', node.demo.doors[door]].concat(
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
		await spoken(seat, w, node, language, running)
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

/* A voice note for the wearer of a watch, while he calls for help: chosen as a file,
 * sent, played, and what is no recording is refused in words. */
async function spoken(seat, w, node, language, running) {
	const { page } = seat
	const known = node.demo.devices.find((one) => one.door === 'watch')
	const watch = tracker(node, known, '--sos')
	running.push(watch)
	await watch.heard('the SOS is taken')
	const desk = new Caller(node.url)
	const who = node.login('dispatcher')
	await desk.login(who.login, who.password)
	const { items } = await desk.get('/incidents?state=open')
	const incident = items.find((one) => one.unit === known.bound_to)
	await page.locator(`.queue [data-incident="${incident.id}"] .pick`).click()
	const pane = page.locator('.incident.zone')
	await pane.getByText(incident.number).first().waitFor()
	await pane.getByRole('button', { name: w('devices.open') }).first().click()
	const dialog = page.getByRole('dialog')
	await dialog.locator('label', { hasText: known.identity }).locator('input').check()
	const file = dialog.getByLabel(w('devices.voice'))
	const amr = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(3_000, '*[]},')])
	await file.setInputFiles({ name: 'note.amr', mimeType: 'audio/amr', buffer: amr })
	await watch.heard('is ordered: TK')
	await shows(dialog, w, 'voice', 'acked')
	await looked(seat, `console-devices-voice-${language}`)
	/* not a recording: nothing is sent, and it is said why */
	const voices = dialog.locator('[data-order]', { hasText: w('device_order.voice') })
	const before = await voices.count()
	const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0])
	await file.setInputFiles({ name: 'photo.amr', mimeType: 'audio/amr', buffer: photo })
	const said = dialog.getByRole('alert')
	await said.waitFor()
	assert.ok((await said.textContent()).startsWith(w('error.belied_name')))
	assert.equal(await voices.count(), before)
	/* the browser itself notes that an answer was a refusal */
	await until(() => seat.complaints.length > 0, 'the refusal')
	assert.match(seat.complaints.splice(0).join(), /^[^,]*422[^,]*name=photo\.amr$/)
	await looked(seat, `console-devices-voice-refused-${language}`)
	/* and the next one goes */
	await file.setInputFiles({ name: 'again.amr', mimeType: 'audio/amr', buffer: amr })
	await said.waitFor({ state: 'detached' })
	await until(async () => (await voices.count()) === before + 1, 'the second one')
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

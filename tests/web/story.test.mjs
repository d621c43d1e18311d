// SPDX-License-Identifier: Apache-2.0
/* One emergency from the press to the report, through the pages that people use, once in
 * each language: invitation, SOS page, console, tablet, supervisor, report; and that the
 * neighbouring mission sees nothing of it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Caller, OUT, openBrowser, realNode, sit, until, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur'])
	test(`from the press to the report, in ${language}`, { timeout: 120_000 }, (t) =>
		story(t, language),
	)

async function story(t, language) {
	const node = await realNode()
	const seats = []
	const seat = async (more) => {
		const one = await sit(browser, node, { language, ...more })
		seats.push(one)
		return one
	}
	const shot = (page, name) =>
		page.screenshot({ path: `${OUT}/${name}-${language}.png`, animations: 'disabled' })
	try {
		const site = await enrol(node, seat, language)
		const sees = await neighbour(node)
		const desk = await takeDuty(node, seat, 'dispatcher', language)
		const crew = await seat({ who: node.people.responder, size: [1280, 800] })
		await crew.open('/tablet')
		await crew.page.getByText(wordsOf('tablet', language)('idle')).waitFor()
		await shot(crew.page, 'tablet-idle')
		await shot(site.page, 'sos-ready')

		await press(site, language)
		await shot(site.page, 'sos-received')
		const number = await answer(desk, site, language, () => shot(desk.page, 'console-new'))
		await shot(desk.page, 'console-acknowledged')
		await dispatch(desk, crew, language)
		await shot(crew.page, 'tablet-offer')
		await respond(desk, crew, site, language, (name) => shot(crew.page, name))
		await callBack(desk, language)
		await shot(desk.page, 'console-on-scene')
		await shot(site.page, 'sos-on-scene')
		await cannotClose(desk, language)

		const chief = await takeDuty(node, seat, 'supervisor', language)
		await close(chief, number, language)
		await shot(chief.page, 'console-closed')
		await stage(site, 'closed', language)
		await shot(site.page, 'sos-closed')
		await desk.page.locator('.queue [data-incident]').waitFor({ state: 'detached' })

		await report(await seat({ who: node.people.oversight }), language, shot)
		await sees()
		for (const { complaints } of seats) assert.deepEqual(complaints, [])
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page.screenshot({ path: `${OUT}/failed-${language}-${n}.png` }).catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

/* The link of the invitation makes this phone the site's. */
async function enrol(node, seat, language) {
	const words = wordsOf('sos', language)
	const made = await node.admin.post('/invitations', {
		site: node.missions[0].site,
		label: 'gate desk',
	})
	const phone = await seat({ size: [412, 892], hasTouch: true, isMobile: true })
	await phone.open(`/sos#${made.code}`)
	const name = language === 'ur' ? 'قونصلیٹ 1' : 'Consulate of Freedonia'
	await phone.page.getByRole('heading', { level: 1, name }).waitFor()
	assert.equal(new URL(phone.page.url()).hash, '', 'the code has left the address')
	await phone.page.getByRole('button', { name: words('test'), exact: true }).waitFor()
	const used = await node.admin.get(`/invitations/${made.id}`)
	assert.equal(used.state, 'used')
	return phone
}

/* A phone of the other mission: asks before, tells at the end whether it saw anything. */
async function neighbour(node) {
	const made = await node.admin.post('/invitations', {
		site: node.missions[1].site,
		label: 'gate desk',
	})
	const { token } = await new Caller(node.url).post('/enrolments', { code: made.code })
	const other = new Caller(node.url, token)
	const from = (await node.people.dispatcher.caller.get('/head')).seq
	return async () => {
		const room = node.people.dispatcher.caller
		const incident = (await room.get('/incidents')).items[0]
		const whole = await room.get(`/incidents/${incident.id}`)
		const signal = whole.signals?.items?.[0]?.id ?? whole.signals?.[0]?.id
		assert.ok(signal, JSON.stringify(whole.signals))
		const wall = async (path) => (await other.ask('GET', path)).status
		assert.equal(await wall(`/sos/${signal}`), 404, 'the press of another mission')
		assert.ok([403, 404].includes(await wall(`/incidents/${incident.id}`)))
		const list = await other.ask('GET', '/incidents')
		assert.ok(list.status === 403 || list.answer.items.length === 0, 'its incidents')
		const seen = await other.ask('GET', `/events?after=${from}&limit=500`)
		assert.deepEqual(
			(seen.answer.items ?? []).filter((one) =>
				/^(signal|incident|assignment)\./.test(one.type),
			),
			[],
			'its events',
		)
	}
}

async function takeDuty(node, seat, role, language) {
	const one = await seat({ who: node.people[role] })
	const words = wordsOf('console', language)
	await one.open('/console')
	await one.page.locator('.queue').waitFor()
	/* Headless browsers may sound by themselves; then no dialog comes. */
	const dialog = one.page.getByRole('dialog')
	const sounds = one.page.getByText(words('sound.on'))
	await dialog.or(sounds).first().waitFor()
	if (await dialog.isVisible()) {
		await dialog.getByRole('button', { name: words('soundcheck.play') }).click()
		await dialog.getByRole('button', { name: words('soundcheck.heard') }).click()
		await dialog.waitFor({ state: 'detached' })
	}
	await sounds.first().waitFor()
	await one.page.getByText(words('link.live')).waitFor()
	return one
}

async function stage(phone, name, language) {
	const said = wordsOf('sos', language)(name)
	await phone.page.locator('.headline', { hasText: said }).waitFor()
}

async function press(phone, language) {
	const { page } = phone
	const button = page.getByRole('button', { name: 'SOS', exact: true })
	await button.click({ delay: 300 })
	assert.equal(await page.locator('.stages').count(), 0, 'a short touch is nothing')
	await button.click({ delay: 1_200 })
	await stage(phone, 'received', language)
	assert.equal(await page.locator('.stages li.done').count(), 1)
	await page.getByRole('link', { name: /15/ }).waitFor()
}

async function answer(desk, phone, language, onNew) {
	const { page } = desk
	const words = wordsOf('console', language)
	const row = page.locator('.queue [data-incident]')
	await row.waitFor()
	assert.equal(await row.count(), 1)
	assert.match(await row.getAttribute('class'), /\bunacked\b/)
	await row.locator('.prio.P1', { hasText: words('priority.P1') }).waitFor()
	await row.getByText(words('stage.waiting')).waitFor()
	const number = (await row.locator('bdi.num').first().textContent()).trim()
	assert.ok(number)
	await phone.page.getByText(number).waitFor()
	await onNew()
	await page.keyboard.press('ArrowDown')
	await page.locator('.incident-head').getByText(number).waitFor()
	await page.keyboard.press('a')
	await row.getByText(words('stage.acknowledged')).waitFor()
	assert.doesNotMatch(await row.getAttribute('class'), /\bunacked\b/)
	await stage(phone, 'acknowledged', language)
	return number
}

async function dispatch(desk, crew, language) {
	const { page } = desk
	await page.locator('.recommended .offer').first().getByText('K-07').waitFor()
	await page.keyboard.press('1')
	const words = wordsOf('console', language)
	await page.locator('.assignments').getByText(words('assignment.offered')).waitFor()
	const offer = crew.page.getByRole('alertdialog', {
		name: wordsOf('tablet', language)('offer'),
	})
	await offer.waitFor()
	const name = language === 'ur' ? 'قونصلیٹ 1' : 'Consulate of Freedonia'
	await offer.getByText(name).waitFor()
	await offer.getByText('1 Example Road').waitFor()
}

async function respond(desk, crew, phone, language, shot) {
	const words = wordsOf('tablet', language)
	const room = wordsOf('console', language)
	const key = (name) => crew.page.getByRole('button', { name: words(name), exact: true })
	const shown = (name) =>
		desk.page.locator('.assignments b').getByText(room(name), { exact: true }).waitFor()
	await key('accept').click()
	await crew.page.getByRole('alertdialog').waitFor({ state: 'detached' })
	await shown('assignment.accepted')
	await stage(phone, 'unit_accepted', language)
	await key('say.en_route').click()
	await shown('assignment.en_route')
	await shot('tablet-en-route')
	await key('say.on_scene').click()
	await shown('assignment.on_scene')
	await stage(phone, 'on_scene', language)
	await shot('tablet-on-scene')
}

async function callBack(desk, language) {
	const words = wordsOf('console', language)
	await desk.page.keyboard.press('Shift+Digit1')
	await desk.page
		.locator('.timeline')
		.getByText(words('event.incident.called_back'))
		.waitFor()
	await desk.page
		.locator('.incident section.card p b')
		.getByText(words('callback.confirmed_real'))
		.waitFor()
}

/* An emergency is not a dispatcher's to close. */
async function cannotClose(desk, language) {
	const words = wordsOf('console', language)
	await desk.page.keyboard.press('x')
	const dialog = desk.page.getByRole('dialog')
	await dialog.getByText(words('close.needs_supervisor')).waitFor()
	assert.ok(await dialog.getByRole('button', { name: words('close.submit') }).isDisabled())
	await desk.page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

async function close(chief, number, language) {
	const { page } = chief
	const words = wordsOf('console', language)
	await page.locator('.queue [data-incident] .pick').click()
	await page.locator('.incident-head').getByText(number).waitFor()
	await page.keyboard.press('x')
	const dialog = page.getByRole('dialog')
	await dialog.getByLabel(words('disposition.handled')).check()
	await dialog.getByRole('button', { name: words('close.submit') }).click()
	await dialog.waitFor({ state: 'detached' })
	await page.locator('.incident-head').getByText(words('stage.closed')).waitFor()
}

async function report({ page, open }, language, shot) {
	const words = wordsOf('report', language)
	await open('/report')
	const row = page.getByRole('row').filter({
		has: page.getByRole('rowheader', { name: words('interval.answering') }),
	})
	await until(
		async () => (await row.first().locator('td').first().textContent()) === '1',
		'one answered call in the report',
	)
	await shot(page, 'report')
}

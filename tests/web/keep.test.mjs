// SPDX-License-Identifier: Apache-2.0
/* Holds and erasures in a browser: set by one, lifted by another; asked for by one, decided
 * by another, done; by keys alone, on a phone, and when there is nothing or no answer. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, Caller, demoNode, OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let node
let browser
let supervisor
before(async () => {
	node = await demoNode('--still')
	browser = await openBrowser()
	supervisor = await caller('supervisor')
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

async function caller(role) {
	const who = node.login(role)
	const made = new Caller(node.url)
	await made.login(who.login, who.password)
	return made
}

async function closedCall(kind) {
	const dispatcher = await caller('dispatcher')
	const made = await dispatcher.post('/incidents', {
		kind,
		priority: 'P2',
		message: 'words that go',
		position: { lat: 24.82, lon: 67.03 },
	})
	await dispatcher.post(`/incidents/${made.id}/acknowledge`)
	await supervisor.post(`/incidents/${made.id}/close`, { disposition: 'handled' })
	return made
}

async function seat(role, language, size = [1400, 900]) {
	const { page, complaints } = await sit(browser, node, {
		who: node.login(role),
		language,
		size,
	})
	await page.goto(`${node.url}/keep?lang=${language}`)
	const t = wordsOf('keep', language)
	const button = (key, where = page) =>
		where.getByRole('button', { name: t(key) }).first()
	return { page, t, button, complaints, dialog: page.getByRole('dialog') }
}

const fonts = (page) => page.evaluate(() => document.fonts.ready.then(() => 0))

test('nothing is held, nothing was asked for, and the terms stand there', async () => {
	const { page, t } = await seat('supervisor', 'en')
	await page.getByText(t('holds.none')).waitFor()
	await page.getByText(t('erasures.none')).waitFor()
	const rules = page.locator('section', { hasText: t('rules.title') }).last()
	for (const days of ['30', '730', '31'])
		await rules.locator('td', { hasText: days }).first().waitFor()
	await page.context().close()
	/* who watches sees that it is done, and no list */
	const oversight = await seat('oversight', 'en')
	await oversight.page.getByRole('heading', { name: t('rules.title') }).waitFor()
	assert.equal(await oversight.page.getByRole('heading', { name: t('holds.title') }).count(), 0)
	await oversight.page.context().close()
})

test('one holds an incident by keys alone, another lifts it', async () => {
	for (const language of ['en', 'ur']) {
		const call = await closedCall('fire')
		const one = await seat('supervisor', language)
		await one.button('holds.set').waitFor()
		await one.page.keyboard.press('h')
		await one.dialog.waitFor()
		await one.page.keyboard.press('Tab')
		await one.page.keyboard.type('no such number')
		await one.page.keyboard.press('Tab')
		await one.page.keyboard.type('court 7, letter of 1 March')
		await one.page.keyboard.press('Tab')
		await one.page.keyboard.press('Enter')
		await one.dialog.getByText(one.t('form.no_incident')).waitFor()
		await one.dialog.locator('input').fill(call.number)
		await one.page.screenshot({ path: `${OUT}/keep-form-${language}.png` })
		assert.deepEqual(await axe(one.page), [], language)
		await one.page.keyboard.press('Enter')
		await one.dialog.waitFor({ state: 'detached' })
		const row = (page) => page.locator('tr', { hasText: call.number }).first()
		await row(one.page).getByText(one.t('hold_state.active')).waitFor()
		/* who set it has no button to lift it */
		assert.equal(await row(one.page).getByRole('button').count(), 0)
		await one.page.context().close()

		const other = await seat('duty_officer', language)
		await row(other.page).getByRole('button').click()
		await other.dialog.locator('textarea').fill('the court is done')
		await other.dialog.getByRole('button', { name: other.t('holds.lift') }).click()
		await row(other.page).getByText(other.t('hold_state.lifted')).waitFor()
		await row(other.page).getByText('the court is done').waitFor()
		await other.page.context().close()
	}
})

test('a unit’s track is held for whole days of the room', async () => {
	const { page, t, button, dialog } = await seat('administrator', 'en')
	await button('holds.set').click()
	await dialog.locator('select').first().selectOption('unit')
	await dialog.locator('select').nth(1).selectOption({ index: 1 })
	await dialog.locator('input[type=date]').first().fill('2026-03-01')
	await dialog.locator('input[type=date]').nth(1).fill('2026-03-02')
	await dialog.locator('textarea').fill('complaint 9')
	await dialog.getByRole('button', { name: t('holds.set') }).click()
	await dialog.waitFor({ state: 'detached' })
	await page.getByText('complaint 9').waitFor()
	const { items } = await supervisor.get('/holds')
	const held = items.find((one) => one.reason === 'complaint 9')
	assert.equal(held.since, '2026-02-28T19:00:00.000Z')
	assert.equal(held.until, '2026-03-02T19:00:00.000Z')
	await page.context().close()
})

test('one asks for an erasure, another decides, and it is done', async () => {
	for (const language of ['en', 'ur']) {
		const call = await closedCall('medical')
		const one = await seat('supervisor', language)
		await one.button('erasures.ask').click()
		await one.dialog.locator('input').fill(call.number)
		await one.dialog.locator('textarea').fill('asked for it in writing')
		await one.dialog.getByRole('button', { name: one.t('erasures.ask') }).click()
		await one.dialog.waitFor({ state: 'detached' })
		const row = (page) =>
			page.locator('tr', { hasText: call.number }).filter({ hasText: 'in writing' })
		await row(one.page).getByText(one.t('erasures.another')).waitFor()
		await one.page.context().close()

		const other = await seat('duty_officer', language)
		await row(other.page)
			.getByRole('button', { name: other.t('erasures.approve'), exact: true })
			.click()
		await other.dialog.locator('textarea').fill('agreed')
		await other.dialog.getByRole('button', { name: other.t('erasures.approve'), exact: true }).click()
		await other.dialog.waitFor({ state: 'detached' })
		await until(async () => {
			const { items } = await supervisor.get('/erasures')
			return items.every((e) => e.state === 'done')
		}, 'the key destroyed')
		await other.page.reload()
		await row(other.page).getByText(other.t('erasure_state.done'), { exact: true }).waitFor()
		await fonts(other.page)
		await other.page.screenshot({ path: `${OUT}/keep-${language}.png`, fullPage: true })
		assert.deepEqual(await axe(other.page), [], language)
		await other.page.setViewportSize({ width: 390, height: 844 })
		const wide = await other.page.evaluate(() => document.documentElement.scrollWidth)
		assert.ok(wide <= 390, `${language}: ${wide} px on a phone`)
		await other.page.screenshot({ path: `${OUT}/keep-phone-${language}.png`, fullPage: true })
		assert.deepEqual(other.complaints, [])
		await other.page.context().close()
	}
})

test('what is held is not erased, and the page says so', async () => {
	const call = await closedCall('threat')
	await supervisor.post('/holds', { subject: call.id, reason: 'court 8' })
	const { page, t, button, dialog } = await seat('supervisor', 'en')
	await button('erasures.ask').click()
	await dialog.locator('input').fill(call.number)
	await dialog.locator('textarea').fill('asked for it')
	await dialog.getByRole('button', { name: t('erasures.ask') }).click()
	await dialog.getByRole('alert').filter({ hasText: 'legal hold' }).waitFor()
	await page.context().close()
})

test('a list that does not come is said, and asked for again', async () => {
	const { page, t } = await seat('supervisor', 'en')
	await page.getByRole('heading', { name: t('rules.title') }).waitFor()
	await page.route('**/api/v1/holds*', (route) => route.abort())
	await page.reload()
	await page.getByText(t('keep.failed')).waitFor()
	await page.unroute('**/api/v1/holds*')
	await page.getByRole('button', { name: t('keep.again') }).click()
	await page.getByText(t('keep.failed')).waitFor({ state: 'detached' })
	await page.context().close()
})

// SPDX-License-Identifier: Apache-2.0
/* Protected people in a browser: their mission keeps them, the security cell is shown that
 * one is there and says what for it opens more, which the mission reads; two of a mission
 * let a file leave; those who come find them in the register of the place. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, town } from './liaison_town.mjs'
import { Caller, OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur'])
	test(`protected people, in ${language}`, { timeout: 240_000 }, () => people(language))

const NAME = 'Envoy Demo'

async function people(language) {
	const w = wordsOf('liaison', language)
	const { node, desk, b, person } = await town()
	const [a] = node.missions
	const keeper = await person('keeper', 'liaison', a.agency)
	const second = await person('second', 'liaison', a.agency)
	const { items: agencies } = await node.admin.get('/agencies')
	const control = agencies.find((one) => one.is_control)
	await node.admin.ok('PATCH', `/agencies/${control.id}`, { is_cell: true })
	const seats = []
	const sits = async (who, size, path) => {
		const isPhone = size[0] < 600
		const seat = hands(
			await sit(browser, node, {
				who,
				language,
				size,
				...(isPhone && { isMobile: true, hasTouch: true }),
			}),
			w,
		)
		seats.push(seat)
		await seat.open(path)
		return seat
	}
	try {
		const owner = await sits(keeper, [1280, 900], '/liaison#/people')
		await keep(owner, language)
		const cell = await sits(desk, [412, 892], '/liaison#/people')
		await openForReason(cell, owner, language)
		await file(owner, second, language)
		await thoseWhoCome(node, a, sits, owner, language)
		const other = await sits(b, [1280, 900], '/liaison#/people')
		await other.page.getByText(w('guarded.none')).waitFor()
		assert.equal(await other.page.getByText(NAME).count(), 0)
		for (const { complaints } of seats)
			assert.deepEqual(
				complaints.filter((one) => !/status of 40[34]/.test(one)),
				[],
			)
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page
					.screenshot({ path: `${OUT}/failed-people-${language}-${n}.png` })
					.catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

async function keep(owner, language) {
	const { page, w } = owner
	await page.getByText(w('guarded.none')).waitFor()
	await owner.button('guarded.new').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('f.name', dialog).fill(NAME)
		await owner.field('f.kind', dialog).selectOption('diplomat')
		await owner.field('f.document', dialog).fill('ZZ-4711')
		await owner.field('f.needs', dialog).fill('Insulin each four hours.')
		await owner.field('f.site', dialog).selectOption({ index: 1 })
		await looked(owner, `people-form-${language}`)
	})
	await page.locator('.card .pick', { hasText: NAME }).click()
	await page.getByText('Insulin each four hours.').waitFor()
	await page.getByText('ZZ-4711').waitFor()
	await looked(owner, `people-owner-${language}`)
}

async function openForReason(cell, owner, language) {
	const { page, w } = cell
	await page.locator('.card .pick').first().click()
	await page.getByText(w('guarded.sealed')).waitFor()
	assert.equal(await page.getByText(NAME).count(), 0)
	await cell.button('guarded.open').click()
	const send = page.getByRole('dialog').locator('button[type=submit]')
	assert.ok(await send.isDisabled(), 'nothing opens without a reason')
	await cell.answer('guarded.open', async (dialog) => {
		await cell.field('f.reason', dialog).fill('Escort to the airport.')
		await looked(cell, `people-reason-${language}`)
	})
	await page.getByRole('heading', { name: NAME }).waitFor()
	await page.getByText('ZZ-4711').waitFor()
	await looked(cell, `people-cell-phone-${language}`)
	const look = owner.page.locator('.looks li', { hasText: 'Escort to the airport.' })
	await look.waitFor()
	assert.match(await look.innerText(), /Person desk/)
	await owner.button('guarded.withhold').click()
	await owner.page.locator('.card .chip', { hasText: w('guarded.withheld') }).waitFor()
	await page.getByRole('heading', { name: NAME }).waitFor({ state: 'detached' })
	assert.equal(await page.locator('.card .pick').count(), 0)
	await owner.button('guarded.show').click()
	await page.getByText(w('guarded.sealed')).waitFor()
}

async function file(owner, second, language) {
	const { page, w } = owner
	await owner.button('export.ask').click()
	await owner.answer('export.ask', (dialog) =>
		owner.field('f.reason', dialog).fill('Yearly list.'),
	)
	const one = page.locator('.finding', { hasText: 'Yearly list.' })
	await one.getByText(w('export.waits')).waitFor()
	const { items } = await second.caller.get('/exports')
	await second.caller.ok('POST', `/exports/${items[0].id}/decision`, {
		approve: true,
		reason: 'Agreed.',
	})
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		one.getByRole('link', { name: w('export.fetch') }).click(),
	])
	assert.equal(download.suggestedFilename(), 'export.jsonl')
	await one.getByText(w('export.fetched').replace('{n}', '1')).waitFor()
	await looked(owner, `people-file-${language}`)
}

async function thoseWhoCome(node, a, sits, owner, language) {
	const { responder, dispatcher } = node.people
	const made = await node.admin.post('/invitations', { site: a.site, label: 'gate' })
	const { token } = await new Caller(node.url).post('/enrolments', { code: made.code })
	await new Caller(node.url, token).post('/sos', { kind: 'panic', key: crypto.randomUUID() })
	const room = dispatcher.caller
	const open = async () =>
		(await room.get('/incidents')).items.find((one) => one.site === a.site)
	const incident = await until(open, 'the call is an incident')
	const { items } = await room.post(`/incidents/${incident.id}/assignments`, {
		units: [node.unit.id],
	})
	await responder.caller.post(`/assignments/${items[0].id}/status`, { status: 'accepted' })
	const crew = await sits(responder, [412, 892], `/liaison#/sites/${a.site}/people`)
	await crew.page.getByText(NAME).waitFor()
	await crew.page.getByText('Insulin each four hours.').waitFor()
	assert.equal(await crew.page.getByText('ZZ-4711').count(), 0)
	await looked(crew, `people-crew-phone-${language}`)
	await owner.open(`/liaison#/sites/${a.site}/looks`)
	await owner.page
		.locator('.looks li', { hasText: owner.w('looked.people') })
		.first()
		.waitFor()
}

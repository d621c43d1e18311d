// SPDX-License-Identifier: Apache-2.0
/* Alerts between this node and others, in a browser: the administrator's rules, an alert
 * from outside that waits for the desk, one that raises an incident, and an advisory with
 * an area on its way out. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, pktField, town } from './liaison_town.mjs'
import { OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`alerts, in ${language}`, { timeout: 120_000 }, () => alerts(language))

const iso = (hours) =>
	new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+Z$/, '-00:00')

const cap = (identifier, sender, event) => `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>${identifier}</identifier><sender>${sender}</sender><sent>${iso(0)}</sent>
<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>en</language><category>Met</category><event>${event}</event>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
<expires>${iso(12)}</expires><headline>${event} over the port</headline>
<description>Winds of 90 km/h.</description>
<area><areaDesc>Port</areaDesc><circle>24.80,66.97 5</circle></area></info></alert>
`

async function alerts(language) {
	const w = wordsOf('liaison', language)
	const own = wordsOf('admin', language)
	const { node, desk } = await town()
	const seats = []
	const sits = async (who, size, path, words) => {
		const seat = hands(await sit(browser, node, { who, language, size }), words)
		seats.push(seat)
		await seat.open(path)
		return seat
	}
	try {
		const admin = await sits(node.people.administrator, [1280, 900], '/admin#cap_rules', own)
		await rule(admin, language)
		const police = await sits(desk, [1280, 900], '/liaison#/advisories', w)
		await comes(police, node, language)
		await goes(police, language)
		/* The one with a DOCTYPE was refused. */
		for (const { complaints } of seats)
			assert.deepEqual(
				complaints.filter((one) => !/status of 422 .*\/cap$/.test(one)),
				[],
			)
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page.screenshot({ path: `${OUT}/failed-cap-${language}-${n}.png` }).catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

async function rule(admin, language) {
	const { page, w } = admin
	await page.getByRole('button', { name: w('new.cap_rules') }).click()
	await admin.answer('save', async (dialog) => {
		await admin.field('field.name', dialog).fill('Sirens of the port')
		await admin.field('field.order', dialog).fill('10')
		await admin.field('field.sender', dialog).fill('sirens@port.example')
		await admin.field('field.outcome', dialog).selectOption('signal')
		await looked(admin, `cap-rule-form-${language}`)
	})
	await page.getByRole('button', { name: 'Sirens of the port' }).waitFor()
	await looked(admin, `cap-rules-${language}`)
}

const bring = (police, name, text) =>
	police.page
		.locator('.picker input[type=file]')
		.setInputFiles({ name, mimeType: 'application/xml', buffer: Buffer.from(text) })

/* One waits until the desk has accepted it, one raises an incident by the rule. */
async function comes(police, node, language) {
	const { page, w } = police
	await page.getByText(w('advisory.none')).waitFor()
	await page.getByText(w('cap_rule.title')).click()
	await page.locator('details li', { hasText: w('cap_outcome.signal') }).waitFor()
	await bring(police, 'storm.xml', cap('storm-1', 'weather@met.example', 'Storm'))
	await page.locator('.side h3', { hasText: 'Storm over the port' }).waitFor()
	await page.locator('h3', { hasText: w('advisory_group.waiting') }).waitFor()
	await page.locator('.area svg').waitFor()
	await looked(police, `cap-pending-${language}`)
	await police.button('advisory.accept').click()
	await page.locator('h3', { hasText: w('advisory_group.standing') }).waitFor()
	await bring(police, 'storm.xml', '<!DOCTYPE alert [<!ENTITY a "b">]><alert/>')
	await page.locator('.toasts').getByText(/DOCTYPE/i).waitFor()
	await bring(police, 'siren.xml', cap('siren-1', 'sirens@port.example', 'Siren'))
	await until(
		async () =>
			(await node.people.dispatcher.caller.get('/incidents')).items.length === 1,
		'the siren has raised an incident',
	)
}

async function goes(police, language) {
	const { page, w } = police
	await police.button('advisory.new').click()
	await police.answer('save', async (dialog) => {
		await police.field('f.event', dialog).fill('Procession')
		await police.field('f.tlp', dialog).selectOption('CLEAR')
		await police.field('f.area_name', dialog).fill('Old town')
		await police.field('area.shape', dialog).selectOption('polygon')
		await police.field('area.ring', dialog).fill('24.80, 67.00\nhere')
		await police.field('f.expires_at', dialog).fill(pktField(2))
		await dialog.locator('input[lang=en]').fill('Roads closed on Friday')
		await dialog.locator('button[type=submit]').click()
		await dialog.getByText(w('area.no_place').replace('{n}', '2')).waitFor()
		await police
			.field('area.ring', dialog)
			.fill('24.80, 67.00\n24.80, 67.10\n24.90, 67.05')
		await looked(police, `cap-area-form-${language}`)
	})
	await police.button('advisory.issue').click()
	await page.locator('.side .chip', { hasText: w('advisory_state.issued') }).waitFor()
	await looked(police, `cap-area-${language}`)
	const sent = async () => {
		const href = await page.getByRole('link', { name: w('advisory.cap') }).getAttribute('href')
		return (await page.request.get(new URL(href, page.url()).href)).text()
	}
	const ring = '24.8,67 24.8,67.1 24.9,67.05 24.8,67'
	const plain = (xml) => xml.replace(/(\.\d*?)0+(?=[, <])/g, '$1').replace(/\.(?=[, <])/g, '')
	const first = await sent()
	assert.ok(plain(first).includes(`<polygon>${ring}</polygon>`), first)
	await police.button('advisory.update').click()
	await police.answer('advisory.update', async (dialog) => {
		await police.field('area.shape', dialog).selectOption('circle')
		await police.field('area.centre', dialog).fill('24.85, 67.02')
		await police.field('area.radius_km', dialog).fill('3')
	})
	await page.locator('.side .chip', { hasText: w('advisory_state.updated') }).waitFor()
	const second = await sent()
	assert.match(second, /<msgType>Update<\/msgType>/)
	assert.match(second, /<references>/)
	assert.match(plain(second), /<circle>24.85,67.02 3<\/circle>/)
	assert.ok(!second.includes('<polygon>'))
}

// SPDX-License-Identifier: Apache-2.0
/* The places of the liaison room, each at work between two people: an order that must be
 * acknowledged with a file in it, an advisory, duty phones, an order for report, sharing
 * by two keys, an incident handled together. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hands, looked, pktField, town } from './liaison_town.mjs'
import { OUT, openBrowser, ROOT, sit, until, wordsOf } from './node.mjs'

const PROGRAM = `${process.env.KUMAK ?? join(ROOT, 'build/kumak')}-verify`

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`the places, in ${language}`, { timeout: 180_000 }, () => places(language))

async function places(language) {
	const w = wordsOf('liaison', language)
	const { node, desk, b, person } = await town()
	const [a] = node.missions
	const rangers = await node.admin.post('/agencies', { name: 'Rangers', kind: 'rangers' })
	const people = {
		desk,
		b,
		a: await person('freedonia', 'liaison', a.agency),
		boss: await person('boss', 'supervisor'),
		ranger: await person('ranger', 'supervisor', rangers.id),
	}
	const seats = []
	const sits = async (who, size = [1280, 800], path = '/liaison') => {
		const seat = hands(await sit(browser, node, { who, language, size }), w)
		seats.push(seat)
		await seat.open(path)
		await seat.page.locator('nav.places').waitFor()
		return seat
	}
	try {
		const police = await sits(people.desk)
		const mission = await sits(people.a, [412, 892], '/liaison?theme=light')
		await mustAcknowledge(police, mission, language)
		await advisory(police, mission, language)
		await phones(police, mission, language)
		await heads(node, mission, language)
		const boss = await sits(people.boss)
		await order(boss, police, language)
		await sharing(mission, police, language)
		const ranger = await sits(people.ranger)
		await joint(node, people, rangers, ranger, language)
		for (const { complaints } of seats) assert.deepEqual(complaints, [])
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page.screenshot({ path: `${OUT}/failed-places-${language}-${n}.png` }).catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

async function mustAcknowledge(police, mission, language) {
	const { page, w } = police
	await page.locator('.channels .pick').first().click()
	await police.button('compose.new').click()
	await police.field('f.tlp').selectOption('GREEN')
	await police.field('f.subject').fill('Gates after dark')
	await police.field('f.text').fill('Gates stay shut after dark.')
	await page
		.locator('input[type=file]')
		.setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('Gate 1\n') })
	await page.getByText(w('compose.more')).click()
	await police.field('f.must_ack').selectOption('agency')
	await page.locator('.who .chip').nth(2).waitFor()
	await looked(police, `liaison-must-ack-${language}`)
	await police.button('compose.send').click()
	const card = page.locator('.post[data-id]', { hasText: 'Gates after dark' })
	await police.button('post.open', card).click()
	await police.button('post.pin').click()
	await page.locator('.posts hr, .posts h3', { hasText: w('talk.standing') }).waitFor()
	await page.getByText(w('receipts.title')).click()
	await page.locator('.people .wrong').nth(1).waitFor()

	await mission.page.locator('.channels .pick').first().click()
	await mission.button('post.open').first().click()
	const [download] = await Promise.all([
		mission.page.waitForEvent('download'),
		mission.page.getByRole('link', { name: 'plan.txt' }).click(),
	])
	assert.equal(download.suggestedFilename(), 'plan.txt')
	await looked(mission, `liaison-owed-phone-${language}`)
	await mission.button('post.acknowledge').click()
	await mission.page.locator('.side .chip.good', { hasText: w('post.acknowledged') }).waitFor()
	await page.locator('.people .wrong').nth(1).waitFor({ state: 'detached' })
	assert.equal(await page.locator('.people .wrong').count(), 1)
	await looked(police, `liaison-receipts-${language}`)
	await police.button('post.translate').click()
	await police.answer('post.translate', async (dialog) => {
		const other = language === 'ur' ? 'en' : 'ur'
		await police.field('f.language', dialog).selectOption(other)
		await dialog.locator('textarea').fill('دروازے اندھیرے کے بعد بند رہیں۔')
	})
	await mission.page.locator('details', { hasText: 'دروازے' }).waitFor({ state: 'attached' })
	await police.button('post.correct').click()
	await police.answer('post.correct', async (dialog) => {
		await dialog.locator('textarea').fill('Gates stay shut after ten.')
		await police.field('f.reason', dialog).fill('the hour')
	})
	await mission.page.getByText('Gates stay shut after ten.').last().waitFor()
	await mission.button('post.acknowledge').waitFor()
	await search(police)
}

async function search({ page, w }) {
	const field = page.getByRole('searchbox', { name: w('talk.search') })
	await field.fill('after ten')
	await page.locator('.channels .pick', { hasText: 'Gates after dark' }).waitFor()
	await field.fill('no such words')
	await page.getByText(w('talk.nothing_found')).waitFor()
	await field.fill('')
}

async function advisory(police, mission, language) {
	const { page, w } = police
	await police.place('advisories')
	await police.button('advisory.new').click()
	await police.answer('save', async (dialog) => {
		await police.field('f.event', dialog).fill('Procession')
		await police.field('f.tlp', dialog).selectOption('GREEN')
		await police.field('f.area_name', dialog).fill('Old town')
		await police.field('f.expires_at', dialog).fill(pktField(2))
		await dialog.locator('input[lang=en]').fill('Roads closed on Friday')
		await dialog.locator('input[lang=ur]').fill('جمعے کو سڑکیں بند')
		await dialog.locator('textarea[lang=ur]').first().fill('متبادل راستہ اختیار کریں۔')
		await looked(police, `liaison-advisory-form-${language}`)
	})
	await mission.place('advisories')
	await mission.page.getByText(w('advisory.none')).waitFor()
	await police.button('advisory.issue').click()
	await mission.page.locator('.card .pick').click()
	await mission.page.getByRole('button', { name: 'English', exact: true }).click()
	await mission.page.locator('.side h3', { hasText: 'Roads closed on Friday' }).waitFor()
	await mission.page.getByRole('button', { name: 'اردو', exact: true }).click()
	await mission.page.locator('.side h3[lang=ur]').waitFor()
	await looked(mission, `liaison-advisory-phone-${language}`)
	await looked(police, `liaison-advisory-${language}`)
	await police.button('advisory.update').click()
	await police.answer('advisory.update', async (dialog) => {
		await dialog.locator('input[lang=en]').fill('Roads closed until Saturday')
	})
	await mission.page.getByRole('button', { name: 'English', exact: true }).click()
	await mission.page.locator('.side h3', { hasText: 'until Saturday' }).waitFor()
	await police.button('advisory.cancel').click()
	await police.answer('advisory.cancel', async (dialog) => {
		await police.field('f.reason', dialog).fill('called off')
	})
	await mission.page.locator('.side').getByText(w('advisory_state.cancelled')).waitFor()
	await page.locator('.card.over').waitFor()
}

/* The mission saves the heads it was given; the verifier finds them in the node's journal,
 * and finds fault with one that was altered. */
async function heads(node, mission, language) {
	const { page } = mission
	await mission.button('account').click()
	await page.locator('.proofs summary').click()
	await looked(mission, `liaison-heads-${language}`)
	const coming = page.waitForEvent('download')
	await mission.button('proof.save').click()
	const file = join(OUT, `heads-${language}.json`)
	await (await coming).saveAs(file)
	await mission.button('account').click()
	const { heads } = JSON.parse(readFileSync(file, 'utf8'))
	assert.ok(heads.length > 0 && heads.every((one) => one.signature))
	const journal = join(OUT, `journal-${language}`)
	rmSync(journal, { force: true }) /* of an earlier run: it writes over none */
	assert.equal(spawnSync(PROGRAM, ['--export', journal, node.data]).status, 0)
	assert.equal(spawnSync(PROGRAM, ['--heads', file, journal]).status, 0)
	const [one] = heads
	const hash = (one.hash[0] === '0' ? '1' : '0') + one.hash.slice(1)
	writeFileSync(file, JSON.stringify({ heads: [{ ...one, hash }] }))
	assert.notEqual(spawnSync(PROGRAM, ['--heads', file, journal]).status, 0)
}

async function phones(police, mission, language) {
	await police.place('phones')
	await police.button('phone.new').click()
	await police.answer('save', async (dialog) => {
		await police.field('f.label', dialog).fill('Duty officer')
		await police.field('f.phone', dialog).fill('+92 21 0000 1500')
	})
	await mission.place('phones')
	const call = mission.page.getByRole('link', { name: '+92 21 0000 1500' })
	await call.waitFor()
	assert.equal(await call.getAttribute('href'), 'tel:+922100001500')
	await mission.button('phone.change').click()
	await mission.answer('save', async (dialog) => {
		await mission.field('f.phone', dialog).fill('+92 300 0000001')
		await mission.field('reach_me.from', dialog).fill('22:00')
		await mission.field('reach_me.to', dialog).fill('06:00')
	})
	await mission.page.getByText('22:00 – 06:00').waitFor()
	await looked(mission, `liaison-phones-phone-${language}`)
	await looked(police, `liaison-phones-${language}`)
	await police.button('invite.title').click()
	await police.dialog.locator('button[type=submit]').click()
	await police.dialog.getByText(/\/liaison#\S+/).waitFor()
	await looked(police, `liaison-invite-${language}`)
	await police.page.keyboard.press('Escape')
	await mission.place('meetings')
	await mission.button('calendar.title').click()
	await mission.button('calendar.make').click()
	const address = await mission.page.locator('code.secret').innerText()
	const calendar = await (await fetch(address)).text()
	assert.match(calendar, /^BEGIN:VCALENDAR/)
	await looked(mission, `liaison-calendar-phone-${language}`)
}

async function order(boss, police, language) {
	await boss.place('orders')
	await boss.button('order.new').click()
	await boss.answer('order.new', async (dialog) => {
		await boss.field('f.officer', dialog).selectOption({
			label: await label(dialog, 'Person desk'),
		})
		await boss.field('f.subject', dialog).fill('A missing person in the news')
		await boss.field('f.due_at', dialog).fill(pktField(3))
	})
	await police.place('orders')
	await police.page.locator('.card .pick', { hasText: 'A missing person' }).click()
	await police.button('order.acknowledge').click()
	await boss.page.locator('.card .pick', { hasText: 'A missing person' }).click()
	await boss.page.locator('.side .picker input[type=file]').setInputFiles({
		name: 'news.txt',
		mimeType: 'text/plain',
		buffer: Buffer.from('What the paper wrote.\n'),
	})
	await police.page.getByRole('link', { name: 'news.txt' }).waitFor()
	await police.page.locator('.side .picker input[type=file]').setInputFiles({
		name: 'found.txt',
		mimeType: 'text/plain',
		buffer: Buffer.from('What was found.\n'),
	})
	await police.page
		.locator('.side .chip', { hasText: police.w('order.waiting').replace('{n}', '1') })
		.waitFor()
	const deliver = async (text) => {
		await police.button('order.deliver').click()
		await police.answer('order.deliver', (dialog) =>
			police.field('f.report', dialog).fill(text),
		)
	}
	await deliver('We asked at the station.')
	await boss.page.getByText('We asked at the station.').waitFor()
	await boss.page.getByRole('link', { name: 'found.txt' }).waitFor()
	await boss.button('order.return').click()
	await boss.answer('order.return', (dialog) =>
		boss.field('f.reason', dialog).fill('Ask the family too.'),
	)
	await police.page.getByText('Ask the family too.').waitFor()
	await looked(police, `liaison-order-${language}`)
	await deliver('The family was asked too.')
	await boss.page.getByText('The family was asked too.').waitFor()
	await boss.button('order.accept').click()
	await police.page.locator('.card.over').waitFor()
	await looked(boss, `liaison-order-accepted-${language}`)
}

async function label(dialog, start) {
	const all = await dialog.locator('select').first().locator('option').allInnerTexts()
	return all.find((one) => one.startsWith(start))
}

async function sharing(mission, police, language) {
	await mission.place('sharing')
	await mission.button('grant.new').click()
	await mission.answer('grant.propose', async (dialog) => {
		const others = await mission.field('grant.other', dialog).locator('option').allInnerTexts()
		assert.ok(!others.some((one) => /Sylvania|مشن 2/.test(one)), others.join())
		await mission.field('f.purpose', dialog).fill('So that you know our gates.')
		await mission.field('grant.what', dialog).selectOption('sites')
	})
	await police.place('sharing')
	await police.page.locator('.card .pick', { hasText: 'our gates' }).click()
	await looked(police, `liaison-grant-${language}`)
	await police.button('grant.accept').click()
	const active = mission.w('grant_state.active')
	await mission.page.locator('.side .chip', { hasText: active }).waitFor()
	await looked(mission, `liaison-grant-phone-${language}`)
	await mission.button('grant.withdraw').click()
	await mission.answer('grant.withdraw', (dialog) =>
		mission.field('f.reason', dialog).fill('the purpose is over'),
	)
	await police.page.locator('.side').getByText('the purpose is over').waitFor()
}

async function joint(node, people, rangers, ranger, language) {
	const { page, w } = ranger
	const room = node.people.dispatcher.caller
	await ranger.place('incidents')
	await page.getByText(w('incident.none')).waitFor()
	const raised = await room.post('/incidents', {
		kind: 'crowd',
		priority: 'P2',
		site: node.missions[0].site,
		message: 'A crowd at the gate',
	})
	await room.post(`/incidents/${raised.id}/partners`, {
		agency: rangers.id,
		purpose: 'crowd control',
	})
	await ranger.button('incident.join').click()
	await page.locator('.card .pick', { hasText: raised.number }).click()
	await page.locator('.side .people li').first().waitFor()
	await ranger.button('incident.note').click()
	await ranger.answer('save', (dialog) =>
		ranger.field('f.text', dialog).fill('Two sections are on the way.'),
	)
	await page.getByText('Two sections are on the way.').waitFor()
	await people.boss.caller.post(`/incidents/${raised.id}/lead`, { agency: rangers.id })
	await ranger.button('incident.take_lead').click()
	await page.getByText(w('incident.leads'), { exact: true }).waitFor()
	await looked(ranger, `liaison-joint-${language}`)
	await until(
		async () => (await room.get(`/incidents/${raised.id}`)).lead === rangers.id,
		'the rangers lead',
	)
	const grant = (await people.boss.caller.get('/grants')).items.find(
		(one) => one.subject === raised.id,
	)
	assert.ok(grant.opened_count > 0, 'each look left an opening')
}

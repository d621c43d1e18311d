// SPDX-License-Identifier: Apache-2.0
/* A channel of the liaison room as its keeper has it: made, its members, how long it is
 * kept, held; a post held and handed on; posts as a file that two people settle. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, pktField, town } from './liaison_town.mjs'
import { OUT, openBrowser, sit, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`a channel, in ${language}`, { timeout: 180_000 }, () => channel(language))

async function channel(language) {
	const w = wordsOf('liaison', language)
	const { node, desk, b, person } = await town()
	const boss = await person('boss', 'supervisor')
	const seats = []
	const sits = async (who, size = [1280, 900]) => {
		const seat = hands(await sit(browser, node, { who, language, size }), w)
		seats.push(seat)
		await seat.open('/liaison')
		await seat.page.locator('.channels .pick').first().waitFor()
		return seat
	}
	try {
		const police = await sits(desk)
		await makes(police, language)
		await members(police)
		await keeps(police, language)
		await broadcasts(police, language)
		await handsOn(police, node, desk, language)
		const other = await sits(boss, [412, 892])
		await settles(police, other, language)
		const mission = await sits(b, [412, 892])
		await mission.page.locator('.channels .pick').first().click()
		await mission.button('talk.about').click()
		await mission.page.locator('[data-member]').first().waitFor()
		const shown = await mission.page.locator('.side').innerText()
		assert.ok(!/Freedonia|مشن 1/.test(shown), 'a mission is told of no other')
		assert.equal(await mission.page.getByRole('button', { name: w('member.add') }).count(), 0)
		await looked(mission, `channel-mission-phone-${language}`)
		for (const { complaints } of seats) assert.deepEqual(complaints, [])
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page
					.screenshot({ path: `${OUT}/failed-channel-${language}-${n}.png` })
					.catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

async function makes(police, language) {
	const { page } = police
	await police.button('channel.new').click()
	await police.answer('channel.make', async (dialog) => {
		await police.field('f.shape', dialog).selectOption('hub')
		await police.field('f.name', dialog).fill('Port sites')
		await police.field('f.about', dialog).fill('What concerns the port.')
		await looked(police, `channel-form-${language}`)
	})
	await page.locator('.channels .pick', { hasText: 'Port sites' }).waitFor()
	await police.button('talk.about').click()
	await page.getByText('What concerns the port.').waitFor()
}

async function members(police) {
	const { page, w } = police
	const line = (text) => page.locator('[data-member]', { hasText: text })
	await police.button('member.add').click()
	await police.answer('member.add', async (dialog) => {
		await police.field('f.agency', dialog).selectOption({ index: 1 })
		await police.field('member.only_role', dialog).selectOption('liaison')
	})
	await line(w('role.liaison')).first().waitFor()
	await police.button('member.add').click()
	await police.answer('member.add', async (dialog) => {
		await police.field('member.who', dialog).selectOption('account')
		const people = police.field('f.person', dialog)
		const names = await people.locator('option').allInnerTexts()
		const label = names.find((one) => one.startsWith('The dispatcher'))
		await people.selectOption({ label })
	})
	await line('The dispatcher').first().waitFor()
	const before = await page.locator('[data-member]').count()
	await police.button('member.remove', line('The dispatcher').first()).click()
	await page.locator('[data-member]').nth(before - 1).waitFor({ state: 'detached' })
}

async function keeps(police, language) {
	const { page, w } = police
	await police.button('part.change').click()
	await police.answer('save', async (dialog) => {
		const name = w('channel.keep').replace('{kind}', w('post_kind.question'))
		await dialog.getByLabel(name).fill('90')
	})
	await page.getByText(w('channel.days').replace('{n}', '90')).waitFor()
	await police.button('channel.hold').click()
	await page.locator('.chip', { hasText: w('channel.held') }).waitFor()
	await looked(police, `channel-about-${language}`)
	await police.button('channel.release').click()
	await page.locator('.chip', { hasText: w('channel.held') }).waitFor({ state: 'detached' })
}

/* To the sites within a kilometre of one consulate: the other is further off. */
async function broadcasts(police, language) {
	const { page, w } = police
	await page.locator('.channels .pick', { hasNotText: 'Port sites' }).first().click()
	await police.button('compose.new').click()
	await police.field('f.tlp').selectOption('GREEN')
	await police.field('f.text').fill('Stay inside until ten.')
	await page.getByText(w('compose.more')).click()
	await police.field('f.reach').selectOption('circle')
	await police.field('area.centre').fill('nowhere')
	await page.locator('.wrong', { hasText: w('area.no_place').replace('{n}', '1') }).waitFor()
	assert.ok(await police.button('compose.send').isDisabled())
	await police.field('area.radius_km').fill('1')
	const isArabic = language === 'ur' || language === 'sd'
	const there = page.locator('.who .chip', { hasText: isArabic ? 'مشن 2' : 'Sylvania' })
	await police.field('area.centre').fill('24.8405, 67.0602')
	await there.waitFor()
	await police.field('area.centre').fill('24.8205, 67.0301')
	await there.waitFor({ state: 'detached' })
	await page.locator('.who .chip').first().waitFor()
	assert.equal(await there.count(), 0)
	await looked(police, `channel-broadcast-${language}`)
	await police.button('compose.send').click()
	await page.locator('.post[data-id]', { hasText: 'Stay inside until ten.' }).waitFor()
}

async function handsOn(police, node, desk, language) {
	const { page, w } = police
	const group = (await desk.caller.get('/channels')).items.find((one) => one.is_missions)
	for (const [tlp, text] of [
		['GREEN', 'The port road is closed.'],
		['AMBER+STRICT', 'For the desk only.'],
	])
		await desk.caller.post(`/channels/${group.id}/posts`, { kind: 'situation', text, tlp })
	await page.locator('.channels .pick', { hasNotText: 'Port sites' }).first().click()
	const card = (text) => page.locator('.post[data-id]', { hasText: text })
	await police.button('post.open', card('For the desk only.')).click()
	await police.button('post.hold').waitFor()
	assert.equal(await page.getByRole('button', { name: w('forward.do') }).count(), 0)
	await police.button('post.open', card('The port road is closed.')).click()
	await page.locator('[data-whole]', { hasText: 'The port road is closed.' }).waitFor()
	await police.button('post.hold').click()
	await page.locator('.side .chip', { hasText: w('post.held') }).waitFor()
	await police.button('forward.do').click()
	await police.dialog.locator('.who .chip').first().waitFor()
	await looked(police, `channel-forward-${language}`)
	await police.answer('forward.do')
	await page.locator('.stream h2', { hasText: 'Port sites' }).waitFor()
	await card('The port road is closed.').waitFor()
}

async function settles(police, other, language) {
	const { page, w } = police
	await page.locator('.channels .pick', { hasNotText: 'Port sites' }).first().click()
	await police.button('talk.about').click()
	await police.button('export.ask').click()
	await police.answer('export.ask', async (dialog) => {
		await police.field('f.from', dialog).fill(pktField(-1))
		await police.field('f.until', dialog).fill(pktField(1))
		await police.field('f.reason', dialog).fill('Asked for by a court.')
	})
	await page.getByText(w('export.waits')).waitFor()
	await looked(police, `channel-exports-${language}`)
	await other.page.locator('.channels .pick', { hasNotText: 'Port sites' }).first().click()
	await other.button('talk.about').click()
	await other.button('export.approve').click()
	await other.answer('export.approve', (dialog) =>
		other.field('f.reason', dialog).fill('The court has written.'),
	)
	await other.page.locator('.chip', { hasText: other.w('export_state.approved') }).waitFor()
	await looked(other, `channel-exports-phone-${language}`)
	const link = page.getByRole('link', { name: w('export.fetch') })
	const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
	const chunks = []
	for await (const chunk of await download.createReadStream()) chunks.push(chunk)
	const [document, signature] = Buffer.concat(chunks).toString().trim().split('\n')
	assert.ok(JSON.parse(document).posts.some((one) => one.text === 'The port road is closed.'))
	assert.equal(JSON.parse(signature).algorithm, 'Ed25519')
}

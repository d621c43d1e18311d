// SPDX-License-Identifier: Apache-2.0
/* The liaison room in a browser. A consulate joins by an invitation and raises a concern
 * in the missions' group; the police desk makes it a proposal, it is discussed, put on
 * the monthly agenda, minuted, turned into an action, done and reported back; a second
 * mission, whose page is open all the while, is told nothing of it. Once in each of two
 * languages, at a desk and on a telephone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, PASSWORD, pktField, town } from './liaison_town.mjs'
import { OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

const CANARY = 'Canaryword'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

/* Everything that a page is told: answers and frames of its live line. */
function overhear(seat) {
	const told = []
	const all = []
	seat.context.on('response', (response) => {
		if (response.url().includes('/api/'))
			all.push(response.text().then((text) => told.push(text)).catch(() => 0))
	})
	seat.page.on('websocket', (socket) =>
		socket.on('framereceived', ({ payload }) => told.push(String(payload))),
	)
	return async () => {
		await Promise.all(all)
		return told
	}
}

for (const language of ['en', 'ur'])
	test(`a concern's way to the report, in ${language}`, { timeout: 180_000 }, () =>
		story(language),
	)

async function story(language) {
	const w = wordsOf('liaison', language)
	const { node, desk, b } = await town()
	const seats = []
	const sits = async (more) => {
		const one = await sit(browser, node, { language, ...more })
		seats.push(one)
		return hands(one, w)
	}
	try {
		const second = await sits({ who: b, size: [1280, 800] })
		const told = overhear(second)
		await second.open('/liaison')
		await second.page.locator('.channels .pick').first().click()
		await second.page.getByText(w('talk.empty')).waitFor()

		const mission = await join(node, sits, language)
		const police = await sits({ who: desk })
		await police.open('/liaison')
		await police.page.locator('.channels .pick').first().click()

		const subject = `${CANARY} ${language === 'ur' ? 'گیٹ پر روشنی' : 'lights at the gate'}`
		await raise(mission, node, subject, language)
		await discuss(police, mission, subject, language)
		await propose(police, subject, language)
		await schedule(police, language)
		await come(mission, subject, language)
		await hold(police, subject, language)
		await decide(police, subject, language)
		await finish(police, language)
		await report(police, mission, subject, language)

		await nothing(second, node, desk, told, language)
		for (const { complaints, asked } of seats) {
			assert.deepEqual(complaints, [])
			assert.deepEqual([...asked], [new URL(node.url).host])
		}
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page
					.screenshot({ path: `${OUT}/failed-liaison-${language}-${n}.png` })
					.catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

/* An invitation's link, a name, a password: a person is in the room, on a telephone. */
async function join(node, sits, language) {
	const made = await node.admin.post('/invitations', {
		role: 'liaison',
		agency: node.missions[0].agency,
		label: 'liaison',
	})
	const seat = await sits({ size: [412, 892], isMobile: true, hasTouch: true })
	await seat.open(`/liaison#${made.code}`)
	await seat.field('join.name').fill('Rufus Demo')
	await seat.field('join.password').fill(PASSWORD)
	await looked(seat, `liaison-join-${language}`)
	assert.equal(new URL(seat.page.url()).hash, '', 'the code has left the address')
	await seat.button('join.join').click()
	await seat.page.getByText(/l-[0-9a-f]{10}/).waitFor()
	await seat.button('join.enter').click()
	await seat.page.locator('.channels .pick').first().waitFor()
	await looked(seat, `liaison-channels-phone-${language}`)
	return seat
}

async function raise(mission, node, subject, language) {
	const { page } = mission
	await page.locator('.channels .pick').first().click()
	await mission.button('compose.new').click()
	await mission.field('f.subject').fill(subject)
	await mission.field('f.text').fill(`${CANARY}: the lamps at our gate are dark.`)
	const who = page.locator('.who')
	await who.locator('.chip').nth(1).waitFor()
	const shown = await who.innerText()
	const names = language === 'ur' ? ['مشن 1', 'مشن 2'] : ['Freedonia', 'Sylvania']
	assert.match(shown, /Police/)
	assert.match(shown, new RegExp(names[0]))
	assert.ok(!shown.includes(names[1]), shown)
	await looked(mission, `liaison-compose-phone-${language}`)
	await mission.button('compose.send').click()
	await page.locator('.post[data-id]', { hasText: subject }).waitFor()
	await until(
		async () => (await node.people.dispatcher.caller.get('/matters')).items.length === 1,
		'it is on its way',
	)
	await looked(mission, `liaison-stream-phone-${language}`)
}

async function discuss(police, mission, subject, language) {
	const card = police.page.locator('.post[data-id]', { hasText: subject })
	await card.waitFor()
	await looked(police, `liaison-stream-${language}`)
	await police.button('post.open', card).click()
	await police.page.locator('[data-whole]').waitFor()
	await looked(police, `liaison-post-${language}`)
	await police.page.locator('.side').getByText(police.w('receipts.title')).click()
	await police.page.locator('.side .people li', { hasText: 'Rufus Demo' }).waitFor()
	await police.button('post.reply').click()
	await police.field('f.text').fill('We look at the lamps tonight.')
	await police.page.locator('.who .chip').first().waitFor()
	const shown = await police.page.locator('.who').innerText()
	assert.ok(!/Sylvania|مشن 2/.test(shown), 'a reply goes to those who heard')
	await looked(police, `liaison-reply-${language}`)
	await police.button('compose.send').click()
	await mission.page.getByText('We look at the lamps tonight.').waitFor()
}

async function propose(police, subject, language) {
	await police.place('matters')
	await police.page.locator('.card .pick', { hasText: subject }).click()
	await police.page.locator('.way .here', { hasText: police.w('step.raised') }).waitFor()
	await looked(police, `liaison-matter-raised-${language}`)
	await police.button('next.propose').click()
	await police.answer('next.propose')
	await police.page.locator('.way .here', { hasText: police.w('step.proposed') }).waitFor()
}

/* The monthly meeting with missions: the proposal comes on its agenda by itself. */
async function schedule(police, language) {
	await police.place('meetings')
	await police.button('series.new').click()
	const dialog = police.page.getByRole('dialog')
	await looked(police, `liaison-series-${language}`)
	await police.answer('series.new', async () => {
		await police.field('f.title', dialog).fill('Monthly with missions')
		await police.field('f.title_ur', dialog).fill('مشنوں کے ساتھ ماہانہ اجلاس')
		await police.field('series.starts', dialog).fill(pktField(-40).replace(/T.*/, 'T10:00'))
		await police.field('f.place', dialog).fill('Police office')
	})
	await police.page.locator('.card').first().waitFor()
	await police.place('matters')
	await police.page.locator('.card .pick').first().click()
	await police.page
		.locator('.way .here', { hasText: police.w('step.on_agenda') })
		.waitFor()
}

async function come(mission, subject, language) {
	await mission.place('meetings')
	const card = mission.page.locator('.card', { hasText: 'Shanghai' }).first()
	await card.waitFor()
	await looked(mission, `liaison-meetings-phone-${language}`)
	await card.locator('.pick').click()
	await mission.page.locator('.agenda', { hasText: subject }).waitFor()
	await mission.button('answer.accepted').click()
	await mission.page
		.locator('.side [aria-pressed=true]', { hasText: mission.w('answer.accepted') })
		.waitFor()
	await looked(mission, `liaison-meeting-phone-${language}`)
}

async function hold(police, subject, language) {
	await police.place('meetings')
	await police.page.locator('.card .pick').first().click()
	await police.page.locator('.agenda', { hasText: subject }).waitFor()
	await police.page.locator('.people', { hasText: 'Rufus Demo' }).waitFor()
	await looked(police, `liaison-meeting-${language}`)
	await police.button('meeting.hold').click()
	await police.answer('meeting.hold', async (dialog) => {
		assert.ok(await dialog.getByLabel('Rufus Demo').isChecked(), 'who said to come')
		await police.field('f.shared_minutes', dialog).fill('The month was looked back on.')
		await looked(police, `liaison-hold-${language}`)
	})
	await police.page.getByText('The month was looked back on.').waitFor()
}

async function decide(police, subject, language) {
	await police.place('matters')
	await police.page.locator('.card .pick', { hasText: subject }).click()
	await police.button('next.decide').click()
	await police.answer('next.decide', async (dialog) => {
		await police.field('f.decision', dialog).fill('Twelve lamps by the end of the month.')
	})
	await police.page.locator('.way .here', { hasText: police.w('step.decided') }).waitFor()
	await police.button('next.act').click()
	await police.answer('next.act', async (dialog) => {
		await police.field('f.action', dialog).fill('Mend twelve lamps.')
		const owners = await dialog.locator('select option').allInnerTexts()
		assert.ok(!owners.some((one) => one.includes('sylvania')), 'work for another mission')
		await police.field('f.owner', dialog).selectOption({ label: 'Person desk' })
		await police.field('f.due_at', dialog).fill(pktField(20))
	})
	await police.page.locator('.way .here', { hasText: police.w('step.in_action') }).waitFor()
	await looked(police, `liaison-matter-action-${language}`)
}

async function finish(police, language) {
	await police.place('work')
	await police.page.locator('.card .pick', { hasText: 'Mend twelve lamps.' }).click()
	await looked(police, `liaison-work-${language}`)
	await police.button('work.done').click()
	await police.answer('work.done', async (dialog) => {
		await police.field('f.note', dialog).fill('All twelve burn.')
	})
	await police.page.getByText('All twelve burn.').waitFor()
}

async function report(police, mission, subject, language) {
	await police.place('matters')
	await police.page.locator('.card .pick', { hasText: subject }).click()
	await police.button('next.report').click()
	await police.answer('next.report', async (dialog) => {
		await police.field('f.report', dialog).fill('The lamps at your gate burn again.')
	})
	await looked(police, `liaison-matter-${language}`)
	await mission.place('matters')
	await mission.page.locator('.card .pick', { hasText: subject }).click()
	const { page, w } = mission
	await page.locator('.way .here', { hasText: w('step.reported') }).waitFor()
	await page.getByText('The lamps at your gate burn again.').waitFor()
	assert.equal(await page.locator('.way li > time').count(), 7, 'each step has its time')
	await looked(mission, `liaison-matter-phone-${language}`)
}

/* The second mission goes through all places; and nothing that its page was told, shown
 * or not, is of the first. The positive control: it was told of what is for it. */
async function nothing(second, node, desk, told, language) {
	const group = (await desk.caller.get('/channels')).items.find((one) => one.is_missions)
	await desk.caller.post(`/channels/${group.id}/posts`, {
		kind: 'situation',
		text: 'Roads are open.',
		tlp: 'GREEN',
	})
	await second.page.getByText('Roads are open.').waitFor()
	for (const place of ['advisories', 'meetings', 'matters', 'work', 'sharing', 'phones']) {
		await second.place(place)
		await second.page.locator('.posts').first().waitFor()
		await second.page.getByText(second.w('coming')).waitFor({ state: 'detached' })
		await looked(second, `liaison-second-${place}-${language}`)
	}
	await second.page.getByText(second.w('phone.none')).waitFor()
	const all = (await told()).join('\n')
	assert.ok(all.includes('Roads are open.'), 'it was told what is for it')
	const [a] = node.missions
	const words = [CANARY, 'lamps', 'Rufus', 'Freedonia', 'مشن 1', `"${a.agency}"`]
	for (const word of words) assert.ok(!all.includes(word), `the second mission has ${word}`)
}

test('what is written without a link is sent once', { timeout: 90_000 }, async () => {
	const { node, desk, b } = await town()
	const w = wordsOf('liaison', 'en')
	const seat = hands(await sit(browser, node, { who: b, language: 'en', size: [412, 892] }), w)
	try {
		const { page, context } = seat
		await seat.open('/liaison')
		await page.locator('.channels .pick').first().click()
		await page.getByText(w('talk.empty')).waitFor()
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => 0))
		await context.setOffline(true)
		await page.reload()
		await page.locator('.strip.lost').waitFor()
		await seat.button('compose.new').click()
		await seat.field('f.text').fill('Written on the road.')
		await page.getByText(w('who.unknown')).waitFor()
		await looked(seat, 'liaison-offline')
		await seat.button('compose.keep').click()
		await page.locator('.waiting', { hasText: 'Written on the road.' }).waitFor()
		await page.reload()
		await page.locator('.waiting', { hasText: 'Written on the road.' }).waitFor()
		await context.setOffline(false)
		await page.locator('.post[data-id]', { hasText: 'Written on the road.' }).waitFor()
		await page.locator('.waiting').waitFor({ state: 'detached' })
		const { items } = await desk.caller.get('/posts?limit=50')
		assert.equal(items.filter((one) => one.text === 'Written on the road.').length, 1)
		const kept = await page.evaluate(
			() =>
				new Promise((done) => {
					const asked = indexedDB.open('kumak-liaison')
					asked.onsuccess = () => {
						const all = asked.result.transaction('drafts').objectStore('drafts').count()
						all.onsuccess = () => done(all.result)
					}
				}),
		)
		assert.equal(kept, 0)
	} finally {
		await seat.context.close()
		await node.stop()
	}
})

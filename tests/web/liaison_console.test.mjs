// SPDX-License-Identifier: Apache-2.0
/* The liaison room at the console: unread and owed posts without opening it, channels in
 * a drawer that moves no zone, and another agency asked into an incident. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, quiet, town } from './liaison_town.mjs'
import { OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`the room at the console, in ${language}`, { timeout: 120_000 }, () => at(language))

/* The page of a channel that is on its way does not have what is posted meanwhile. */
test('what is posted while its channel opens is owed', { timeout: 60_000 }, async () => {
	const own = wordsOf('console', 'en')
	const { node, desk } = await town()
	const seat = hands(
		await sit(browser, node, {
			who: node.people.supervisor,
			language: 'en',
			size: [1600, 900],
		}),
		wordsOf('liaison', 'en'),
	)
	let release
	let tell
	const held = new Promise((done) => {
		release = done
	})
	const asked = new Promise((done) => {
		tell = done
	})
	try {
		await seat.page.route(/\/channels\/[^/]+\/posts\?limit=\d+$/, async (route) => {
			const response = await route.fetch()
			tell()
			await held
			await route.fulfill({ response })
		})
		await seat.open('/console')
		await asked
		const group = (await desk.caller.get('/channels')).items.find((one) => one.is_missions)
		await desk.caller.post(`/channels/${group.id}/posts`, {
			kind: 'situation',
			text: 'Gates stay shut after dark.',
			tlp: 'GREEN',
			must_ack: 'person',
		})
		const button = seat.page.getByRole('button', {
			name: new RegExp(`^${own('tool.liaison')}`),
		})
		await seat.page.getByText(own('pane.new_post')).waitFor() // it was heard
		release()
		await button.getByText(own('liaison.owed').replace('{n}', '1')).waitFor()
	} finally {
		release()
		await seat.context.close()
		await node.stop()
	}
})

async function at(language) {
	const own = wordsOf('console', language)
	const w = wordsOf('liaison', language)
	const { node, desk, b, person } = await town()
	const rangers = await node.admin.post('/agencies', { name: 'Rangers', kind: 'rangers' })
	const ranger = await person('ranger', 'supervisor', rangers.id)
	const seat = hands(
		await sit(browser, node, { who: node.people.supervisor, language, size: [1600, 900] }),
		w,
	)
	try {
		await seat.open('/console')
		await quiet(seat, own)
		await drawer(seat, own, desk, b, language)
		await joint(seat, own, node, rangers, ranger, language)
		assert.deepEqual(seat.complaints, [])
		const kept = await seat.page.evaluate(
			() =>
				new Promise((done) => {
					const asked = indexedDB.open('kumak-liaison')
					asked.onsuccess = () => {
						const names = [...asked.result.objectStoreNames]
						if (!names.includes('last')) return done(0)
						const all = asked.result.transaction('last').objectStore('last').count()
						all.onsuccess = () => done(all.result)
					}
				}),
		)
		assert.equal(kept, 0, 'the console leaves no channels on this machine')
	} catch (error) {
		await seat.page
			.screenshot({ path: `${OUT}/failed-room-console-${language}.png` })
			.catch(() => 0)
		throw error
	} finally {
		await seat.context.close()
		await node.stop()
	}
}

const zones = (page) =>
	page.evaluate(() =>
		['.zones > .zone', '.map-zone', '.incident.zone'].map((one) => {
			const { x, y, width, height } = document.querySelector(one).getBoundingClientRect()
			return [x, y, width, height]
		}),
	)

async function drawer(seat, own, desk, b, language) {
	const { page } = seat
	const button = page.getByRole('button', { name: new RegExp(`^${own('tool.liaison')}`) })
	await button.first().waitFor()
	const group = (await desk.caller.get('/channels')).items.find((one) => one.is_missions)
	const path = `/channels/${group.id}/posts`
	await b.caller.post(path, { kind: 'concern', text: 'The lamps are dark.', tlp: 'AMBER' })
	await button.locator('.badge', { hasText: '1' }).waitFor()
	const order = await desk.caller.post(path, {
		kind: 'situation',
		text: 'Gates stay shut after dark.',
		tlp: 'GREEN',
		must_ack: 'person',
	})
	const owes = own('liaison.owed').replace('{n}', '1')
	await button.getByText(owes).waitFor()
	await page.getByText(own('pane.new_post')).waitFor()
	const before = await zones(page)
	await button.click()
	assert.deepEqual(await zones(page), before, 'no zone has moved')
	const room = page.locator('.drawer')
	await room.locator('.channels .pick').first().waitFor()
	await looked(seat, `console-room-${language}`)
	await room.getByRole('button', { name: owes }).click()
	await room.locator('[data-whole]', { hasText: 'Gates stay shut' }).waitFor()
	await looked(seat, `console-room-owed-${language}`)
	await seat.button('post.acknowledge', room).click()
	await button.getByText(owes).waitFor({ state: 'detached' })
	const { acknowledged } = await desk.caller.get(`/posts/${order.id}/receipts`)
	assert.ok(acknowledged.some((one) => one.name === 'The supervisor'))
	await seat.button('post.reply', room).click()
	await seat.field('f.text', room).fill('The room has read it.')
	await room.locator('.who .chip').first().waitFor()
	await seat.button('compose.send', room).click()
	await room.locator('.side .post', { hasText: 'The room has read it.' }).waitFor()
	await seat.button('back', room).first().click()
	await room.locator('.stream .post', { hasText: 'The lamps are dark.' }).waitFor()
	await button.locator('.badge').waitFor({ state: 'detached' })
	await looked(seat, `console-room-channel-${language}`)
	await page.keyboard.press('Escape')
	await room.getByRole('button', { name: own('close_dialog') }).click()
	await room.waitFor({ state: 'detached' })
}

async function joint(seat, own, node, rangers, ranger, language) {
	const { page } = seat
	const desk = node.people.supervisor.caller
	const incident = await desk.post('/incidents', {
		kind: 'crowd',
		priority: 'P2',
		site: node.missions[0].site,
		message: 'A crowd at the gate',
	})
	await page.locator(`[data-incident="${incident.id}"]`).click()
	const card = page.locator('.card.joint')
	const press = (key) => card.getByRole('button', { name: own(key), exact: true }).click()
	await press('joint.ask')
	await card.getByLabel(own('joint.who')).selectOption({ label: 'Rangers' })
	await card.getByLabel(own('joint.purpose')).fill('crowd control')
	await press('joint.ask')
	await card.getByText(own('joint_state.proposed')).waitFor()
	const { items } = await ranger.caller.get('/grants')
	const grant = items.find((one) => one.subject === incident.id)
	assert.equal(grant.purpose, 'crowd control')
	await ranger.caller.post(`/grants/${grant.id}/accept`)
	await card.getByText(own('joint_state.active')).waitFor()
	const said = async (text, isShared) => {
		await page.getByLabel(own('note.label')).fill(text)
		if (isShared) await page.getByLabel(own('note.shared')).check()
		await page.keyboard.press('Tab')
		await page.locator('.note-form button[type=submit]').click()
		await page.locator('.timeline', { hasText: text }).waitFor()
	}
	await said('For our own house.', false)
	await said('Two sections to the gate.', true)
	const heard = async () =>
		JSON.stringify(await ranger.caller.get(`/incidents/${incident.id}/timeline`))
	await until(async () => (await heard()).includes('Two sections'), 'a shared note is heard')
	assert.ok(!(await heard()).includes('our own house'), 'a private one is not')
	await press('joint.offer')
	await card.getByText(own('joint.offered')).waitFor()
	await ranger.caller.post(`/incidents/${incident.id}/lead`, { agency: rangers.id })
	await card.getByText(own('joint.leads'), { exact: true }).waitFor()
	await page.locator('.incident.zone .columns').evaluate((one) => {
		for (let up = one; up; up = up.parentElement) up.scrollTop = 0
	})
	await looked(seat, `console-joint-${language}`)
}

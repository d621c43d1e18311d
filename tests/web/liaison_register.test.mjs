// SPDX-License-Identifier: Apache-2.0
/* A site's register in a browser: its mission writes it, the police side finds it closed,
 * two people open it, a real call for help opens it to the console and to the crew that
 * comes, and every look stands on the owner's page. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hands, looked, pktField, quiet, town } from './liaison_town.mjs'
import { Caller, OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

let browser
before(async () => {
	browser = await openBrowser()
})
after(() => browser?.close())

for (const language of ['en', 'ur', 'sd', 'zh'])
	test(`a site's register, in ${language}`, { timeout: 240_000 }, () => register(language))

async function register(language) {
	const w = wordsOf('liaison', language)
	const { node, person } = await town()
	const [a] = node.missions
	const keeper = await person('keeper', 'liaison', a.agency)
	const second = await person('second', 'liaison', a.agency)
	const chief = await person('chief', 'administrator', a.agency)
	const gate = await person('gate', 'site', a.agency)
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
		await chief.caller.post('/people', {
			name: 'Captain Demo',
			rank: 'Head of security',
			site: a.site,
			phones: [{ label: 'mobile', number: '+92 300 0000042' }],
		})
		/* Nobody comes here: in twelve seconds its round is missed. */
		await keeper.caller.post('/points', {
			site: a.site,
			kind: 'guard_post',
			name: 'Back gate',
			every_s: 10,
			grace_s: 1,
		})
		const owner = await sits(keeper, [1280, 900], '/liaison#/sites')
		await owner.page.locator('.card .pick').click()
		await overview(owner, language)
		await plans(owner, language)
		await posts(owner, language)
		await cameras(owner, language)
		await audits(owner, second, a.site, language)
		const phone = await sits(gate, [412, 892], `/liaison#/sites/${a.site}/posts`)
		await checkIn(phone, owner, language)
		await theRoom(node, a, sits, owner, language)
		await withhold(owner, node, a)
		for (const { complaints } of seats)
			assert.deepEqual(
				complaints.filter((one) => !/status of 40[34]/.test(one)),
				[],
			)
	} catch (error) {
		await Promise.all(
			seats.map(({ page }, n) =>
				page
					.screenshot({ path: `${OUT}/failed-register-${language}-${n}.png` })
					.catch(() => 0),
			),
		)
		throw error
	} finally {
		await Promise.all(seats.map(({ context }) => context.close()))
		await node.stop()
	}
}

const tab = (seat, name) => seat.button(`register_tab.${name}`).click()

async function overview(owner, language) {
	const { page, w } = owner
	await page.getByText(w('register_access.locked')).waitFor()
	await owner.button('threat.set').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('threat.title', dialog).selectOption('substantial')
		await owner.field('f.reason', dialog).fill('Two calls without a voice this week.')
	})
	await page.locator('.chip.level', { hasText: w('level.substantial') }).first().waitFor()
	await owner.button('contact.add').click()
	await owner.answer('contact.add', async (dialog) => {
		await owner.field('f.person', dialog).selectOption({ label: 'Captain Demo' })
		await owner.field('f.role_of', dialog).fill('opens the gates')
	})
	await page.getByRole('link', { name: /\+92 300 0000042/ }).waitFor()
	await page.getByText(w('threat.history')).click()
	await looked(owner, `register-overview-${language}`)
}

async function plans(owner, language) {
	const { page, w } = owner
	await tab(owner, 'plans')
	await page.getByText(w('plan.none')).waitFor()
	await owner.button('plan.new').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('f.title', dialog).fill('When the alarm is heard')
		await owner
			.field('f.text', dialog)
			.fill('Gates\nBoth gates are shut.\n\nStaff\nAll go to the inner hall.')
		await looked(owner, `register-plan-form-${language}`)
	})
	await page.getByRole('heading', { name: 'Staff', exact: true }).waitFor()
	await owner.button('part.change').click()
	await owner.answer('save', (dialog) => owner.field('f.floor', dialog).fill('1'))
	await page.getByText(w('plan.version').replace('{n}', '2')).waitFor()
	await looked(owner, `register-plans-${language}`)
}

/* A watch tower with a round each hour. */
async function posts(owner, language) {
	const { page } = owner
	await tab(owner, 'posts')
	await owner.button('point.new').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('f.name', dialog).fill('North tower')
		await owner.field('f.kind', dialog).selectOption('watch_tower')
		await owner.field('f.lat', dialog).fill('24.8209')
		await owner.field('f.lon', dialog).fill('67.0301')
		await owner.field('f.every_min', dialog).fill('60')
		await owner.field('f.round_from', dialog).fill('00:00')
		await owner.field('f.round_to', dialog).fill('23:59')
		await looked(owner, `register-post-form-${language}`)
	})
	await page.locator('.post', { hasText: 'North tower' }).waitFor()
}

async function cameras(owner, language) {
	const { page, w } = owner
	await tab(owner, 'cameras')
	await page.getByText(w('camera.none')).waitFor()
	for (const [name, lat, lon, to] of [
		['Street', '24.8207', '67.0303', '45'],
		['Yard', '24.8203', '67.0298', '210'],
	]) {
		await owner.button('camera.new').click()
		await owner.answer('save', async (dialog) => {
			await owner.field('f.name', dialog).fill(name)
			await owner.field('f.lat', dialog).fill(lat)
			await owner.field('f.lon', dialog).fill(lon)
			await owner.field('f.azimuth_deg', dialog).fill(to)
			await owner.field('f.fov_deg', dialog).fill('70')
			await owner.field('f.range_m', dialog).fill('40')
		})
		await page.locator('.post', { hasText: name }).waitFor()
	}
	assert.equal(await page.locator('svg.sketch .view').count(), 2)
	await page.getByText(w('camera.to').replace('{n}', '45')).waitFor()
	await looked(owner, `register-cameras-${language}`)
}

/* What one person mended another looks at again. */
async function audits(owner, second, site, language) {
	const { page, w } = owner
	await tab(owner, 'reviews')
	await owner.button('review.new').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('f.title', dialog).fill('Yearly audit')
		await owner.field('f.held_at', dialog).fill(pktField(-10))
		await owner.field('f.those_present', dialog).fill('A. Demo\nB. Demo')
	})
	await owner.button('finding.new').click()
	await owner.answer('save', async (dialog) => {
		await owner.field('f.found', dialog).fill('The back door does not lock.')
		await owner.field('f.weight', dialog).selectOption('high')
		await owner.field('f.due_at', dialog).fill(pktField(-1))
	})
	await page.getByText(w('finding.late_ones').replace('{n}', '1')).waitFor()
	await looked(owner, `register-audits-${language}`)
	await owner.button('finding_move.mended').click()
	await owner.button('finding_move.re_checked').click()
	await page.getByText(w('refusal.needs_second')).waitFor()
	const { items } = await second.caller.get(`/findings?site=${site}`)
	await second.caller.ok('PATCH', `/findings/${items[0].id}`, { state: 're_checked' })
	await owner.button('finding_move.closed').click()
	await page.locator('.finding .chip', { hasText: w('finding_state.closed') }).waitFor()
}

async function checkIn(phone, owner, language) {
	const { page, w } = phone
	await page.locator('.post', { hasText: 'North tower' }).waitFor()
	await phone.button('round.here', page.locator('.post', { hasText: 'North tower' })).click()
	await phone.answer('round.here', (dialog) =>
		phone.field('f.note', dialog).fill('all quiet'),
	)
	await page.getByText('all quiet').waitFor()
	await looked(phone, `register-posts-phone-${language}`)
	await tab(owner, 'posts')
	await owner.page.getByText('all quiet').waitFor()
	const gate = owner.page.locator('.post', { hasText: 'Back gate' })
	await gate.locator('.chip.bad', { hasText: w('round.missed') }).waitFor()
	await owner.page.locator('h3', { hasText: w('round.missed_ones') }).waitFor()
	await looked(owner, `register-posts-${language}`)
	assert.equal(await phone.page.getByRole('button', { name: w('point.new') }).count(), 0)
}

/* To the room it is closed until two people open it; then a call for help does. */
async function theRoom(node, a, sits, owner, language) {
	const { dispatcher, supervisor, responder } = node.people
	const desk = await sits(dispatcher, [1280, 900], `/liaison#/sites/${a.site}`)
	const { w } = desk
	await desk.page.getByText(w('register_access.locked')).waitFor()
	assert.equal(await desk.page.getByText('Captain Demo').count(), 0)
	await desk.page.locator('h3', { hasText: w('round.missed_ones') }).waitFor()
	const boss = await sits(supervisor, [412, 892], '/liaison#/sites')
	await boss.page.locator('.card .pick').first().waitFor()
	await desk.button('glass.ask').click()
	await desk.answer('glass.ask', (dialog) =>
		desk.field('f.reason', dialog).fill('Nobody answers at the gate.'),
	)
	await desk.page.getByText(w('glass.asked')).waitFor()
	await desk.button('glass.approve').click()
	await desk.page.getByText(w('refusal.needs_second')).waitFor()
	await looked(desk, `register-glass-${language}`)
	await boss.page.locator('.card .pick', { hasText: w('register.asked') }).click()
	await boss.button('glass.approve').click()
	await boss.page.getByText('Captain Demo').waitFor()
	await looked(boss, `register-open-phone-${language}`)
	await desk.page.getByText('Captain Demo').waitFor()
	await tab(desk, 'plans')
	await desk.page.getByText('Both gates are shut.').waitFor()
	await desk.page.getByRole('button', { name: w('register_tab.reviews') }).waitFor({
		state: 'detached',
	})
	await tab(owner, 'looks')
	await owner.page.locator('.looks', { hasText: 'The dispatcher' }).waitFor()
	await owner.page.locator('.looks li', { hasText: w('looked.plans') }).waitFor()
	await looked(owner, `register-looks-${language}`)
	await boss.button('glass.end').click()
	await desk.page.getByText('Both gates are shut.').waitFor({ state: 'detached' })

	await theCrew(node, a, sits, responder, language)
}

async function theCrew(node, a, sits, responder, language) {
	const made = await node.admin.post('/invitations', { site: a.site, label: 'gate' })
	const { token } = await new Caller(node.url).post('/enrolments', { code: made.code })
	const button = new Caller(node.url, token)
	await button.post('/sos', { kind: 'panic', key: crypto.randomUUID() })
	const room = node.people.dispatcher.caller
	const open = async () =>
		(await room.get('/incidents')).items.find((one) => one.site === a.site)
	const incident = await until(open, 'the call is an incident')
	const crew = await sits(responder, [412, 892], `/liaison#/sites/${a.site}`)
	await crew.page.getByText(crew.w('register.locked_to_crew')).waitFor()
	const { items } = await room.post(`/incidents/${incident.id}/assignments`, {
		units: [node.unit.id],
	})
	await responder.caller.post(`/assignments/${items[0].id}/status`, { status: 'accepted' })
	await crew.page.getByText('Captain Demo').waitFor()
	await tab(crew, 'cameras')
	await crew.page.locator('.post', { hasText: 'Street' }).waitFor()
	await looked(crew, `register-crew-phone-${language}`)
	const tablet = await sits(responder, [800, 1280], '/tablet')
	const link = tablet.page.getByRole('link', { name: wordsOf('tablet', language)('register') })
	assert.equal(await link.getAttribute('href'), `/liaison#/sites/${a.site}`)
	const console_ = await sits(node.people.dispatcher, [1600, 900], '/console')
	await quiet(console_, wordsOf('console', language))
	await console_.page.locator(`[data-incident="${incident.id}"]`).click()
	const way = console_.page.getByRole('link', {
		name: wordsOf('console', language)('site.register'),
	})
	assert.equal(await way.getAttribute('href'), `/liaison#/sites/${a.site}`)
	/* Over: what was open to who came is shown no more. */
	await responder.caller.post(`/assignments/${items[0].id}/status`, { status: 'cleared' })
	await crew.page.locator('.post', { hasText: 'Street' }).waitFor({ state: 'detached' })
	const { supervisor } = node.people
	await supervisor.caller.post(`/incidents/${incident.id}/close`, { disposition: 'handled' })
	await way.waitFor({ state: 'detached' })
}

async function withhold(owner, node, a) {
	await tab(owner, 'head')
	await owner.button('withhold.do').click()
	await owner.answer('withhold.do')
	await owner.page.locator('.chip', { hasText: owner.w('register_access.withheld') }).waitFor()
	const seen = await node.people.dispatcher.caller.get(`/sites/${a.site}/register`)
	assert.equal(seen.access, 'withheld')
	assert.equal(seen.contacts, undefined)
}

// SPDX-License-Identifier: Apache-2.0
/* Each page in each language, with the demo city in it: it asks no other host, breaks no
 * rule of its own content policy, complains of nothing, misses no word, and axe finds
 * nothing against WCAG 2.2 AA. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, demoNode, OUT, openBrowser, sit } from './node.mjs'

const PAGES = [
	{ name: 'login', path: '/', shows: 'form' },
	{ name: 'console', role: 'dispatcher', shows: '.queue [data-incident]', map: true },
	{ name: 'board', role: 'board', shows: '.board', size: [1920, 1080], map: true },
	{ name: 'sos', shows: '.hold.sos', size: [412, 892] },
	{ name: 'tablet', role: 'responder', shows: '.keys', size: [1280, 800] },
	{ name: 'liaison', role: 'liaison', shows: '.channels .pick' },
	{
		name: 'gate',
		path: '/liaison',
		role: 'site',
		shows: '.channels .pick',
		size: [412, 892],
	},
	{ name: 'admin', role: 'administrator', shows: 'table tbody tr' },
	{ name: 'people', path: '/admin#people', role: 'administrator', shows: 'table tbody tr' },
	{ name: 'report', role: 'oversight', shows: 'table tbody tr' },
	{ name: 'keep', role: 'supervisor', shows: 'table tbody tr' },
	{ name: 'month', path: '/report#month', role: 'oversight', shows: '.a4 .qr' },
	{ name: 'paper', role: 'dispatcher', shows: 'table' },
]
/* Who has no session is told so when the page asks; the browser prints that by itself. */
const NOBODY = /^console: .* 401 \(Unauthorized\) \S+\/api\/v1\/session$/

let node
let browser
before(async () => {
	node = await demoNode('--still')
	await raise()
	browser = await openBrowser()
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

/* Something to see in a still city: an emergency at a mission. */
async function raise() {
	const { token } = node.demo.tokens.find((one) => one.role === 'site')
	const response = await fetch(`${node.url}/api/v1/sos`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: JSON.stringify({ key: 'pages', message: 'There are armed people.' }),
	})
	assert.equal(response.status, 201)
}

for (const language of ['en', 'ur', 'sd', 'zh'])
	for (const page of PAGES)
		test(`${page.name} in ${language}`, { timeout: 60_000 }, () => look(page, language))

async function look({ name, path = `/${name}`, role, shows, size, map }, language) {
	const who = role && node.login(role)
	const seat = await sit(browser, node, { who, language, size, bypassCSP: false })
	const { page } = seat
	try {
		await seat.open(path)
		await page.locator(shows).first().waitFor()
		await leaveSoundCheck(page, name)
		if (name === 'console') await chooseFirst(page)
		if (map) await drawn(page)
		await page.evaluate(() => document.fonts.ready.then(() => 0))
		assert.equal(await page.evaluate(() => document.documentElement.lang), language)
		assert.equal(
			await page.evaluate(() => document.body.dir),
			['ur', 'sd'].includes(language) ? 'rtl' : 'ltr',
		)
		await page.screenshot({ path: `${OUT}/page-${name}-${language}.png` })
		assert.deepEqual(await missingWords(page), [], 'words without a translation')
		assert.deepEqual(await axe(page), [], 'axe')
		assert.deepEqual(await wider(page), [], 'wider than the screen')
		assert.deepEqual([...seat.asked], [new URL(node.url).host], 'asked another host')
		const complaints = seat.complaints.filter((one) => role || !NOBODY.test(one))
		assert.deepEqual(complaints, [])
	} finally {
		await seat.context.close()
	}
}

async function leaveSoundCheck(page, name) {
	if (name !== 'console') return
	const dialog = page.getByRole('dialog')
	const sounds = page.locator('.strip .chip.good', { hasText: '♪' })
	await dialog.or(sounds).first().waitFor()
	if (!(await dialog.isVisible())) return
	await page.keyboard.press('Enter')
	await sounds.waitFor()
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

/* The incident's pane is the largest part of the console. */
async function chooseFirst(page) {
	await page.locator('.queue [data-incident] .pick').first().click()
	await page.locator('.recommended .offer').nth(2).waitFor()
	await page.locator('.timeline li').first().waitFor()
}

/* The map's own word for "still coming" is gone and a canvas is there. */
async function drawn(page) {
	await page.locator('.map canvas').first().waitFor()
	await page.locator('.map-word').waitFor({ state: 'detached' })
	assert.equal(await page.locator('.map-note').count(), 0, 'the node has a base map')
}

/* A key of a catalog where its word should be: `queue.title`. */
function missingWords(page) {
	return page.evaluate(() => {
		const text = document.body.innerText.split(/\s+/)
		const labels = [...document.querySelectorAll('[aria-label],[title],[placeholder]')]
			.flatMap((one) =>
				['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name)),
			)
			.filter(Boolean)
		return [...text, ...labels].filter((word) =>
			/^[a-z]+(?:_[a-z]+)*[._][a-z_]+$/.test(word),
		)
	})
}

/* What sticks out sideways makes the whole page scroll. */
function wider(page) {
	return page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement
		return scrollWidth > clientWidth ? [`${scrollWidth} > ${clientWidth}`] : []
	})
}

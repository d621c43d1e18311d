// SPDX-License-Identifier: Apache-2.0
/* Roads on the screens: a unit's way on the console and on its own tablet, a street that
 * the dispatcher closes on the map, and the way that goes around it. In two languages;
 * the pictures are for people to look at. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { axe, kumak, OUT, openBrowser, realNode, sit, until, wordsOf } from './node.mjs'

const [WEST, SOUTH, STEP, SIDE] = [66.98, 24.79, 0.005, 17]
const PLACE = { lat: 24.8473, lon: 67.0523 }

/* Plainly invented: a grid of straight streets. */
function grid() {
	const features = []
	const along = [...Array(SIDE).keys()].map((i) => STEP * i)
	for (const k of along)
		for (const coordinates of [
			along.map((i) => [WEST + i, SOUTH + k]),
			along.map((i) => [WEST + k, SOUTH + i]),
		])
			features.push({
				type: 'Feature',
				properties: { highway: 'secondary' },
				geometry: { type: 'LineString', coordinates },
			})
	return { type: 'FeatureCollection', attribution: 'schematic, invented', features }
}

async function nodeWithRoads() {
	const node = await realNode()
	const file = join(node.data, 'grid.geojson')
	writeFileSync(file, JSON.stringify(grid()))
	assert.match(kumak('import', 'roads', file, '--data', node.data), /running node has them/)
	const room = node.people.dispatcher.caller
	const { id } = await room.post('/incidents', {
		kind: 'fire',
		priority: 'P2',
		position: PLACE,
		message: 'smoke over the market',
	})
	const { items } = await room.post(`/incidents/${id}/assignments`, { units: [node.unit.id] })
	const way = async () => room.get(`/incidents/${id}/route?unit=${node.unit.id}`)
	return { node, room, incident: id, assignment: items[0].id, way }
}

/* A browser that may sound asks nothing. */
async function putSoundAway(page, words) {
	const dialog = page.getByRole('dialog')
	await dialog.or(page.getByText(words('sound.on'))).first().waitFor()
	if (!(await dialog.isVisible())) return
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

/* What the map has been given, read from its own source of ways by the page's answers. */
function waysOf(page) {
	const found = []
	page.on('response', async (response) => {
		if (!/\/incidents\/[^/]+\/route/.test(response.url()) || response.status() !== 200) return
		found.push(await response.json())
	})
	return found
}

for (const language of ['en', 'ur'])
	test(`a street is closed on the console (${language})`, { timeout: 120_000 }, async () => {
		const { node, room, incident, way } = await nodeWithRoads()
		const browser = await openBrowser()
		const words = wordsOf('console', language)
		try {
			const desk = await sit(browser, node, { who: node.people.dispatcher, language })
			const { page } = desk
			const ways = waysOf(page)
			await desk.open('/console')
			await putSoundAway(page, words)
			await page.locator(`[data-incident="${incident}"] .pick`).click()
			await page.locator('.assignments > li').first().waitFor()
			await until(() => ways.some((one) => one.geometry), 'the way is asked for')
			await page.locator('.maplibregl-ctrl-attrib').getByText('schematic, invented').waitFor()
			const before = await way()
			await page.screenshot({ path: join(OUT, `roads-way-${language}.png`) })

			const list = (n) => page.getByText(words('closure.list').replace('{n}', n), { exact: true })
			await list(0).click()
			await page.getByRole('button', { name: words('closure.draw'), exact: true }).click()
			const save = page.getByRole('button', { name: words('closure.save'), exact: true })
			assert.ok(await save.isDisabled(), 'nothing is drawn yet')
			/* The middle of the map is the incident: a long line through it from there. */
			await page.getByRole('button', { name: words('closure.middle'), exact: true }).click()
			const map = await page.locator('.map-box canvas').boundingBox()
			/* The panel stands at the start of the line. */
			const across = language === 'ur' ? 0.3 : 0.7
			await page.mouse.click(map.x + map.width * across, map.y + map.height * 0.3)
			await page.getByLabel(words('closure.reason')).fill('a procession / جلوس')
			await page.screenshot({ path: join(OUT, `roads-draw-${language}.png`) })
			assert.deepEqual(await axe(page), [], 'nothing in the way of anybody')
			await save.click()
			await list(1).waitFor()
			const [closure] = (await room.get('/closures?state=on')).items
			assert.equal(closure.reason, 'a procession / جلوس')
			assert.equal(closure.shape.coordinates.length, 2)
			assert.ok(Date.parse(closure.until) > Date.now() + 2.9 * 3_600_000)
			const asked = ways.length
			await until(() => ways.length > asked, 'ways are asked for again')
			await page.screenshot({ path: join(OUT, `roads-closed-${language}.png`) })

			/* Another of the room closes the way itself: it goes around. */
			const line = before.geometry.coordinates
			const [a, b] = line
				.slice(1)
				.map((to, n) => [line[n], to])
				.sort((p, q) => Math.hypot(q[0][0] - q[1][0], q[0][1] - q[1][1]) - Math.hypot(p[0][0] - p[1][0], p[0][1] - p[1][1]))[0]
			const m = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
			const other = await room.post('/closures', {
				reason: 'a wall has fallen',
				shape: {
					type: 'Polygon',
					coordinates: [[[m[0] - 4e-4, m[1] - 4e-4], [m[0] + 4e-4, m[1] - 4e-4], [m[0] + 4e-4, m[1] + 4e-4], [m[0] - 4e-4, m[1] + 4e-4], [m[0] - 4e-4, m[1] - 4e-4]]],
				},
			})
			await list(2).waitFor()
			const is = (x, y) => JSON.stringify(x) === JSON.stringify(y)
			const shown = () => ways.at(-1)?.geometry.coordinates
			await until(() => !is(shown(), line), 'another way is on the map')
			await page.screenshot({ path: join(OUT, `roads-around-${language}.png`) })
			await list(2).click()
			await page
				.locator('.closures li')
				.filter({ hasText: 'a wall has fallen' })
				.getByRole('button', { name: words('closure.end'), exact: true })
				.click()
			await list(1).waitFor()
			await until(
				async () => (await room.get(`/closures/${other.id}`)).ended,
				'it is open again',
			)
			assert.deepEqual(desk.complaints, [])
		} finally {
			await browser.close()
			await node.stop()
		}
	})

for (const language of ['en', 'ur'])
	test(`the crew has its way in words and as a line (${language})`, { timeout: 90_000 }, async () => {
		const { node, way } = await nodeWithRoads()
		const browser = await openBrowser()
		const words = wordsOf('tablet', language)
		try {
			const crew = await sit(browser, node, {
				who: node.people.responder,
				language,
				size: [1280, 800],
			})
			const { page } = crew
			const ways = waysOf(page)
			await crew.open('/tablet')
			await page.getByRole('button', { name: words('accept'), exact: true }).click()
			await until(() => ways.some((one) => one.geometry), 'the way is asked for')
			const { eta_s } = (await way()).properties
			const [, after] = words('drive').split('{distance}')
			const minutes = Math.max(1, Math.round(eta_s / 60))
			await page.locator('.cards').getByText(after.replace('{n}', minutes)).waitFor()
			await page.locator('.maplibregl-ctrl-attrib').getByText('schematic, invented').waitFor()
			await page.screenshot({ path: join(OUT, `roads-tablet-${language}.png`) })
			assert.deepEqual(crew.complaints, [])
		} finally {
			await browser.close()
			await node.stop()
		}
	})

const NAMES = [
	'name,name_ur,kind,lat,lon',
	'Lantern Hospital,لالٹین ہسپتال,hospital,24.8600,67.0300',
	'Orchard Tower,باغ مینار,landmark,24.8612,67.0300',
].join('\n')

for (const [language, asked, name, tower] of [
	['en', 'lantren hosp', 'Lantern Hospital', 'Orchard Tower'],
	['ur', 'لالٹين', 'لالٹین ہسپتال', 'باغ مینار'],
])
	test(`a call is taken at a place by its name (${language})`, { timeout: 90_000 }, async () => {
		const node = await realNode()
		const browser = await openBrowser()
		const words = wordsOf('console', language)
		try {
			const file = join(node.data, 'names.csv')
			writeFileSync(file, NAMES)
			kumak('import', 'places', file, '--data', node.data)
			const desk = await sit(browser, node, { who: node.people.dispatcher, language })
			const { page } = desk
			await desk.open('/console')
			await putSoundAway(page, words)
			await page.locator('.closures').waitFor()
			await page.locator('.tools .btn.main').click()
			const form = page.getByRole('dialog')
			await form.locator('#place').fill(asked)
			await form.locator('.found .pick').first().getByText(name, { exact: true }).waitFor()
			await page.screenshot({ path: join(OUT, `places-call-${language}.png`) })
			assert.deepEqual(await axe(page), [])
			await form.locator('.found .pick').first().click()
			await form.locator('.found').waitFor({ state: 'detached' })
			await form.locator('textarea').fill('smoke')
			await form.getByRole('button', { name: words('call.submit') }).click()
			const room = node.people.dispatcher.caller
			const [incident] = await until(async () => {
				const { items } = await room.get('/incidents?state=open')
				return items.length > 0 && items
			}, 'the call is there')
			assert.deepEqual([incident.position.lat, incident.position.lon], [24.86, 67.03])
			assert.equal(incident.message, `${name}: smoke`)

			/* Somebody else is nearer to the tower: that is what is said. */
			const { id } = await room.post('/incidents', {
				kind: 'fire',
				priority: 'P2',
				position: { lat: 24.8621, lon: 67.03 },
				message: 'a fire',
			})
			await page.locator(`[data-incident="${id}"] .pick`).click()
			const said = page.locator('.incident').getByText(words('wind.n'))
			await said.waitFor()
			assert.match(await said.innerText(), new RegExp(tower))
			await page.screenshot({ path: join(OUT, `places-landmark-${language}.png`) })
			assert.deepEqual(desk.complaints, [])
		} finally {
			await browser.close()
			await node.stop()
		}
	})

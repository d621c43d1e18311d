// SPDX-License-Identifier: Apache-2.0
/* The report page as oversight has it: the chain and who holds its heads, looks as figures,
 * and the sheet of a month on one page of A4 in four languages. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { axe, Caller, demoNode, OUT, openBrowser, sit, wordsOf } from './node.mjs'

const LANGUAGES = ['ur', 'sd', 'en', 'zh']
const stick = mkdtempSync(join(tmpdir(), 'kumak-heads-'))
let node
let browser
let told
before(async () => {
	node = await demoNode('--still', '--witness-dir', stick, '--witness-every', '1')
	browser = await openBrowser()
	told = await month()
})
after(async () => {
	await browser?.close()
	await node?.stop()
	rmSync(stick, { recursive: true, force: true })
})

/* Calls of a few kinds, some of them false alarms; looks of two people. */
async function month() {
	const login = async (role) => {
		const who = node.login(role)
		const caller = new Caller(node.url)
		await caller.login(who.login, who.password)
		return caller
	}
	const dispatcher = await login('dispatcher')
	const supervisor = await login('supervisor')
	const kinds = ['fire', 'medical', 'threat', 'fire', 'fire', 'fire', 'fire', 'fire']
	for (const [k, kind] of kinds.entries()) {
		const made = await dispatcher.post('/incidents', {
			kind,
			priority: 'P2',
			message: 'words that stay in the room',
			position: { lat: 24.82 + k / 100, lon: 67.03 },
		})
		await dispatcher.post(`/incidents/${made.id}/acknowledge`)
		await supervisor.post(`/incidents/${made.id}/close`, {
			disposition: k < 2 ? 'false_alarm' : 'handled',
		})
	}
	const { items } = await dispatcher.get('/units')
	const unit = items[0]
	for (let k = 0; k < 6; k++)
		await dispatcher.post(`/units/${unit.id}/track`, { reason: 'words of a look' })
	return { unit: unit.callsign }
}

const fonts = (page) => page.evaluate(() => document.fonts.ready.then(() => 0))

async function seat(language, size = [1400, 1000], role = 'oversight') {
	const who = node.login(role)
	const { page } = await sit(browser, node, { who, language, size })
	return page
}

test('oversight sees the chain, who holds it, and looks as figures', async () => {
	for (const language of ['en', 'ur']) {
		const t = wordsOf('report', language)
		const page = await seat(language)
		await page.goto(`${node.url}/report?lang=${language}`)
		const chain = page.locator('.chain')
		await chain.getByText(t('witness.folder')).waitFor()
		await chain.locator('tbody tr').nth(1).locator('.chip.good').waitFor()
		/* what it kept a moment ago, laid beside the node */
		await chain.getByRole('button', { name: t('chain.compare'), exact: true }).click()
		await chain.getByRole('status').waitFor()
		const looks = page.locator('section', { hasText: t('looks.title') })
		assert.match(await looks.innerText(), /6/)
		const text = await page.locator('body').innerText()
		for (const word of ['words that stay', 'words of a look', told.unit])
			assert.ok(!text.includes(word), word)
		await fonts(page)
		await page.screenshot({ path: `${OUT}/report-chain-${language}.png`, fullPage: true })
		assert.deepEqual(await axe(page), [], language)
		await page.setViewportSize({ width: 390, height: 844 })
		const wide = await page.evaluate(() => document.documentElement.scrollWidth)
		assert.ok(wide <= 390, `${wide} px on a phone`)
		await page.screenshot({ path: `${OUT}/report-phone-${language}.png`, fullPage: true })
		await page.context().close()
	}
})

test('a head of another history is told apart, and so is a tail that is gone', async () => {
	const t = wordsOf('report', 'en')
	const page = await seat('en')
	await page.goto(`${node.url}/report?lang=en`)
	const chain = page.locator('.chain')
	const give = async (text) => {
		await chain.locator('input[type=file]').setInputFiles({
			name: 'heads.json',
			mimeType: 'application/json',
			buffer: Buffer.from(text),
		})
	}
	await chain.locator('.hash').waitFor()
	const head = await (await page.request.get(`${node.url}/api/v1/head`)).json()
	await give(JSON.stringify({ heads: [{ ...head, hash: 'ab'.repeat(32) }] }))
	await chain.getByRole('alert').filter({ hasText: 'ANOTHER HISTORY' }).waitFor()
	await give(JSON.stringify({ heads: [{ ...head, seq: head.seq + 100_000 }] }))
	await chain.getByRole('alert').filter({ hasText: 'CUT OFF' }).waitFor()
	await give(JSON.stringify(head))
	await chain.getByRole('status').waitFor()
	await give('no head')
	await chain.getByText(t('chain.no_heads')).waitFor()
	await page.context().close()
})

test('a month is one sheet of A4 in each language, and names nobody', async () => {
	for (const language of LANGUAGES) {
		const t = wordsOf('report', language)
		const page = await seat(language, [1100, 1400])
		await page.goto(`${node.url}/report?lang=${language}#month`)
		const sheet = page.locator('.a4')
		await sheet.waitFor()
		const now = await page.locator('input[type=month]').getAttribute('max')
		await page.locator('input[type=month]').fill(now)
		await page.locator('.unfinished').waitFor()
		await sheet.locator('.qr').waitFor()
		const text = await sheet.innerText()
		for (const key of ['month.clocks', 'month.kinds', 'month.hoax', 'looks.title'])
			assert.ok(text.includes(t(key)), `${language} ${key}`)
		assert.match(text, /kumak1 \S+ \d+ [0-9a-f]{64}/)
		assert.match(text, /25\.0 %/)
		for (const word of ['words that stay', 'words of a look', told.unit])
			assert.ok(!text.includes(word), word)
		assert.equal(await sheet.locator('.sign').count(), 3)
		await fonts(page)
		await page.screenshot({ path: `${OUT}/month-${language}.png`, fullPage: true })
		assert.deepEqual(await axe(page), [], language)
		await page.setViewportSize({ width: 390, height: 844 })
		const wide = await page.evaluate(() => document.documentElement.scrollWidth)
		assert.ok(wide <= 390, `${language}: ${wide} px on a phone`)
		await page.screenshot({ path: `${OUT}/month-phone-${language}.png`, fullPage: true })
		await page.setViewportSize({ width: 1100, height: 1400 })
		const pdf = await page.pdf({
			preferCSSPageSize: true,
			path: `${OUT}/month-${language}.pdf`,
		})
		const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)
		assert.equal(pages.length, 1, `${language}: ${pages.length} pages`)
		await page.context().close()
	}
})

/* As full as a month can be: more kinds and agencies than there are lines for, all that can
 * come of a call, both witnesses in trouble. */
function fullest(report) {
	const kinds = ['sos', 'panic', 'intrusion', 'fire', 'medical', 'crowd', 'traffic', 'threat']
	const more = ['shooting', 'explosion', 'robbery', 'kidnapping', 'suspicious', 'other']
	report.groups = [...kinds, ...more].map((key, k) => ({
		...report.groups[0],
		key,
		incidents: 1000 - k,
	}))
	for (const key of Object.keys(report.outcomes)) report.outcomes[key] = 123
	report.looks.agencies = Array.from({ length: 12 }, (_, k) => ({
		key: `khi.g.${k + 1}`,
		count: 99 - k,
		unusual: 9,
	}))
	for (const name of Object.keys(report.intervals))
		Object.assign(report.intervals[name], { median_s: 755, p90_s: 1500, p95_s: 3599 })
	return report
}

test('the fullest month is one sheet of A4 too', async () => {
	for (const language of LANGUAGES) {
		const page = await seat(language, [1100, 1400])
		await page.route('**/api/v1/reports/**', async (route) => {
			const answer = await route.fetch()
			await route.fulfill({ json: fullest(await answer.json()) })
		})
		await page.route('**/api/v1/witnesses', (route) =>
			route.fulfill({
				json: {
					items: [
						{ kind: 'folder', seq: 7, at: '2026-03-01T00:00:00.000Z', wrong: 'not_kept' },
						{ kind: 'machine', host: 'there.example:8091', wrong: 'contradicts' },
					],
				},
			}),
		)
		await page.goto(`${node.url}/report?lang=${language}#month`)
		await page.locator('.a4 .qr').waitFor()
		/* twelve kinds, six lines of agencies of which the last is the rest */
		assert.equal(await page.locator('.halves > section').first().locator('tr').count(), 12)
		await fonts(page)
		const pdf = await page.pdf({
			preferCSSPageSize: true,
			path: `${OUT}/month-full-${language}.pdf`,
		})
		const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)
		assert.equal(pages.length, 1, `${language}: ${pages.length} pages`)
		await page.context().close()
	}
})

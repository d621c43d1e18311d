// SPDX-License-Identifier: Apache-2.0
/* Setting up a department in a browser: what is missing, a file that is wrong and one that
 * is right, and invitations on paper in four languages. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, demoNode, OUT, openBrowser, sit, wordsOf } from './node.mjs'

let node
let browser
before(async () => {
	node = await demoNode('--still')
	browser = await openBrowser()
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

const file = (text) => ({
	name: 'sites.csv',
	mimeType: 'text/csv',
	buffer: Buffer.from(text),
})

async function setupPage(language, size) {
	const who = node.demo.accounts.find((one) => one.role === 'administrator')
	const { page } = await sit(browser, node, { who, language, size })
	await page.goto(`${node.url}/admin?lang=${language}#setup`)
	await page.locator('.steps .step').nth(7).waitFor()
	return page
}

test('a file that is wrong is told by row, and one that is right is taken', async () => {
	for (const language of ['en', 'ur']) {
		const t = wordsOf('admin', language)
		const page = await setupPage(language, [1400, 900])
		const button = (key) => page.getByRole('button', { name: t(key), exact: true })
		await page.setInputFiles('input[type=file]', file('name,class\nA,camp\nB,castle\n'))
		await button('files.preview').click()
		await page.locator('table.bad tbody tr').waitFor()
		assert.deepEqual(await page.locator('table.bad td bdi').allTextContents(), [
			'class',
			'castle',
			'class must be one of: consulate, residence, project, camp, other',
		])
		assert.ok(await button('files.take').isDisabled())
		await page.setInputFiles('input[type=file]', file(`name,class\nSite ${language},camp\n`))
		await button('files.preview').click()
		await button('files.take').click()
		await page.getByRole('status').filter({ hasText: '1' }).waitFor()
		await page.locator('.missing').first().waitFor()
		await page.evaluate(() => document.fonts.ready.then(() => 0))
		await page.screenshot({ path: `${OUT}/setup-${language}.png`, fullPage: true })
		assert.deepEqual(await axe(page), [], language)
		await page.context().close()
	}
})

test('an invitation is a page with its code, its time and the telephone', async () => {
	for (const language of ['ur', 'sd', 'en', 'zh']) {
		const t = wordsOf('admin', language)
		const page = await setupPage(language, [1100, 900])
		await page.getByRole('button', { name: t('sheets.make'), exact: true }).click()
		const boxes = await page.locator('.choice input').all()
		for (const box of boxes.slice(2)) if (await box.isChecked()) await box.click()
		await page.locator('.sheets .btn.main').click()
		await page.locator('.sheet').nth(1).waitFor()
		const text = await page.locator('.sheet').first().innerText()
		for (const key of ['sheet.scan', 'sheet.allow', 'sheet.keep', 'sheet.test'])
			assert.ok(text.includes(t(key)), `${language} ${key}`)
		assert.match(text, /[a-z0-9]{5}(-[a-z0-9]{5}){3}/)
		assert.match(text, /\+92 21 0000 0015/)
		await page.emulateMedia({ media: 'print' })
		assert.equal(await page.locator('.tabs').isVisible(), false)
		await page.locator('.sheet').first().screenshot({ path: `${OUT}/sheet-${language}.png` })
		const pdf = await page.pdf({ preferCSSPageSize: true })
		const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)
		assert.equal(pages.length, 2, 'one page a site')
		await page.context().close()
	}
})

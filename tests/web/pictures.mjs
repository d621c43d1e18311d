// SPDX-License-Identifier: Apache-2.0
/* Draws docs/pictures anew from a demo city (no test): `node tests/web/pictures.mjs DIR`,
 * then `pngquant` on what is in DIR. A dispatcher takes the first call of the city. */
import { join } from 'node:path'
import { demoNode, openBrowser, sit } from './node.mjs'

const to = process.argv[2] ?? '.'
const node = await demoNode()
const browser = await openBrowser()
try {
	const desk = await sit(browser, node, { who: node.login('dispatcher'), language: 'en' })
	const wall = await sit(browser, node, { who: node.login('board'), language: 'ur' })
	desk.context.setDefaultTimeout(60_000)
	await desk.open('/console')
	const dialog = desk.page.getByRole('dialog')
	const isSilent = await dialog.waitFor({ timeout: 5_000 }).then(
		() => true,
		() => false,
	)
	if (isSilent) {
		await desk.page.keyboard.press('Enter')
		await dialog.getByText('♪').waitFor()
		await desk.page.keyboard.press('Enter')
		await dialog.waitFor({ state: 'detached' })
	}
	await wall.open('/board')
	await wall.page.mouse.click(1_500, 500)
	await desk.page.locator('.queue [data-incident] .pick').first().click()
	await desk.page.locator('.recommended .offer').nth(2).waitFor()
	await desk.page.screenshot({ path: join(to, 'console-new.png') })
	await desk.page.keyboard.press('a')
	await desk.page.locator('.queue .unacked').waitFor({ state: 'detached' })
	await desk.page.keyboard.press('1')
	await desk.page.locator('.assignments li').waitFor()
	await desk.page.keyboard.press('Shift+Digit1')
	await desk.page.locator('.timeline', { hasText: 'Call-back' }).waitFor()
	await desk.page.locator('.toasts > *').first().waitFor({ state: 'detached' })
	await desk.page.screenshot({ path: join(to, 'console.png') })
	await wall.page.screenshot({ path: join(to, 'board-ur.png') })
} finally {
	await browser.close()
	await node.stop()
}

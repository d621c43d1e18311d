// SPDX-License-Identifier: Apache-2.0
/* One's own account and one's own people, in a browser: a second factor from the picture
 * to the next sign-in, and a mission's administrator who keeps the mission's people and
 * claims a device, which the control agency accepts. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { axe, Caller, demoNode, OUT, openBrowser, sit, until, wordsOf } from './node.mjs'

const PASSWORD = 'a-long-password'
const STEP_MS = 30_000

let node
let browser
let admin
before(async () => {
	node = await demoNode('--still')
	browser = await openBrowser()
	admin = new Caller(node.url, tokenOf('administrator'))
})
after(async () => {
	await browser?.close()
	await node?.stop()
})

const tokenOf = (role) => node.demo.tokens.find((one) => one.role === role).token

/* RFC 6238, by another program than the node's. */
function codeAt(secret, step) {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
	const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0'))
	const bytes = bits.join('').match(/.{8}/g)
	const counter = Buffer.alloc(8)
	counter.writeBigUInt64BE(BigInt(step))
	const key = Buffer.from(bytes.map((b) => Number.parseInt(b, 2)))
	const mac = createHmac('sha1', key).update(counter).digest()
	const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff
	return String(number % 1_000_000).padStart(6, '0')
}

/* The page as it is now: nothing for axe to find, and a picture to look at. */
async function looked(page, name) {
	await page.evaluate(() => document.fonts.ready.then(() => 0))
	await page.screenshot({ path: `${OUT}/${name}.png` })
	assert.deepEqual(await axe(page), [], name)
	const { scrollWidth, clientWidth } = await page.evaluate(() => ({
		scrollWidth: document.documentElement.scrollWidth,
		clientWidth: document.documentElement.clientWidth,
	}))
	assert.ok(scrollWidth <= clientWidth, `${name} is wider than the screen`)
}

for (const [language, size] of [
	['en', [1600, 900]],
	['ur', [412, 892]],
])
	test(`a second factor in ${language}`, { timeout: 60_000 }, () => second(language, size))

async function second(language, size) {
	const w = wordsOf('login', language)
	const login = `factor-${language}`
	await admin.post('/accounts', {
		login,
		password: PASSWORD,
		name: 'Sana Demo',
		role: 'dispatcher',
	})
	const { page, open, context } = await sit(browser, node, { language, size })
	const button = (key) => page.getByRole('button', { name: w(key), exact: true })
	const field = (key) => page.getByLabel(w(key))
	const enter = async () => {
		await field('login.name').fill(login)
		await field('login.password').fill(PASSWORD)
		await button('login.enter').click()
	}
	await open('/?home')
	await enter()
	await button('totp.set_up').click()
	await looked(page, `factor-ask-${language}`)
	await field('password.old').fill('not my password')
	await button('totp.go_on').click()
	await page.getByText(w('password.old_wrong')).waitFor()
	await field('password.old').fill(PASSWORD)
	await button('totp.go_on').click()
	await page.getByRole('img', { name: w('totp.picture') }).waitFor()
	const secret = (await page.locator('.secret').innerText()).replace(/\s/g, '')
	assert.match(secret, /^[A-Z2-7]{32}$/)
	await looked(page, `factor-picture-${language}`)
	assert.ok(!page.url().includes(secret))
	const step = Math.floor(Date.now() / STEP_MS)
	const used = codeAt(secret, step - 1)
	await field('totp.code').fill(used)
	await button('totp.turn_on').click()
	await button('totp.take_off').waitFor()
	await looked(page, `factor-home-${language}`)
	await button('home.logout').click()

	await enter()
	await field('totp.code').waitFor()
	await looked(page, `factor-code-${language}`)
	await field('totp.code').fill(used) // a code is good once
	await button('login.enter').click()
	await page.getByText(w('totp.wrong')).waitFor()
	const digits = codeAt(secret, Math.floor(Date.now() / STEP_MS))
	const urdu = digits.replace(/\d/g, (d) => String.fromCharCode(0x6f0 + Number(d)))
	await field('totp.code').fill(language === 'ur' ? urdu : digits)
	await button('login.enter').click()
	await button('totp.take_off').waitFor()
	await context.close()
}

for (const [language, size] of [
	['en', [1600, 900]],
	['ur', [412, 892]],
])
	test(`a mission's people in ${language}`, { timeout: 60_000 }, () =>
		people(language, size),
	)

async function people(language, size) {
	const w = wordsOf('admin', language)
	const who = node.demo.accounts.find((one) => one.login === 'mission1')
	const { page, open, context } = await sit(browser, node, { who, language, size })
	await open('/admin#people')
	await page.locator('table tbody tr').nth(1).waitFor()
	await looked(page, `people-${language}`)
	await page.getByRole('button', { name: w('new.people') }).click()
	const dialog = page.getByRole('dialog')
	const name = `Zarin Demo ${language}`
	await dialog.getByLabel(w('field.name'), { exact: false }).first().fill(name)
	await dialog.getByLabel(w('field.phones')).fill('Gate: +92 300 000 9999')
	await dialog.getByLabel(w('field.languages')).fill('ur en')
	await dialog.getByLabel(w('field.site')).selectOption({ index: 1 })
	await looked(page, `people-form-${language}`)
	await dialog.getByRole('button', { name: w('save') }).click()
	await page.getByRole('button', { name, exact: true }).waitFor()
	const { items } = await admin.get('/people?limit=500')
	assert.ok(items.length > 0 && !items.some((one) => one.name === name))
	await context.close()
}

test('a claimed device is accepted by the control agency', { timeout: 60_000 }, async () => {
	const who = node.demo.accounts.find((one) => one.login === 'mission1')
	const mission = new Caller(node.url)
	await mission.login(who.login, who.password)
	const site = node.demo.sites.find((one) => one.agency === who.agency).id
	const made = await mission.post('/devices', {
		door: 'osmand',
		identity: 'claimed-1',
		bound_to: site,
	})
	const w = wordsOf('admin', 'en')
	const seat = { who: node.login('administrator'), language: 'en' }
	const { page, open, context } = await sit(browser, node, seat)
	await open('/admin#devices')
	const row = page.getByRole('row', { name: /claimed-1/ })
	await row.waitFor()
	await looked(page, 'device-claimed-en')
	await row.getByRole('button', { name: w('device.accept') }).click()
	await row.getByText(w('device_state.bound')).waitFor()
	const now = await until(async () => {
		const one = await mission.get(`/devices/${made.id}`)
		return one.state === 'bound' && one
	}, 'the mission sees it bound')
	assert.equal(now.bound_to, site)
	await context.close()
})

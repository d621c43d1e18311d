// SPDX-License-Identifier: Apache-2.0
/* What the browser tests of the liaison room share: a node with its people, and hands
 * at a page of it. */
import assert from 'node:assert/strict'
import { axe, Caller, OUT, realNode } from './node.mjs'

export const PASSWORD = 'a lasting pass phrase'

/* A node with people of a liaison room in it. */
export async function town() {
	const node = await realNode()
	const person = async (login, role, agency) => {
		const made = await node.admin.post('/accounts', {
			login,
			password: PASSWORD,
			name: `Person ${login}`,
			role,
			...(agency && { agency }),
		})
		const caller = new Caller(node.url)
		await caller.login(login, PASSWORD)
		return { login, password: PASSWORD, id: made.id, caller }
	}
	const [a, b] = node.missions
	await node.admin.ok('PATCH', `/agencies/${a.agency}`, { zone: 'Asia/Shanghai' })
	return {
		node,
		desk: await person('desk', 'liaison'),
		b: await person('sylvania', 'liaison', b.agency),
		person,
	}
}

/* What axe finds, and what is wider than the screen; and a picture to look at. */
export async function looked({ page }, name) {
	await page.evaluate(() => document.fonts.ready.then(() => 0))
	await page.screenshot({ path: `${OUT}/${name}.png`, animations: 'disabled' })
	assert.deepEqual(await axe(page), [], `axe: ${name}`)
	const wide = await page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement
		return scrollWidth - clientWidth
	})
	assert.ok(wide <= 0, `${name} is ${wide} px wider than the screen`)
}

export const hands = (seat, w) => {
	const { page } = seat
	const button = (key, within = page) =>
		within.getByRole('button', { name: w(key), exact: true })
	return {
		...seat,
		w,
		button,
		place: (name) =>
			page
				.locator('nav.places')
				.getByRole('button', {
					name: new RegExp(`^${RegExp.escape(w(`place.${name}`))}\\s*[\\d+]*$`),
				})
				.click(),
		/* A label has a star behind it when its field is needed, and may have a hint. */
		field: (key, within = page) =>
			within.getByLabel(new RegExp(`^\\s*${RegExp.escape(w(key))}`)).first(),
		dialog: page.getByRole('dialog'),
		/* Fills a dialog's fields and sends it. */
		answer: async (submit, fill = async () => undefined) => {
			const dialog = page.getByRole('dialog')
			await dialog.waitFor()
			await fill(dialog)
			await dialog.locator('button[type=submit]', { hasText: w(submit) }).click()
			await dialog.waitFor({ state: 'detached' })
		},
	}
}

/* The console's check of its sound is put away: a browser that may sound asks nothing. */
export async function quiet({ page }, w) {
	const dialog = page.getByRole('dialog')
	const sounds = page.getByText(w('sound.on'))
	await dialog.or(sounds).first().waitFor()
	if (!(await dialog.isVisible())) return
	await page.keyboard.press('Escape')
	await dialog.waitFor({ state: 'detached' })
}

/* A day from now as a field of a form wants it: Pakistan's time. */
export const pktField = (days) =>
	new Date(Date.now() + days * 86_400_000 + 5 * 3_600_000).toISOString().slice(0, 16)

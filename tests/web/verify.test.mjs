// SPDX-License-Identifier: Apache-2.0
/* The offline verifier, as a program and as a page opened from a folder: the same files,
 * the same findings. A history is cut and rewritten, the second as only the node itself
 * could: every hash made anew and the new head signed with the node's own key. */
import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import {
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { axe, Caller, demoNode, openBrowser, OUT, ROOT } from './node.mjs'

const PROGRAM = `${process.env.KUMAK ?? join(ROOT, 'build/kumak')}-verify`
const DATA = process.env.KUMAK_DATA ?? join(ROOT, '../shared/data')
const VECTORS = join(DATA, 'crypto/wycheproof/testvectors_v1/ed25519_test.json')
const folder = mkdtempSync(join(tmpdir(), 'kumak-verify-'))
const path = (name) => join(folder, name)
let node, browser, page, verify, kept, later

before(async () => {
	/* a CommonJS name: the page's script has no module of its own */
	for (const name of ['verify.html', 'verify.js', 'verify.css'])
		copyFileSync(join(ROOT, 'web/public', name), path(name))
	copyFileSync(path('verify.js'), path('verify.cjs'))
	verify = createRequire(import.meta.url)(path('verify.cjs'))
	node = await demoNode('--still', '--synthetic-every', '0')
	const token = (role) => node.demo.tokens.find((t) => t.role === role).token
	const mission = new Caller(node.url, token('site'))
	await mission.ok('POST', '/sos', { key: 'one' })
	kept = await mission.ok('GET', '/head')
	await mission.ok('POST', '/sos', { key: 'two', message: 'the second' })
	later = await mission.ok('GET', '/head?paper=1')
	assert.equal(spawnSync(PROGRAM, ['--export', path('whole'), node.data]).status, 0)
	writeFileSync(path('heads.json'), JSON.stringify({ heads: [later, kept] }))
	writeFileSync(path('paper.txt'), `${later.paper}\n`)
	make()
	browser = await openBrowser()
	page = await browser.newPage()
	await page.goto(pathToFileURL(path('verify.html')).href)
})

after(async () => {
	await browser?.close()
	await node?.stop()
	rmSync(folder, { recursive: true, force: true })
})

/* Files that somebody tampered with. */
function make() {
	const [first, ...lines] = readFileSync(path('whole'), 'utf8').trimEnd().split('\n')
	const write = (name, list) => writeFileSync(path(name), `${[first, ...list].join('\n')}\n`)
	write('cut', lines.slice(0, later.seq - 1))
	write('gap', lines.toSpliced(kept.seq - 2, 1))
	const at = lines.findIndex((line) => line.includes('"signal.received"'))
	const edited = lines.map((line, k) =>
		k === at ? line.replace('"door":"api"', '"door":"apj"') : line,
	)
	assert.notEqual(edited[at], lines[at])
	write('edited', edited)
	let hash = new Uint8Array(32)
	const anew = edited.map((line) => {
		const doc = Buffer.from(line.slice(65))
		hash = verify.blake2b256(Uint8Array.from(Buffer.concat([hash, doc])))
		return `${verify.hex(hash)} ${doc}`
	})
	write('rewritten', anew)
	const seed = readFileSync(join(node.data, 'node.key')).subarray(0, 32)
	const key = createPrivateKey({
		key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
		format: 'der',
		type: 'pkcs8',
	})
	const forged = { ...later, hash: anew[later.seq - 1].slice(0, 64) }
	const words = `kumak head 1\n${forged.node}\n${forged.seq}\n${forged.hash}\n${forged.at}`
	forged.signature = sign(null, Buffer.from(words), key).toString('base64url')
	writeFileSync(path('forged.json'), JSON.stringify(forged))
	writeFileSync(path('unsigned.json'), JSON.stringify({ ...kept, at: later.at }))
}

const CASES = [
	['whole', 'heads.json', 0, 'INTACT'],
	['whole', 'paper.txt', 0, 'INTACT'],
	['cut', 'heads.json', 3, 'CUT OFF'],
	['rewritten', 'heads.json', 4, 'REWRITTEN'],
	/* the node's own new head knows nothing of it: only the old one does */
	['rewritten', 'forged.json', 0, 'INTACT'],
	['edited', 'heads.json', 5, 'DAMAGED'],
	['gap', 'heads.json', 5, 'DAMAGED'],
	['whole', 'unsigned.json', 6, 'not good'],
]

for (const [events, heads, code, says] of CASES) {
	test(`${events} against ${heads}: ${says}`, async () => {
		const { status, stdout, stderr } = spawnSync(
			PROGRAM,
			['--heads', path(heads), path(events)],
			{ encoding: 'utf8' },
		)
		assert.equal(status, code, stdout + stderr)
		if (code < 6) assert.ok(stdout.startsWith(says), stdout)
		else assert.match(stderr, /signature/)
		await page.locator('#heads-file').setInputFiles(path(heads))
		await page.locator('#events-file').setInputFiles(path(events))
		await page.getByRole('button', { name: 'Verify', exact: true }).click()
		await page.locator('#verdict').filter({ hasText: says }).waitFor()
		const isGood = await page.locator('#verdict.good').count()
		assert.equal(isGood === 1, code === 0)
	})
}

test('the folder of the running node, and wrong keys and usage', async () => {
	const run = (...argv) => spawnSync(PROGRAM, argv, { encoding: 'utf8' })
	const good = run('--heads', path('heads.json'), '--key', kept.public_key, node.data)
	assert.equal(good.status, 0, good.stderr)
	assert.equal(run('--head', `${kept.seq}:${later.hash}`, node.data).status, 4)
	assert.equal(run('--head', `${later.seq + 1000}:${later.hash}`, node.data).status, 3)
	const key = 'ab'.repeat(32)
	assert.equal(run('--key', key, '--heads', path('heads.json'), node.data).status, 6)
	assert.equal(run('--heads', path('whole'), node.data).status, 6)
	assert.equal(run(path('heads.json')).status, 1)
	assert.equal(run(path('nothing')).status, 1)
	for (const bad of [[], ['--head', 'x', node.data], ['--key', 'zz', node.data], ['--who']])
		assert.equal(run(...bad).status, 2, bad.join(' '))
	assert.equal(run('--export', path('whole'), node.data).status, 1) /* it is there */
})

test('the page in Urdu and on a phone, with nothing that axe finds', async () => {
	await page.getByRole('button', { name: 'اردو' }).click()
	assert.equal(await page.locator('html').getAttribute('dir'), 'rtl')
	await page.locator('#verdict.bad').filter({ hasText: 'ایک سرا درست نہیں' }).waitFor()
	await page.setViewportSize({ width: 390, height: 844 })
	await page.screenshot({ path: join(OUT, 'verify-ur.png'), fullPage: true })
	assert.deepEqual(await axe(page), [])
	const wide = await page.evaluate(() => document.documentElement.scrollWidth)
	assert.ok(wide <= 390, `${wide}`)
	await page.getByRole('button', { name: 'English' }).click()
	await page.screenshot({ path: join(OUT, 'verify-en.png'), fullPage: true })
})

test('hostile signatures of others', { skip: !existsSync(VECTORS) }, () => {
	const { testGroups } = JSON.parse(readFileSync(VECTORS))
	const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
	let seen = 0
	for (const { publicKey, tests } of testGroups) {
		for (const one of tests) {
			const good = verify.isSigned(bytes(one.sig), bytes(one.msg), bytes(publicKey.pk))
			assert.equal(good, one.result === 'valid', `${one.tcId} ${one.comment}`)
			seen++
		}
	}
	assert.ok(seen > 100)
})

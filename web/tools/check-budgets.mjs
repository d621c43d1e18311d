/* SPDX-License-Identifier: Apache-2.0 */
/* Fails when a page weighs more than it may. Counted: what a page loads before anybody
 * does anything (its scripts and styles with all that they import statically, plus the
 * larger of its languages' catalogs), gzip, without fonts; and the map's late chunk. Run
 * after the build. Also: no page may name another host. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KB = 1000
const SHELL = 40 * KB
const SOS = 40 * KB
const MAP = 460 * KB

const dist = new URL('../dist', import.meta.url).pathname
if (!existsSync(dist)) {
	console.error('budgets: no dist/, build first')
	process.exit(1)
}
const weigh = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const assets = readdirSync(join(dist, 'assets'))
const staticImports = (text) =>
	[
		...text.matchAll(
			/(?:^|[;}\s])(?:import|export)(?:[^'"()]*?from)?\s*["']\.\/([^"']+)["']/g,
		),
	].map((m) => m[1])
const lateImports = (text) =>
	[...text.matchAll(/import\(\s*[`"']\.\/([^`"']+)[`"']\s*\)/g)].map((m) => m[1])

/* A script and all that it imports at once. */
const closure = (names) => {
	const all = new Set(names)
	for (const name of all)
		if (name.endsWith('.js'))
			for (const more of staticImports(readFileSync(join(dist, 'assets', name), 'utf8')))
				all.add(more)
	return all
}
const total = (names) =>
	[...names]
		.filter((name) => /\.(js|css)$/.test(name))
		.reduce((sum, name) => sum + weigh(join(dist, 'assets', name)), 0)

const problems = []
const row = (name, bytes, limit) => {
	const text = `${name.padEnd(24)} ${(bytes / KB).toFixed(1).padStart(7)} kB  of ${limit / KB}`
	console.log(text)
	if (bytes > limit)
		problems.push(`${name} is ${((bytes - limit) / KB).toFixed(1)} kB too heavy`)
}

const htmls = readdirSync(dist).filter((name) => name.endsWith('.html'))
for (const html of htmls) {
	const text = readFileSync(join(dist, html), 'utf8')
	const first = [...text.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map((m) => m[1])
	const now = closure(first)
	/* Catalogs come late in name only: every page waits for one language of each. */
	const late = new Set(
		[...now]
			.filter((n) => n.endsWith('.js'))
			.flatMap((n) => lateImports(readFileSync(join(dist, 'assets', n), 'utf8'))),
	)
	const language = (code) =>
		[...late].filter((n) => new RegExp(`^${code}-[^/]+\\.js$`).test(n))
	const catalogs = Math.max(
		0,
		...['ur', 'sd', 'en', 'zh'].map((code) => total(language(code))),
	)
	row(html, total(now) + catalogs, html === 'sos.html' ? SOS : SHELL)
}

/* The map: its chunk, its style sheet, its worker. */
const map = assets.filter(
	(name) => /^(gl|maplibre)[^/]*\.(js|css)$/.test(name) && !name.endsWith('.map'),
)
if (map.length > 0) row('map (late)', total(map), MAP)

const HOST =
	/(?:fetch\(|src=|href=|url\(|new WebSocket\()\s*["'`]?(?:https?:|wss?:)?\/\/(?!\$\{)[a-z0-9]/i
for (const name of [
	...htmls,
	...assets.filter((a) => /\.(css)$/.test(a)).map((a) => `assets/${a}`),
])
	if (HOST.test(readFileSync(join(dist, name), 'utf8')))
		problems.push(`${name} names another host`)

for (const problem of problems) console.error(`budgets: ${problem}`)
process.exit(problems.length ? 1 : 0)

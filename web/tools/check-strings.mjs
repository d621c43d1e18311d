/* SPDX-License-Identifier: Apache-2.0 */
/* Fails when a catalog key is missing in a language or used nowhere, when a key that
 * the code uses is in no catalog, when placeholders differ between languages, or when a
 * style sheet or style object names a physical side (left, right) instead of a logical
 * one. Keys made at run time are written t(`group.${x}`), or the group is named in
 * `words: 'group'`: the whole group is then used. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const LANGUAGES = ['ur', 'sd', 'en', 'zh']
const root = new URL('../src', import.meta.url).pathname
const problems = []

const files = []
const walk = (dir) => {
	for (const name of readdirSync(dir)) {
		const path = join(dir, name)
		if (statSync(path).isDirectory()) walk(path)
		else files.push(path)
	}
}
walk(root)

/* Catalogs: every folder that has one of the language files must have all. */
const catalogs = new Map()
for (const path of files) {
	const m = /^(.*)\/([a-z]{2})\.json$/.exec(path)
	if (!m) continue
	const pairs = readFileSync(path, 'utf8')
	const seen = new Set()
	for (const [, key] of pairs.matchAll(/^\s*"([^"]+)"\s*:/gm)) {
		if (seen.has(key)) problems.push(`${relative(root, path)}: ${key} is there twice`)
		seen.add(key)
	}
	const folder = catalogs.get(m[1]) ?? {}
	folder[m[2]] = JSON.parse(pairs)
	catalogs.set(m[1], folder)
}

const names = (text) => {
	const found = new Set()
	for (const [, name] of text.matchAll(/\{\s*([a-z_]+)\s*[},]/g)) found.add(name)
	return [...found].sort().join(' ')
}

const defined = new Map()
for (const [folder, byLanguage] of catalogs) {
	const where = relative(root, folder)
	const keys = new Set(Object.values(byLanguage).flatMap((c) => Object.keys(c)))
	for (const key of keys) {
		defined.set(key, where)
		for (const language of LANGUAGES) {
			const text = byLanguage[language]?.[key]
			if (text === undefined) problems.push(`${where}/${language}.json: ${key} is missing`)
			else if (text.trim() === '')
				problems.push(`${where}/${language}.json: ${key} is empty`)
			else if (names(text) !== names(byLanguage.en?.[key] ?? text))
				problems.push(`${where}/${language}.json: ${key} has other placeholders than en`)
		}
	}
}

/* Uses: any string in the code that is a key counts; t('…') must be defined. */
const used = new Set()
const groups = new Set()
for (const path of files) {
	if (!/\.tsx?$/.test(path) || path.endsWith('.test.ts')) continue
	const text = readFileSync(path, 'utf8')
	for (const [, key] of text.matchAll(/['"`]([a-z0-9_]+(?:\.[A-Za-z0-9_]+)*)['"`]/gi))
		used.add(key)
	for (const [, group] of text.matchAll(/`([a-z0-9_.]*[a-z0-9][._])\$\{/g))
		groups.add(group)
	for (const [, group] of text.matchAll(/\bword(?:sOf)?\(\s*'([a-z_]+)'/g))
		groups.add(`${group}.`)
	for (const [, list] of text.matchAll(/\bwords: '?([a-z_ ]+)/g))
		for (const group of list.trim().split(' ')) groups.add(`${group}.`)
	for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g))
		if (!defined.has(key)) problems.push(`${relative(root, path)}: ${key} is in no catalog`)
}
for (const [key, where] of defined) {
	const inGroup = [...groups].some((g) => key.startsWith(g))
	if (!used.has(key) && !inGroup) problems.push(`${where}: ${key} is used nowhere`)
}

/* Physical sides. MapLibre and canvas have their own words, so only style is searched. */
const PHYSICAL =
	/(?:^|[\s;{(])(?:left|right)\s*:|(?:margin|padding|border|scroll-margin)-(?:left|right)|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)|(?:margin|padding|border)(?:Left|Right)\b/
for (const path of files) {
	if (!/\.(css|tsx)$/.test(path)) continue
	readFileSync(path, 'utf8')
		.split('\n')
		.forEach((line, i) => {
			if (PHYSICAL.test(line))
				problems.push(`${relative(root, path)}:${i + 1}: physical side: ${line.trim()}`)
		})
}

for (const problem of problems) console.error(problem)
console.log(
	problems.length
		? `strings: ${problems.length} problems`
		: `strings: ${defined.size} keys in ${LANGUAGES.length} languages, all used`,
)
process.exit(problems.length ? 1 : 0)

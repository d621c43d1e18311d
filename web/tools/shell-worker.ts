/* SPDX-License-Identifier: Apache-2.0 */
/* Emits the workers of the pages that open without a link, each with the list of what
 * its shell needs. The list is taken from the bundle itself, so a file that the page
 * imports cannot be forgotten; its hash is the version. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Plugin, transformWithOxc } from 'vite'

const SOURCE = 'src/ui/sw.ts'
const WORKERS = [
	{
		page: 'sos',
		file: 'sw.js',
		always: ['/manifest.webmanifest', '/icons/sos.svg', '/icons/sos-192.png'],
	},
	{ page: 'tablet', file: 'sw-tablet.js', always: [] },
	{
		page: 'liaison',
		file: 'sw-liaison.js',
		always: ['/liaison.webmanifest', '/icons/liaison.svg', '/icons/liaison-192.png'],
	},
]

interface Chunk {
	type: 'chunk' | 'asset'
	fileName: string
	isEntry?: boolean
	name?: string
	imports?: string[]
	dynamicImports?: string[]
	viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> }
	source?: string | Uint8Array
}

export function shellWorkers(): Plugin {
	return {
		name: 'kumak-shell-workers',
		apply: 'build',
		enforce: 'post',
		async generateBundle(_options, bundle) {
			const files = bundle as unknown as Record<string, Chunk>
			const { code } = await transformWithOxc(readFileSync(SOURCE, 'utf8'), SOURCE)
			const plain = code.replace(/^export \{\s*\};?\s*$/m, '')
			for (const { page, file, always } of WORKERS) {
				const entry = Object.values(files).find((f) => f.isEntry && f.name === page)
				if (!entry) continue
				const assets = [...needed(files, entry)].sort().map((name) => `/${name}`)
				const shell = [`/${page}`, ...always, ...assets]
				const html = String(files[`${page}.html`]?.source ?? '')
				const version = createHash('sha256')
					.update(shell.join('\n') + html)
					.digest('hex')
					.slice(0, 12)
				const names = { PAGE: `/${page}`, VERSION: version, SHELL: shell }
				const head = Object.entries(names)
					.map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`)
					.join('')
				this.emitFile({ type: 'asset', fileName: file, source: head + plain })
			}
		},
	}
}

function needed(files: Record<string, Chunk>, entry: Chunk): Set<string> {
	const found = new Set<string>()
	const visit = (name: string) => {
		const file = files[name]
		if (!file || found.has(name)) return
		found.add(name)
		for (const next of [...(file.imports ?? []), ...(file.dynamicImports ?? [])])
			visit(next)
		for (const css of file.viteMetadata?.importedCss ?? []) visit(css)
		for (const asset of file.viteMetadata?.importedAssets ?? []) found.add(asset)
		if (name.endsWith('.css'))
			for (const [, font] of String(file.source).matchAll(/url\(\/(assets\/[^)"']+)\)/g))
				if (font) found.add(font)
	}
	visit(entry.fileName)
	return found
}

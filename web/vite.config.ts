/* SPDX-License-Identifier: Apache-2.0 */
/* One build, many pages: each page is a flat file in dist/, all code is hashed under
 * dist/assets/, and dist/build.json names the build so that boards can tell when to
 * reload. A page that has no HTML file yet is left out. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { shellWorkers } from './tools/shell-worker.ts'

const pages = [
	'index',
	'console',
	'board',
	'sos',
	'tablet',
	'liaison',
	'admin',
	'report',
	'paper',
	'keep',
]

/* The build id is a hash of the hashed names: equal output, equal id. */
function buildId(): Plugin {
	return {
		name: 'kumak-build-id',
		generateBundle(_options, bundle) {
			const hash = createHash('sha256')
			for (const name of Object.keys(bundle).sort()) hash.update(name).update('\n')
			const build = hash.digest('hex').slice(0, 16)
			this.emitFile({
				type: 'asset',
				fileName: 'build.json',
				source: `${JSON.stringify({ build })}\n`,
			})
		},
	}
}

export default defineConfig({
	appType: 'mpa',
	oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
	plugins: [buildId(), shellWorkers()],
	build: {
		outDir: 'dist',
		assetsDir: 'assets',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		target: 'es2022',
		chunkSizeWarningLimit: 1200,
		rolldownOptions: {
			input: Object.fromEntries(
				pages.filter((p) => existsSync(`${p}.html`)).map((p) => [p, `${p}.html`]),
			),
		},
	},
	server: {
		proxy: {
			'/api': { target: process.env.KUMAK_URL ?? 'http://127.0.0.1:8080', ws: true },
		},
	},
	test: { include: ['src/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0])

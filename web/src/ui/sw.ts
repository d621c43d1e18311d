/* SPDX-License-Identifier: Apache-2.0 */
/* The service worker of one page, and of nothing else: the SOS page and the tablet have
 * each their own, registered for that page only. It keeps the shell of one build, whole
 * or not at all, so that the page opens without a link. It never looks at the API: a
 * kept answer could pass for a new one. The build writes the page, the list and its
 * version in (tools/shell-worker.ts). */

declare const PAGE: string
declare const SHELL: readonly string[]
declare const VERSION: string

interface Installing extends Event {
	waitUntil(done: Promise<unknown>): void
}
interface Fetching extends Installing {
	readonly request: Request
	respondWith(answer: Promise<Response>): void
}

const worker = self as unknown as {
	skipWaiting(): Promise<void>
	clients: { claim(): Promise<void> }
	addEventListener(type: 'install' | 'activate', run: (e: Installing) => void): void
	addEventListener(type: 'fetch', run: (e: Fetching) => void): void
}
const PREFIX = `kumak-${PAGE.slice(1)}-`
const NAME = PREFIX + VERSION
/* A slow link must not hold the page back: it opens from the shelf after this. */
const PATIENCE_MS = 2_500

worker.addEventListener('install', (event) => {
	const requests = SHELL.map((path) => new Request(path, { cache: 'reload' }))
	event.waitUntil(
		caches
			.open(NAME)
			.then((cache) => cache.addAll(requests))
			.then(() => worker.skipWaiting()),
	)
})

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== NAME))
			.then((old) => Promise.all(old.map((name) => caches.delete(name))))
			.then(() => worker.clients.claim()),
	)
})

/* The page: from the server while it answers, so that a new build is seen; else kept. */
async function page(request: Request): Promise<Response> {
	try {
		const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
		if (answer.ok) return answer
	} catch {
		/* No link. */
	}
	return (await caches.match(PAGE)) ?? Response.error()
}

async function asset(request: Request): Promise<Response> {
	return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request)
}

worker.addEventListener('fetch', (event) => {
	const { pathname, origin } = new URL(event.request.url)
	if (event.request.method !== 'GET' || origin !== location.origin) return
	if (pathname.startsWith('/api/')) return
	if (event.request.mode === 'navigate') event.respondWith(page(event.request))
	else if (SHELL.includes(pathname)) event.respondWith(asset(event.request))
})

export {}

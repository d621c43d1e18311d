/* SPDX-License-Identifier: Apache-2.0 */
/* The offline page: signatures of heads (Ed25519, RFC 8032), and the chain of events
 * (BLAKE2b-256, RFC 7693) against them. A classic script with no import, so that it runs
 * from a folder on a stick; nothing secret passes through it, so it need not hide time. */
'use strict'

const KumakVerify = (() => {
	/* --- words of 64 bits, as two of 32: low, high ---------------------------------- */

	const BLAKE_IV = new Uint32Array([
		0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1,
		0xa54ff53a, 0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab,
		0x137e2179, 0x5be0cd19,
	])
	const SIGMA = [
		[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
		[14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
		[11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
		[7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
		[9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
		[2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
		[12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
		[13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
		[6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
		[10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
	]

	function add(v, to, low, high) {
		const sum = v[to] + low
		v[to + 1] = v[to + 1] + high + (sum > 0xffffffff ? 1 : 0)
		v[to] = sum
	}

	/* v[a] ^= v[b], turned right by n. */
	function turn(v, a, b, n) {
		const low = v[a] ^ v[b]
		const high = v[a + 1] ^ v[b + 1]
		if (n === 32) {
			v[a] = high
			v[a + 1] = low
		} else if (n < 32) {
			v[a] = (low >>> n) | (high << (32 - n))
			v[a + 1] = (high >>> n) | (low << (32 - n))
		} else {
			v[a] = (high >>> (n - 32)) | (low << (64 - n))
			v[a + 1] = (low >>> (n - 32)) | (high << (64 - n))
		}
	}

	function mix(v, m, a, b, c, d, x, y) {
		add(v, a, v[b], v[b + 1])
		add(v, a, m[2 * x], m[2 * x + 1])
		turn(v, d, a, 32)
		add(v, c, v[d], v[d + 1])
		turn(v, b, c, 24)
		add(v, a, v[b], v[b + 1])
		add(v, a, m[2 * y], m[2 * y + 1])
		turn(v, d, a, 16)
		add(v, c, v[d], v[d + 1])
		turn(v, b, c, 63)
	}

	function squeeze(h, block, counted, isLast) {
		const v = new Uint32Array(32)
		const m = new Uint32Array(32)
		const view = new DataView(block.buffer, block.byteOffset, 128)
		for (let k = 0; k < 32; k++) m[k] = view.getUint32(4 * k, true)
		v.set(h)
		v.set(BLAKE_IV, 16)
		v[24] ^= counted % 4294967296
		v[25] ^= Math.floor(counted / 4294967296)
		if (isLast) {
			v[28] = ~v[28]
			v[29] = ~v[29]
		}
		for (let round = 0; round < 12; round++) {
			const s = SIGMA[round % 10]
			mix(v, m, 0, 8, 16, 24, s[0], s[1])
			mix(v, m, 2, 10, 18, 26, s[2], s[3])
			mix(v, m, 4, 12, 20, 28, s[4], s[5])
			mix(v, m, 6, 14, 22, 30, s[6], s[7])
			mix(v, m, 0, 10, 20, 30, s[8], s[9])
			mix(v, m, 2, 12, 22, 24, s[10], s[11])
			mix(v, m, 4, 14, 16, 26, s[12], s[13])
			mix(v, m, 6, 8, 18, 28, s[14], s[15])
		}
		for (let k = 0; k < 16; k++) h[k] ^= v[k] ^ v[k + 16]
	}

	function blake2b256(bytes) {
		const h = new Uint32Array(BLAKE_IV)
		h[0] ^= 0x01010020 /* 32 bytes out, no key */
		let at = 0
		for (; bytes.length - at > 128; at += 128)
			squeeze(h, bytes.subarray(at, at + 128), at + 128, false)
		const last = new Uint8Array(128)
		last.set(bytes.subarray(at))
		squeeze(h, last, bytes.length, true)
		return new Uint8Array(h.buffer.slice(0, 32))
	}

	/* --- SHA-512 (FIPS 180-4); its constants are roots of primes ---------------------- */

	const MASK = (1n << 64n) - 1n

	function root(n, degree) {
		/* the first 64 bits behind the point of n's root */
		const goal = BigInt(n) << (64n * BigInt(degree))
		let low = 0n
		let high = 1n << 70n
		while (high - low > 1n) {
			const middle = (low + high) >> 1n
			if (middle ** BigInt(degree) <= goal) low = middle
			else high = middle
		}
		return low & MASK
	}

	function primes(count) {
		const found = []
		for (let n = 2; found.length < count; n++)
			if (found.every((p) => n % p !== 0)) found.push(n)
		return found
	}

	let sha = null

	function sha512(bytes) {
		sha ??= {
			k: primes(80).map((p) => root(p, 3)),
			h: primes(8).map((p) => root(p, 2)),
		}
		const length = Math.ceil((bytes.length + 17) / 128) * 128
		const padded = new Uint8Array(length)
		padded.set(bytes)
		padded[bytes.length] = 0x80
		const view = new DataView(padded.buffer)
		view.setBigUint64(length - 8, BigInt(bytes.length) * 8n)
		const right = (x, n) => ((x >> n) | (x << (64n - n))) & MASK
		const h = [...sha.h]
		for (let at = 0; at < length; at += 128) {
			const w = []
			for (let t = 0; t < 16; t++) w.push(view.getBigUint64(at + 8 * t))
			for (let t = 16; t < 80; t++) {
				const x = w[t - 15]
				const y = w[t - 2]
				const s0 = right(x, 1n) ^ right(x, 8n) ^ (x >> 7n)
				const s1 = right(y, 19n) ^ right(y, 61n) ^ (y >> 6n)
				w.push((w[t - 16] + s0 + w[t - 7] + s1) & MASK)
			}
			let [a, b, c, d, e, f, g, i] = h
			for (let t = 0; t < 80; t++) {
				const s1 = right(e, 14n) ^ right(e, 18n) ^ right(e, 41n)
				const one = i + s1 + ((e & f) ^ (~e & MASK & g)) + sha.k[t] + w[t]
				const s0 = right(a, 28n) ^ right(a, 34n) ^ right(a, 39n)
				const two = s0 + ((a & b) ^ (a & c) ^ (b & c))
				i = g
				g = f
				f = e
				e = (d + one) & MASK
				d = c
				c = b
				b = a
				a = (one + two) & MASK
			}
			for (const [k, v] of [a, b, c, d, e, f, g, i].entries()) h[k] = (h[k] + v) & MASK
		}
		const out = new DataView(new ArrayBuffer(64))
		for (const [k, v] of h.entries()) out.setBigUint64(8 * k, v)
		return new Uint8Array(out.buffer)
	}

	/* --- Ed25519 ------------------------------------------------------------------------ */

	const P = (1n << 255n) - 19n
	const L = (1n << 252n) + 27742317777372353535851937790883648493n

	const mod = (x, m = P) => ((x % m) + m) % m

	function power(x, n) {
		let y = 1n
		for (let base = mod(x), e = n; e > 0n; e >>= 1n, base = (base * base) % P)
			if (e & 1n) y = (y * base) % P
		return y
	}

	const D = mod(-121665n * power(121666n, P - 2n))
	const ROOT_M1 = power(2n, (P - 1n) / 4n)

	/* A point from its 32 bytes, as X, Y, Z, T; undefined when it is none. */
	function point(bytes) {
		const whole = little(bytes)
		const y = whole & ((1n << 255n) - 1n)
		const sign = whole >> 255n
		if (y >= P) return undefined
		const u = mod(y * y - 1n)
		const v = mod(D * y * y + 1n)
		let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n))
		if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT_M1)
		if (mod(v * x * x) !== u) return undefined
		if (x === 0n && sign === 1n) return undefined
		if ((x & 1n) !== sign) x = P - x
		return [x, y, 1n, mod(x * y)]
	}

	function little(bytes) {
		let n = 0n
		for (let k = bytes.length; k--; ) n = (n << 8n) | BigInt(bytes[k])
		return n
	}

	function sum([x1, y1, z1, t1], [x2, y2, z2, t2]) {
		const a = mod((y1 - x1) * (y2 - x2))
		const b = mod((y1 + x1) * (y2 + x2))
		const c = mod(2n * D * t1 * t2)
		const d = mod(2n * z1 * z2)
		const [e, f, g, h] = [b - a, d - c, d + c, b + a]
		return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
	}

	function times(n, of) {
		let out = [0n, 1n, 1n, 0n]
		for (let p = of, k = n; k > 0n; k >>= 1n, p = sum(p, p)) if (k & 1n) out = sum(out, p)
		return out
	}

	const isSame = (a, b) =>
		mod(a[0] * b[2] - b[0] * a[2]) === 0n && mod(a[1] * b[2] - b[1] * a[2]) === 0n

	const BASE_Y = mod(4n * power(5n, P - 2n))
	const bytesOf = (n) => Uint8Array.from({ length: 32 }, (_, k) => Number((n >> BigInt(8 * k)) & 255n))

	function isSigned(signature, message, key) {
		if (signature.length !== 64 || key.length !== 32) return false
		const r = point(signature.subarray(0, 32))
		const a = point(key)
		const s = little(signature.subarray(32))
		/* a key of small order would sign anything for anybody */
		if (!r || !a || s >= L || isSame(times(8n, a), [0n, 1n, 1n, 0n])) return false
		const k = mod(little(sha512(joined(signature.subarray(0, 32), key, message))), L)
		return isSame(times(s, point(bytesOf(BASE_Y))), sum(r, times(k, a)))
	}

	/* --- heads ------------------------------------------------------------------------- */

	const text = new TextEncoder()

	function joined(...parts) {
		const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
		let at = 0
		for (const p of parts) {
			out.set(p, at)
			at += p.length
		}
		return out
	}

	const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

	function unhex(string, length) {
		if (typeof string !== 'string' || !new RegExp(`^[0-9a-f]{${2 * length}}$`, 'i').test(string))
			return new Uint8Array(0)
		return Uint8Array.from(string.match(/../g), (b) => Number.parseInt(b, 16))
	}

	function unbase64(string) {
		try {
			const plain = atob(String(string).replaceAll('-', '+').replaceAll('_', '/'))
			return Uint8Array.from(plain, (c) => c.charCodeAt(0))
		} catch {
			return new Uint8Array(0)
		}
	}

	function isHeadSigned(head) {
		const words = `kumak head 1\n${head.node}\n${head.seq}\n${head.hash}\n${head.at}`
		return isSigned(unbase64(head.signature), text.encode(words), unhex(head.public_key, 32))
	}

	/* "kumak1 NODE SEQ HASH AT SIGNATURE KEY", as a code on paper says it. */
	function headOnPaper(line) {
		const [, node, seq, hash, at, signature, public_key] = line.split(' ')
		return { node, seq: Number(seq), hash, at, signature, public_key }
	}

	/* A saved file, one head, or lines. Throws with what is wrong. */
	function readHeads(source) {
		const whole = source.trim()
		if (!whole) return []
		let list
		try {
			const read = JSON.parse(whole)
			list = Array.isArray(read.heads) ? read.heads : [read]
		} catch {
			list = whole
				.split('\n')
				.map((line) => line.trim())
				.filter(Boolean)
				.map((line) => (line.startsWith('kumak1 ') ? headOnPaper(line) : JSON.parse(line)))
		}
		for (const head of list)
			if (!Number.isSafeInteger(head.seq) || head.seq < 1 || unhex(head.hash, 32).length !== 32)
				throw new Error('no head')
		return list.sort((a, b) => a.seq - b.seq)
	}

	/* The first finding: {finding, seq}; intact, damaged, rewritten or cut. events: the
	 * bytes of an exported file; heads in rising order. */
	function walk(events, heads) {
		const first = text.encode('kumak events 1\n')
		if (!first.every((b, k) => events[k] === b)) return { finding: 'none', seq: 0 }
		let hash = new Uint8Array(32)
		let seq = 0
		let next = 0
		for (let at = first.length; at < events.length; ) {
			let end = events.indexOf(10, at)
			if (end < 0) end = events.length
			const told = new TextDecoder().decode(events.subarray(at, at + 64))
			const doc = events.subarray(at + 65, end)
			hash = blake2b256(joined(hash, doc))
			if (events[at + 64] !== 32 || told !== hex(hash)) return { finding: 'damaged', seq: seq + 1 }
			let event
			try {
				event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(doc))
			} catch {
				return { finding: 'damaged', seq: seq + 1 }
			}
			if (event.seq !== seq + 1) return { finding: 'damaged', seq: seq + 1 }
			seq++
			for (; next < heads.length && heads[next].seq <= seq; next++)
				if (heads[next].hash.toLowerCase() !== told) return { finding: 'rewritten', seq }
			at = end + 1
		}
		if (next < heads.length) return { finding: 'cut', seq: seq + 1 }
		return { finding: 'intact', seq, hash: hex(hash) }
	}

	return { blake2b256, sha512, isSigned, isHeadSigned, readHeads, walk, hex, unhex }
})()

const KUMAK_WORDS = {
	en: {
		title: 'Verify heads and events',
		what: "A head is a signed number and hash of a node's history. This page checks heads that you kept, and a file of events against them. It works without a network: save it with verify.js and verify.css, and open it from there. Nothing leaves this machine.",
		heads: 'Heads (the saved file, or lines read off paper)',
		paste: 'or pasted here',
		key: 'Public key that they must be by, if you know it',
		events: 'Events of the node (kumak-verify --export), if you have them',
		go: 'Verify',
		none: 'This is no file of events.',
		nothing: 'No head was given.',
		unreadable: 'These are no heads.',
		signed: 'signed',
		unsigned: 'THE SIGNATURE IS NOT GOOD',
		other: 'SIGNED BY ANOTHER KEY',
		good: 'All heads are signed.',
		intact: 'INTACT: the events are those that the heads were made for, up to number',
		damaged: 'DAMAGED: within itself, from event',
		rewritten: 'REWRITTEN: not the history that a head was made for, at or before event',
		cut: 'CUT OFF: events are missing from number',
		bad: 'A head is not good: nothing that rests on it is shown.',
	},
	ur: {
		title: 'سروں اور واقعات کی تصدیق',
		what: 'سرا کسی نوڈ کی تاریخ کا دستخط شدہ نمبر اور ہیش ہے۔ یہ صفحہ آپ کے رکھے ہوئے سرے جانچتا ہے، اور ان کے مقابل واقعات کی فائل۔ نیٹ ورک کی ضرورت نہیں: اسے verify.js اور verify.css کے ساتھ محفوظ کریں اور وہیں سے کھولیں۔ کچھ بھی اس مشین سے باہر نہیں جاتا۔',
		heads: 'سرے (محفوظ فائل، یا کاغذ سے پڑھی سطریں)',
		paste: 'یا یہاں چسپاں کریں',
		key: 'عوامی کلید جس کے دستخط ہونے چاہئیں، اگر معلوم ہو',
		events: 'نوڈ کے واقعات (kumak-verify --export)، اگر ہوں',
		go: 'تصدیق کریں',
		none: 'یہ واقعات کی فائل نہیں۔',
		nothing: 'کوئی سرا نہیں دیا گیا۔',
		unreadable: 'یہ سرے نہیں ہیں۔',
		signed: 'دستخط درست',
		unsigned: 'دستخط درست نہیں',
		other: 'کسی اور کلید کے دستخط',
		good: 'تمام سروں پر درست دستخط ہیں۔',
		intact: 'سالم: واقعات وہی ہیں جن کے لیے سرے بنے، نمبر تک',
		damaged: 'خراب: اندر سے، اس واقعے سے',
		rewritten: 'دوبارہ لکھی گئی: یہ وہ تاریخ نہیں جس کا سرا بنا تھا، اس واقعے پر یا پہلے',
		cut: 'کاٹی گئی: واقعات غائب ہیں، نمبر سے',
		bad: 'ایک سرا درست نہیں: اس پر مبنی کچھ ثابت نہیں ہوتا۔',
	},
}

function startKumakVerify() {
	const at = (id) => document.getElementById(id)
	let words = KUMAK_WORDS.en

	function speak(language) {
		words = KUMAK_WORDS[language]
		document.documentElement.lang = language
		document.documentElement.dir = language === 'ur' ? 'rtl' : 'ltr'
		document.title = `Kumak: ${words.title}`
		for (const one of document.querySelectorAll('[data-text]'))
			one.textContent = words[one.dataset.text]
		if (at('verdict').textContent) void verify() /* said again in these words */
	}

	function say(verdict, isGood) {
		at('verdict').textContent = verdict
		at('verdict').className = isGood ? 'good' : 'bad'
	}

	async function readAll() {
		const list = KumakVerify.readHeads(at('heads-text').value)
		for (const file of at('heads-file').files)
			list.push(...KumakVerify.readHeads(await file.text()))
		return list.sort((a, b) => a.seq - b.seq)
	}

	function show(heads) {
		const key = at('key').value.trim().toLowerCase()
		let isGood = true
		at('found').textContent = ''
		for (const head of heads) {
			const isOther = key && String(head.public_key).toLowerCase() !== key
			const isSigned = KumakVerify.isHeadSigned(head)
			const li = document.createElement('li')
			const state = isOther ? words.other : isSigned ? words.signed : words.unsigned
			li.textContent = `${head.node} ${head.seq} · ${head.at} · ${head.hash} · ${state}`
			at('found').append(li)
			isGood &&= isSigned && !isOther
		}
		return isGood
	}

	async function verify() {
		let heads
		say('', true)
		try {
			heads = await readAll()
		} catch {
			return say(words.unreadable, false)
		}
		if (!show(heads)) return say(words.bad, false)
		const [file] = at('events-file').files
		if (!file) return say(heads.length ? words.good : words.nothing, heads.length > 0)
		const found = KumakVerify.walk(new Uint8Array(await file.arrayBuffer()), heads)
		const number = found.finding === 'none' ? '' : ` ${found.seq}`
		say(`${words[found.finding]}${number}`, found.finding === 'intact')
	}

	at('en').addEventListener('click', () => speak('en'))
	at('ur').addEventListener('click', () => speak('ur'))
	at('go').addEventListener('click', () => void verify())
}

if (typeof document !== 'undefined') startKumakVerify()
if (typeof module !== 'undefined') module.exports = KumakVerify

// SPDX-License-Identifier: Apache-2.0
/* An operator's text centre, as the npm package smpp speaks for it: another reading of
 * the standard than ours. Orders come as lines of JSON, what happened leaves as such. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const smpp = createRequire(join(ROOT, 'web/package.json'))('smpp')
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)
const [port, password, key, cert] = process.argv.slice(2)
let session
let throttled = 0
let isMute = false

const take = (one) => {
	one.on('error', () => undefined)
	one.on('close', () => tell({ event: 'closed' }))
	one.on('bind_transceiver', (pdu) => {
		const isRight = pdu.system_id === 'kumak' && pdu.password === password
		tell({ event: 'bind', right: isRight, version: pdu.interface_version })
		const command_status = isRight ? 0 : smpp.ESME_RINVPASWD
		one.send(pdu.response({ command_status, system_id: 'centre' }))
		if (isRight) session = one
	})
	one.on('enquire_link', (pdu) => {
		tell({ event: 'enquire_link' })
		if (!isMute) one.send(pdu.response())
	})
	one.on('unbind', (pdu) => {
		tell({ event: 'unbind' })
		one.send(pdu.response())
		one.close()
	})
	one.on('submit_sm', (pdu) => {
		if (throttled > 0) {
			throttled--
			tell({ event: 'throttled' })
			one.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }))
			return
		}
		const { message, udh } = pdu.short_message
		tell({
			event: 'submit',
			to: pdu.destination_addr,
			ton: pdu.dest_addr_ton,
			from: pdu.source_addr,
			coding: pdu.data_coding,
			text: message,
			udh: udh ? udh.map((part) => [...part]) : null,
		})
		one.send(pdu.response({ message_id: 'm1' }))
	})
	one.on('pdu', (pdu) => {
		if (pdu.command === 'deliver_sm_resp' || pdu.command === 'enquire_link_resp')
			tell({ event: pdu.command, status: pdu.command_status, sequence: pdu.sequence_number })
	})
}
const tls = key ? { key: readFileSync(key), cert: readFileSync(cert) } : {}
const server = smpp.createServer(tls, take)
server.listen(Number(port), '127.0.0.1', () =>
	tell({ event: 'listening', port: server.address().port }),
)

const orders = {
	deliver: ({ from, text, coding, udh, fields }) => {
		const short_message = udh ? { udh: Buffer.from(udh), message: text } : text
		session.deliver_sm({
			source_addr_ton: 1,
			source_addr_npi: 1,
			source_addr: from,
			destination_addr: '1911',
			esm_class: udh ? 0x40 : 0,
			short_message,
			...(coding === undefined ? {} : { data_coding: coding }),
			...fields,
		})
	},
	throttle: (n) => {
		throttled = n
	},
	mute: (on) => {
		isMute = on
	},
	enquire: () => session.enquire_link(),
	junk: (hex) => session.socket.write(Buffer.from(hex, 'hex')),
	drop: () => session.socket.destroy(),
}
for await (const line of createInterface({ input: process.stdin })) {
	const [name, what] = Object.entries(JSON.parse(line))[0]
	orders[name](what)
}
process.exit(0)

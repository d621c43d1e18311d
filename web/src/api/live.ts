/* SPDX-License-Identifier: Apache-2.0 */
/* The one live connection of a page. It resumes from the last event that it handed on,
 * hands each event on once and in order, knows when the line is dead before TCP does
 * (the server pings each 5 s; 30 s of silence is a dead line, 12 s a doubtful one), and
 * comes back by itself with growing, scattered pauses. Clock and socket can be replaced
 * by tests. It holds no records: that is `state`. */
import type { Fix, Id, KumakEvent } from './types'

export type LinkState = 'connecting' | 'live' | 'late' | 'lost'

export interface Consoles {
	open: number
	sound: number
}

/* Somebody points at an incident, for the moment. */
export interface Hand {
	incident: Id
	by_name?: string
}

export interface LiveHandlers {
	event(event: KumakEvent): void
	fixes(fixes: Fix[]): void
	/* The server no longer keeps what was missed: load the lists again. `loaded` is to be
	 * called with the number that they are good for. */
	resync(seq: number): Promise<number>
	link(state: LinkState): void
	time(server: string): void
	/* The account was revoked: do not come back. */
	revoked(): void
	/* Said to the room alone. */
	consoles?(counts: Consoles): void
	point?(hand: Hand): void
}

export interface Wire {
	send(text: string): void
	close(): void
	onopen: (() => void) | null
	onmessage: ((message: { data: unknown }) => void) | null
	onclose: (() => void) | null
}

export interface LiveWorld {
	open(url: string): Wire
	now(): number
	after(ms: number, run: () => void): unknown
	cancel(timer: unknown): void
	random(): number
}

const LATE_MS = 12_000
const DEAD_MS = 30_000
const OPEN_MS = 10_000
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 15_000

const browser: LiveWorld = {
	open: (url) => new WebSocket(url) as unknown as Wire,
	now: () => performance.now(),
	after: (ms, run) => setTimeout(run, ms),
	cancel: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
	random: Math.random,
}

type Frame = Partial<{
	hello: { node: string; seq: number; account: string }
	seq: number
	at: string
	type: string
	data: KumakEvent['data']
	world: string
	fixes: Fix[]
	resync: { seq: number }
	ping: string
	consoles: Consoles
	point: Hand
	closing: { code: string }
}>

export class Live {
	seq: number
	private wire: Wire | undefined
	private heard = 0
	private pause = FIRST_PAUSE_MS
	private timer: unknown
	private watch: unknown
	private state: LinkState = 'connecting'
	private stopped = false
	/* While lists load again, events wait here. */
	private held: KumakEvent[] | undefined
	/* Said again on each new connection. */
	private readonly standing = new Map<string, string>()
	private readonly url: string
	private readonly handlers: LiveHandlers
	private readonly world: LiveWorld

	constructor(url: string, after: number, handlers: LiveHandlers, world = browser) {
		this.url = url
		this.seq = after
		this.handlers = handlers
		this.world = world
	}

	start(): void {
		this.stopped = false
		this.connect()
	}

	stop(): void {
		this.stopped = true
		this.world.cancel(this.timer)
		this.world.cancel(this.watch)
		this.drop()
	}

	/* Try now: the browser says that it is online, or the page became visible. */
	nudge(): void {
		if (this.stopped || this.wire) return
		this.world.cancel(this.timer)
		this.pause = FIRST_PAUSE_MS
		this.connect()
	}

	/* A frame about this page's condition: kept, and said again after a reconnect. */
	declare(name: string, frame: object): void {
		const text = JSON.stringify(frame)
		if (this.standing.get(name) === text) return
		this.standing.set(name, text)
		if (this.state === 'live' || this.state === 'late') this.wire?.send(text)
	}

	/* A frame said once; false when there is no line to say it on. */
	tell(frame: object): boolean {
		if (!this.wire || (this.state !== 'live' && this.state !== 'late')) return false
		this.wire.send(JSON.stringify(frame))
		return true
	}

	private connect(): void {
		const wire = this.world.open(`${this.url}?after=${this.seq}`)
		this.wire = wire
		this.heard = this.world.now()
		let greeted = false
		wire.onmessage = (message) => {
			if (this.wire !== wire || typeof message.data !== 'string') return
			this.heard = this.world.now()
			let frame: Frame
			try {
				frame = JSON.parse(message.data) as Frame
			} catch {
				return
			}
			if (frame.hello && !greeted) {
				greeted = true
				this.pause = FIRST_PAUSE_MS
				this.to('live')
				for (const text of this.standing.values()) wire.send(text)
			}
			if (this.state === 'late') this.to('live')
			this.take(frame)
		}
		wire.onclose = () => {
			if (this.wire !== wire) return
			this.wire = undefined
			this.later()
		}
		this.guard(wire, () => greeted)
	}

	private guard(wire: Wire, greeted: () => boolean): void {
		this.world.cancel(this.watch)
		this.watch = this.world.after(1_000, () => {
			if (this.wire !== wire || this.stopped) return
			const silent = this.world.now() - this.heard
			if (silent >= (greeted() ? DEAD_MS : OPEN_MS)) {
				this.drop()
				this.later()
				return
			}
			if (greeted() && silent >= LATE_MS) this.to('late')
			this.guard(wire, greeted)
		})
	}

	private take(frame: Frame): void {
		if (frame.ping) this.handlers.time(frame.ping)
		if (frame.fixes) this.handlers.fixes(frame.fixes)
		if (frame.consoles) this.handlers.consoles?.(frame.consoles)
		if (frame.point) this.handlers.point?.(frame.point)
		if (frame.resync) void this.resync(frame.resync.seq)
		if (frame.closing?.code === 'revoked') {
			this.stop()
			this.to('lost')
			this.handlers.revoked()
		}
		if (frame.seq !== undefined && frame.type && frame.data) this.hand(frame as KumakEvent)
	}

	private hand(event: KumakEvent): void {
		if (this.held) {
			this.held.push(event)
			return
		}
		if (event.seq <= this.seq) return
		this.seq = event.seq
		this.handlers.event(event)
	}

	private async resync(seq: number): Promise<void> {
		if (this.held) return
		this.held = []
		try {
			const good = await this.handlers.resync(seq)
			this.seq = Math.max(seq, good)
			const held = this.held
			this.held = undefined
			for (const event of held) this.hand(event)
		} catch {
			/* The lists could not be loaded: begin again, from where we were. */
			this.held = undefined
			this.drop()
			this.later()
		}
	}

	private drop(): void {
		const wire = this.wire
		this.wire = undefined
		wire?.close()
	}

	private later(): void {
		if (this.stopped) return
		this.to('lost')
		this.world.cancel(this.timer)
		const wait = this.pause * (0.5 + this.world.random() / 2)
		this.pause = Math.min(this.pause * 2, MAX_PAUSE_MS)
		this.timer = this.world.after(wait, () => {
			if (!this.stopped && !this.wire) this.connect()
		})
	}

	private to(state: LinkState): void {
		if (this.state === state) return
		this.state = state
		this.handlers.link(state)
	}
}

export function liveUrl(place: Pick<Location, 'protocol' | 'host'> = location): string {
	return `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/api/v1/live`
}

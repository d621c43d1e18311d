/* SPDX-License-Identifier: Apache-2.0 */
/* Follows one press: the live line says that something changed, and then its stages are
 * asked for again. Only while the line cannot be opened are they asked for by the clock,
 * slowly. Whoever is not known to the server has no line and is asked for slowly too. */
import { type LinkState, Live, liveUrl, type Wire } from '../api/live'
import type { KumakEvent } from '../api/types'
import type { Caller } from './wire'

const SLOW_MS = 20_000
const GATHER_MS = 150

export interface Followed {
	signal: string
	incident: string
}

export class Follower {
	private live: Live | undefined
	private slow: ReturnType<typeof setInterval> | undefined
	private soon: ReturnType<typeof setTimeout> | undefined
	private readonly caller: Caller
	private readonly followed: Followed
	private readonly ask: () => void

	constructor(caller: Caller, followed: Followed, ask: () => void) {
		this.caller = caller
		this.followed = followed
		this.ask = ask
	}

	start(): void {
		this.ask()
		this.slowly(true)
		if (!this.caller.token && !this.caller.csrf) return
		const { token } = this.caller
		/* `after` is of no use here: the stages are asked for whole after each connect. */
		this.live = new Live(
			liveUrl(),
			0,
			{
				event: (event) => this.onEvent(event),
				fixes: () => undefined,
				resync: async (seq) => seq,
				link: (state) => this.onLink(state),
				time: () => undefined,
				revoked: () => this.slowly(true),
			},
			{
				open: (url) => open(url, token),
				now: () => performance.now(),
				after: (ms, run) => setTimeout(run, ms),
				cancel: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
				random: Math.random,
			},
		)
		this.live.start()
	}

	nudge(): void {
		this.live?.nudge()
		this.ask()
	}

	stop(): void {
		this.live?.stop()
		this.slowly(false)
		clearTimeout(this.soon)
	}

	private onEvent({ data }: KumakEvent): void {
		if (data.incident !== this.followed.incident && data.id !== this.followed.incident)
			return
		if (this.soon !== undefined) return
		this.soon = setTimeout(() => {
			this.soon = undefined
			this.ask()
		}, GATHER_MS)
	}

	private onLink(state: LinkState): void {
		this.slowly(state === 'lost')
		if (state === 'live') this.ask()
	}

	private slowly(on: boolean): void {
		clearInterval(this.slow)
		this.slow = on ? setInterval(this.ask, SLOW_MS) : undefined
	}
}

function open(url: string, token: string | undefined): Wire {
	const clean = url.replace('?after=0', '')
	return (token
		? new WebSocket(clean, ['kumak', `token.${token}`])
		: new WebSocket(clean)) as unknown as Wire
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The four sounds, made here: no file to load, none to be missing. Each has harmonics
 * between 500 and 3000 Hz, so it is heard in a loud room and by old ears. Browsers keep
 * a page silent until somebody touches it: `unlock()` must run in such a touch, and
 * `unlocked` is what the page tells the server. */
import { signal } from '@preact/signals'

export type Sound = 'new_p1' | 'new_other' | 'distress' | 'link_lost'

interface Tone {
	at: number
	hz: number
	for: number
}

const SCORES: Readonly<Record<Sound, readonly Tone[]>> = {
	new_p1: [
		{ at: 0, hz: 740, for: 0.16 },
		{ at: 0.2, hz: 988, for: 0.16 },
		{ at: 0.4, hz: 740, for: 0.16 },
		{ at: 0.6, hz: 988, for: 0.22 },
	],
	new_other: [
		{ at: 0, hz: 660, for: 0.14 },
		{ at: 0.18, hz: 550, for: 0.2 },
	],
	distress: [0, 0.13, 0.26, 0.39, 0.52, 0.65].map((at, i) => ({
		at,
		hz: i % 2 ? 1320 : 880,
		for: 0.11,
	})),
	link_lost: [
		{ at: 0, hz: 620, for: 0.3 },
		{ at: 0.34, hz: 520, for: 0.5 },
	],
}

const HARMONICS = [1, 0.5, 0.33, 0.2]
const REPEAT_MS = 3_000
/* How long a browser may take to say that a page may sound. */
const UNLOCK_MS = 1_000
const SOS_FLOOR = 0.5
const STORED = 'kumak.volume'

export const unlocked = signal(false)
export const volume = signal(0.8)
export const mutedUntil = signal(0)

let context: AudioContext | undefined
let alarm: ReturnType<typeof setInterval> | undefined
let alarmSound: Sound | undefined

export function initSound(): void {
	const kept = Number(localStorage.getItem(STORED))
	if (kept > 0 && kept <= 1) volume.value = kept
	/* Kiosk browsers allow sound without a touch: find out at once. */
	void unlock()
	const onTouch = () => void unlock()
	for (const type of ['pointerdown', 'keydown']) addEventListener(type, onTouch, true)
	document.addEventListener('visibilitychange', onTouch)
}

/* The speaker check of a shift's start: unlock and let it be heard. */
export async function unlock(): Promise<boolean> {
	if (typeof AudioContext === 'undefined') return false
	context ??= new AudioContext()
	const ctx = context
	ctx.onstatechange = () => {
		unlocked.value = ctx.state === 'running'
	}
	if (ctx.state !== 'running')
		await Promise.race([
			ctx.resume().catch(() => undefined),
			new Promise((done) => setTimeout(done, UNLOCK_MS)),
		])
	unlocked.value = ctx.state === 'running'
	return unlocked.value
}

export function setVolume(level: number): void {
	volume.value = Math.min(1, Math.max(0.1, level))
	localStorage.setItem(STORED, String(volume.value))
}

export function play(sound: Sound): void {
	const urgent = sound === 'new_p1' || sound === 'distress'
	/* Muting never silences an SOS. */
	if (!urgent && Date.now() < mutedUntil.value) return
	const ctx = context
	if (ctx?.state !== 'running') return
	const loud = urgent ? Math.max(volume.value, SOS_FLOOR) : volume.value
	for (const tone of SCORES[sound]) strike(ctx, tone, loud)
}

/* Repeats until `stopAlarm()`: an unacknowledged P1, or an officer in distress. */
export function startAlarm(sound: 'new_p1' | 'distress'): void {
	if (alarm !== undefined && alarmSound === sound) return
	stopAlarm()
	alarmSound = sound
	play(sound)
	alarm = setInterval(() => play(sound), REPEAT_MS)
}

export function stopAlarm(): void {
	clearInterval(alarm)
	alarm = undefined
	alarmSound = undefined
}

/* Small tones of the command line: taken, refused. Not alarms. */
export function tick(ok: boolean): void {
	if (context?.state !== 'running') return
	strike(context, { at: 0, hz: ok ? 1175 : 330, for: ok ? 0.05 : 0.16 }, volume.value * 0.4)
}

function strike(ctx: AudioContext, tone: Tone, loud: number): void {
	const from = ctx.currentTime + tone.at
	const gain = ctx.createGain()
	gain.gain.setValueAtTime(0, from)
	gain.gain.linearRampToValueAtTime(loud * 0.3, from + 0.012)
	gain.gain.setValueAtTime(loud * 0.3, from + tone.for - 0.03)
	gain.gain.linearRampToValueAtTime(0, from + tone.for)
	gain.connect(ctx.destination)
	HARMONICS.forEach((level, i) => {
		const part = ctx.createGain()
		part.gain.value = level
		part.connect(gain)
		const oscillator = ctx.createOscillator()
		oscillator.frequency.value = tone.hz * (i + 1)
		oscillator.connect(part)
		oscillator.start(from)
		oscillator.stop(from + tone.for + 0.02)
		if (i === 0) oscillator.onended = () => gain.disconnect()
	})
}

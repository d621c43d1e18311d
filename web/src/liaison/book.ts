/* SPDX-License-Identifier: Apache-2.0 */
/* A site's register as its page needs it: the words of a plan as one text, and points on
 * a sketch. Pure. */
import type { Position } from '../api/types'
import type { Point, Section } from './types'

/* A plan is typed as one text: a paragraph's first line is its title, an empty line
 * begins the next. */
export function sectionsOf(text: string): Section[] {
	return text
		.split(/\n\s*\n/)
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part) => {
			const [title = '', ...rest] = part.split('\n')
			return { title: title.trim(), text: rest.join('\n').trim() }
		})
}

export function textOf(sections: readonly Section[] | undefined): string {
	return (sections ?? [])
		.map(({ title, text }) =>
			text ? `${title}\n${text.replace(/\n\s*\n/g, '\n')}` : title,
		)
		.join('\n\n')
}

/* A line each, empty ones left out. */
export const linesOf = (text: string): string[] =>
	text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '')

/* Where a finding may go from where it stands; the node has the last word. */
export const MOVES = {
	open: ['mended', 'accepted_risk'],
	mended: ['re_checked', 'open', 'accepted_risk'],
	re_checked: ['closed', 'open'],
	closed: ['open'],
	accepted_risk: ['open'],
} as const

export interface Mark {
	n: number
	isCamera: boolean
	x: number
	y: number
	/* The outline of what a camera sees. */
	view?: string
}

const METRE = 111_320
const HALF = 92
/* What a camera's view is drawn as when nobody wrote it down. */
const FOV = 60
const RANGE_M = 30

/* Points on a square from -100 to 100, north up, in one scale; empty when they make no
 * picture: fewer than two places, and no view. */
export function sketch(points: readonly Point[], centre?: Position): Mark[] {
	const placed = points.flatMap((one, k) =>
		one.position ? [{ one, n: k + 1, at: one.position }] : [],
	)
	const origin = centre ?? placed[0]?.at
	const isSeen = placed.some(({ one }) => one.azimuth_deg !== undefined)
	if (!origin || (placed.length < 2 && !isSeen)) return []
	const east = Math.cos((origin.lat * Math.PI) / 180) * METRE
	const off = placed.map(({ one, n, at }) => ({
		one,
		n,
		x: (at.lon - origin.lon) * east,
		y: (origin.lat - at.lat) * METRE,
	}))
	const far = Math.max(
		20,
		...off.map(({ one, x, y }) => {
			const sees = one.azimuth_deg === undefined ? 0 : (one.range_m ?? RANGE_M)
			return Math.max(Math.abs(x), Math.abs(y)) + Math.min(sees, 200)
		}),
	)
	const k = HALF / far
	return off.map(({ one, n, x, y }) => ({
		n,
		isCamera: one.kind === 'camera',
		x: Math.round(x * k),
		y: Math.round(y * k),
		...(one.azimuth_deg !== undefined && {
			view: wedge(
				x * k,
				y * k,
				one.azimuth_deg,
				one.fov_deg ?? FOV,
				Math.min(one.range_m ?? RANGE_M, 200) * k,
			),
		}),
	}))
}

function wedge(x: number, y: number, azimuth: number, fov: number, reach: number): string {
	const end = (degrees: number) => {
		const a = (degrees * Math.PI) / 180
		return `${(x + Math.sin(a) * reach).toFixed(1)} ${(y - Math.cos(a) * reach).toFixed(1)}`
	}
	const wide = Math.min(fov, 359)
	const r = reach.toFixed(1)
	const large = wide > 180 ? 1 : 0
	return `M${x.toFixed(1)} ${y.toFixed(1)}L${end(azimuth - wide / 2)}A${r} ${r} 0 ${large} 1 ${end(azimuth + wide / 2)}Z`
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How large a board must write. A capital must be at least distance × 0.0047 high; at
 * 5 m that is 24 mm, about 38 px on a 55-inch panel of 1920 pixels. The page's root
 * size is set so that 1rem of Inter has that capital height. */

const RULE = 0.0047
const CAPITAL = 0.727
const MM_PER_INCH = 25.4
/* Width of a 16:9 panel for each inch of its diagonal. */
const WIDTH_SHARE = 0.8716

export function rootPixels(distanceM: number, panelInch: number, widthPx: number): number {
	const mmPerPx = (panelInch * MM_PER_INCH * WIDTH_SHARE) / widthPx
	return (distanceM * 1000 * RULE) / mmPerPx / CAPITAL
}

/* Rows that fit, never more than nine and never fewer than three. */
export function rowsFor(heightPx: number, rowPx: number): number {
	return Math.max(3, Math.min(9, Math.floor(heightPx / rowPx)))
}

export function readNumber(text: string | null, low: number, high: number, other: number) {
	const n = Number(text)
	return text !== null && n >= low && n <= high ? n : other
}

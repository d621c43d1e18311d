/* SPDX-License-Identifier: Apache-2.0 */
/* Names in Nastaliq. MapLibre sets text from presentation forms, which Nastaliq does
 * not have; the browser does shape it, so each name is drawn on a canvas once and
 * placed as an icon. Collision and zoom work as with text.
 * An id is "lbl:SIZE:COLOUR:TEXT". */
import type { Map as GlMap } from 'maplibre-gl'

export const LABEL = 'lbl:'
const FAMILY = '"Inter Variable", "Noto Nastaliq Urdu Variable"'

export async function loadLabelFont(): Promise<void> {
	await Promise.all([
		document.fonts.load('20px "Noto Nastaliq Urdu Variable"', 'کراچی'),
		document.fonts.load('600 20px "Inter Variable"', 'K4101'),
	])
}

export function drawLabel(map: GlMap, id: string, halo: string): boolean {
	const m = /^lbl:(\d+):(#[0-9a-f]+):(.*)$/s.exec(id)
	if (!m) return false
	const [, size, colour, text] = m
	const ratio = Math.max(2, devicePixelRatio)
	const font = `${Number(size) * ratio}px ${FAMILY}`
	const measure = new OffscreenCanvas(1, 1).getContext('2d')
	if (!measure || !text) {
		map.addImage(id, new ImageData(1, 1))
		return true
	}
	measure.font = font
	const width = Math.ceil(measure.measureText(text).width) + 12 * ratio
	const height = Math.ceil(Number(size) * 2.6 * ratio)
	const canvas = new OffscreenCanvas(width, height)
	const pen = canvas.getContext('2d')
	if (!pen) return false
	pen.font = font
	pen.direction = 'rtl'
	pen.textAlign = 'center'
	pen.textBaseline = 'middle'
	pen.lineJoin = 'round'
	pen.lineWidth = 4 * ratio
	pen.strokeStyle = halo
	pen.fillStyle = colour ?? '#fff'
	pen.strokeText(text, width / 2, height / 2)
	pen.fillText(text, width / 2, height / 2)
	map.addImage(id, pen.getImageData(0, 0, width, height), { pixelRatio: ratio })
	return true
}

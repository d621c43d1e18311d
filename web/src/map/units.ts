/* SPDX-License-Identifier: Apache-2.0 */
/* Units: shape by type, colour by what they do, an arrow for heading. Older than a
 * minute: outline only; older than five: grey. Below zoom 11 they cluster, except the
 * chosen one and those on a P1. */
import type { Feature } from 'geojson'
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'
import type { Id, Unit } from '../api/types'
import { unitToneOf } from '../state/tone'
import { FONT } from './base'
import type { Palette } from './palette'

const OLD_S = 60
const LOST_S = 300
const SIZE = 40
/* A unit that moves slower than this has no heading worth showing. */
const MOVING_MPS = 1

export interface UnitView {
	units: ReadonlyMap<Id, Unit>
	selected: Id | undefined
	/* Units on a P1: never hidden in a cluster. */
	hot: ReadonlySet<Id>
	now: number
}

export function addUnitLayers(map: GlMap, colour: Palette): void {
	const empty = { type: 'FeatureCollection' as const, features: [] }
	map.addSource('units', {
		type: 'geojson',
		data: empty,
		cluster: true,
		clusterMaxZoom: 10,
		clusterRadius: 36,
	})
	map.addSource('units-hot', { type: 'geojson', data: empty })
	map.addLayer({
		id: 'unit-clusters',
		type: 'circle',
		source: 'units',
		filter: ['has', 'point_count'],
		paint: {
			'circle-color': colour.land,
			'circle-radius': ['step', ['get', 'point_count'], 11, 10, 14, 50, 18],
			'circle-stroke-color': colour.off,
			'circle-stroke-width': 1.5,
		},
	})
	map.addLayer({
		id: 'unit-cluster-counts',
		type: 'symbol',
		source: 'units',
		filter: ['has', 'point_count'],
		layout: {
			'text-field': ['get', 'point_count_abbreviated'],
			'text-font': FONT,
			'text-size': 12,
			'text-allow-overlap': true,
		},
		paint: { 'text-color': colour.name },
	})
	for (const source of ['units', 'units-hot']) {
		map.addLayer({
			id: `${source}-heading`,
			type: 'symbol',
			source,
			filter: ['has', 'course'],
			layout: {
				'icon-image': ['concat', 'heading:', ['get', 'tone']],
				'icon-rotate': ['get', 'course'],
				'icon-rotation-alignment': 'map',
				'icon-allow-overlap': true,
				'icon-ignore-placement': true,
				'icon-size': 0.6,
			},
		})
		map.addLayer({
			id: source,
			type: 'symbol',
			source,
			filter: ['!', ['has', 'point_count']],
			layout: {
				'icon-image': ['get', 'icon'],
				'icon-allow-overlap': true,
				'icon-ignore-placement': true,
				'icon-size': ['step', ['zoom'], 0.45, 11, 0.55, 14, 0.7],
				'text-field': ['step', ['zoom'], '', 12.5, ['get', 'callsign']],
				'text-font': FONT,
				'text-size': 11,
				'text-offset': [0, 1.1],
				'text-anchor': 'top',
				'text-optional': true,
			},
			paint: {
				'text-color': colour.name,
				'text-halo-color': colour.halo,
				'text-halo-width': 1.2,
			},
		})
	}
}

export function setUnits(map: GlMap, view: UnitView): void {
	const plain: Feature[] = []
	const hot: Feature[] = []
	for (const unit of view.units.values()) {
		if (!unit.position || unit.state === 'off_duty') continue
		const age = unit.fix_at ? (view.now - Date.parse(unit.fix_at)) / 1000 : LOST_S + 1
		const tone = age > LOST_S ? 'off' : unitToneOf(unit)
		const style = age > OLD_S && age <= LOST_S ? 'line' : 'full'
		const chosen = unit.id === view.selected
		const moving = (unit.speed_mps ?? 0) >= MOVING_MPS && age <= OLD_S
		const feature: Feature = {
			type: 'Feature',
			geometry: { type: 'Point', coordinates: [unit.position.lon, unit.position.lat] },
			properties: {
				id: unit.id,
				callsign: unit.callsign,
				tone,
				icon: `unit:${unit.kind}:${tone}:${style}:${chosen ? 'chosen' : 'plain'}`,
				...(moving && unit.course_deg !== undefined && { course: unit.course_deg }),
			},
		}
		;(chosen || view.hot.has(unit.id) ? hot : plain).push(feature)
	}
	put(map, 'units', plain)
	put(map, 'units-hot', hot)
}

export function put(map: GlMap, source: string, features: Feature[]): void {
	const at = map.getSource(source) as GeoJSONSource | undefined
	at?.setData({ type: 'FeatureCollection', features })
}

/* Images of units, drawn when the map first asks for one. */
export function drawUnit(map: GlMap, id: string, colour: Palette): boolean {
	const heading = /^heading:(\w+)$/.exec(id)
	const unit = /^unit:(\w+):(\w+):(\w+):(\w+)$/.exec(id)
	if (!heading && !unit) return false
	const pen = new OffscreenCanvas(SIZE, SIZE).getContext('2d')
	if (!pen) return false
	const tone = (heading ?? unit)?.[heading ? 1 : 2] ?? 'off'
	const ink = colour[tone as 'available' | 'busy' | 'moving' | 'off'] ?? colour.off
	pen.lineJoin = 'round'
	if (heading) {
		pen.beginPath()
		pen.moveTo(20, 0)
		pen.lineTo(27, 11)
		pen.lineTo(13, 11)
		pen.closePath()
		pen.fillStyle = ink
		pen.fill()
	} else if (unit) {
		if (unit[4] === 'chosen') {
			pen.beginPath()
			pen.arc(20, 20, 18, 0, 7)
			pen.strokeStyle = colour.focus
			pen.lineWidth = 3
			pen.stroke()
		}
		shape(pen, unit[1] ?? 'patrol')
		pen.lineWidth = unit[3] === 'line' ? 4 : 2.5
		pen.fillStyle = ink
		pen.strokeStyle = unit[3] === 'line' ? ink : colour.edge
		if (unit[3] === 'full') pen.fill()
		pen.stroke()
	}
	map.addImage(id, pen.getImageData(0, 0, SIZE, SIZE))
	return true
}

function shape(pen: OffscreenCanvasRenderingContext2D, kind: string): void {
	pen.beginPath()
	if (kind === 'patrol') pen.rect(10, 10, 20, 20)
	else if (kind === 'escort') pen.arc(20, 20, 11, 0, 7)
	else if (kind === 'motorcycle') {
		pen.moveTo(20, 8)
		pen.lineTo(32, 30)
		pen.lineTo(20, 25)
		pen.lineTo(8, 30)
		pen.closePath()
	} else {
		for (let i = 0; i < 6; i++) {
			const angle = (i * Math.PI) / 3 - Math.PI / 2
			pen.lineTo(20 + 13 * Math.cos(angle), 20 + 13 * Math.sin(angle))
		}
		pen.closePath()
	}
}

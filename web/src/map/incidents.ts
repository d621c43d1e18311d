/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: a ring and a shape by priority, never clustered for a P1. The chosen one
 * has a second ring and lines to the units that are on it. */
import type { Feature } from 'geojson'
import type { Map as GlMap } from 'maplibre-gl'
import type { Id, Incident, Position, Unit } from '../api/types'
import type { Palette } from './palette'
import { put } from './units'

const SIZE = 56

export interface IncidentView {
	incidents: readonly Incident[]
	selected: Id | undefined
	/* Units on the chosen incident. */
	going: readonly Unit[]
}

export function addIncidentLayers(map: GlMap, colour: Palette): void {
	const empty = { type: 'FeatureCollection' as const, features: [] }
	map.addSource('links', { type: 'geojson', data: empty })
	map.addSource('incidents', { type: 'geojson', data: empty })
	map.addLayer({
		id: 'links',
		type: 'line',
		source: 'links',
		paint: { 'line-color': colour.moving, 'line-width': 2, 'line-dasharray': [2, 2] },
	})
	map.addLayer({
		id: 'incident-chosen',
		type: 'circle',
		source: 'incidents',
		filter: ['get', 'chosen'],
		paint: {
			'circle-radius': 26,
			'circle-opacity': 0,
			'circle-color': colour.focus,
			'circle-stroke-color': colour.focus,
			'circle-stroke-width': 2.5,
		},
	})
	map.addLayer({
		id: 'incidents',
		type: 'symbol',
		source: 'incidents',
		layout: {
			'icon-image': ['get', 'icon'],
			'icon-allow-overlap': true,
			'icon-ignore-placement': true,
			'symbol-sort-key': ['get', 'order'],
			'icon-size': ['case', ['==', ['get', 'order'], 3], 0.8, 0.62],
		},
	})
}

export function setIncidents(map: GlMap, view: IncidentView): void {
	const features: Feature[] = []
	const links: Feature[] = []
	for (const incident of view.incidents) {
		if (!incident.position) continue
		const chosen = incident.id === view.selected
		const order = { P1: 3, P2: 2, P3: 1 }[incident.priority]
		features.push({
			type: 'Feature',
			geometry: { type: 'Point', coordinates: point(incident.position) },
			properties: {
				id: incident.id,
				chosen,
				order,
				icon: `incident:${incident.priority}:${incident.unacknowledged ? 'new' : 'known'}`,
			},
		})
		if (!chosen) continue
		for (const unit of view.going)
			if (unit.position)
				links.push({
					type: 'Feature',
					properties: {},
					geometry: {
						type: 'LineString',
						coordinates: [point(unit.position), point(incident.position)],
					},
				})
	}
	put(map, 'incidents', features)
	put(map, 'links', links)
}

function point(position: Position): [number, number] {
	return [position.lon, position.lat]
}

export function drawIncident(map: GlMap, id: string, colour: Palette): boolean {
	const m = /^incident:(P[123]):(\w+)$/.exec(id)
	if (!m) return false
	const pen = new OffscreenCanvas(SIZE, SIZE).getContext('2d')
	if (!pen) return false
	const middle = SIZE / 2
	const ink = m[1] === 'P1' ? colour.p1 : m[1] === 'P2' ? colour.p2 : colour.p3
	pen.beginPath()
	pen.arc(middle, middle, 22, 0, 7)
	pen.fillStyle = m[2] === 'new' ? ink : colour.land
	pen.globalAlpha = m[2] === 'new' ? 0.95 : 0.75
	pen.fill()
	pen.globalAlpha = 1
	pen.strokeStyle = ink
	pen.lineWidth = 4.5
	pen.stroke()
	pen.fillStyle = m[2] === 'new' ? colour.edge : colour.text
	pen.beginPath()
	if (m[1] === 'P1') {
		pen.moveTo(middle, middle - 11)
		pen.lineTo(middle + 11, middle + 8)
		pen.lineTo(middle - 11, middle + 8)
	} else if (m[1] === 'P2') {
		pen.moveTo(middle, middle - 11)
		pen.lineTo(middle + 10, middle)
		pen.lineTo(middle, middle + 11)
		pen.lineTo(middle - 10, middle)
	} else pen.arc(middle, middle, 8, 0, 7)
	pen.closePath()
	pen.fill()
	map.addImage(id, pen.getImageData(0, 0, SIZE, SIZE))
	return true
}

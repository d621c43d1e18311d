/* SPDX-License-Identifier: Apache-2.0 */
/* The map itself: makes it, gives it its layers, and takes a new picture at most once a
 * second. This file and what it imports is one chunk that pages load late. */
import {
	AttributionControl,
	addProtocol,
	Map as GlMap,
	type LngLatBoundsLike,
	type MapGeoJSONFeature,
	Marker,
	ScaleControl,
	setWorkerUrl,
} from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { Protocol } from 'pmtiles'
import type { Id, Incident, Position, Site, Unit } from '../api/types'
import { baseStyle, hasBase } from './base'
import { addIncidentLayers, drawIncident, setIncidents } from './incidents'
import { drawLabel, loadLabelFont } from './labels'
import { paletteOf } from './palette'
import { type ClosedShape, setClosed, setTrack, setWays, type WayLine } from './roads'
import { addSiteLayers, setSites } from './sites'
import { addUnitLayers, drawUnit, setUnits } from './units'

export interface Picture {
	incidents: readonly Incident[]
	units: ReadonlyMap<Id, Unit>
	sites: ReadonlyMap<Id, Site>
	selectedIncident: Id | undefined
	selectedUnit: Id | undefined
	/* Where somebody points. */
	pointed?: Id | undefined
	now: number
}

export interface MapOptions {
	container: HTMLElement
	language: string
	theme: string | undefined
	/* A board's map is looked at, not touched. */
	interactive: boolean
	siteName: (site: Site) => string
	onIncident?: (id: Id) => void
	onUnit?: (id: Id) => void
	/* How many P1 are beyond the edges of what is shown. */
	onOutside?: (count: number) => void
}

export interface MapHandle {
	draw(picture: Picture): void
	goTo(position: Position, zoom?: number): void
	/* All of these in view. */
	fit(places: readonly Position[]): void
	/* The first view: all that the room has. */
	home(): void
	zoomBy(steps: number): void
	/* Ways along the roads; a unit that has one gets no straight line. */
	setWays(ways: readonly WayLine[]): void
	setClosed(shapes: readonly ClosedShape[]): void
	setTrack(line: readonly [number, number][]): void
	/* The next clicks are places for whoever draws; undefined: he has done. */
	onPlace(take: ((place: [number, number]) => void) | undefined): void
	middle(): [number, number]
	readonly hasBase: boolean
	remove(): void
}

const DRAW_MS = 1_000
const KARACHI: [number, number] = [67.06, 24.88]
const HIT_PX = 10

setWorkerUrl(workerUrl)
addProtocol('pmtiles', new Protocol().tile)

export async function makeMap(options: MapOptions): Promise<MapHandle> {
	const colour = paletteOf(options.theme)
	const [withTiles] = await Promise.all([hasBase(), loadLabelFont()])
	const map = new GlMap({
		container: options.container,
		style: baseStyle(options.language, colour, withTiles) as never,
		center: KARACHI,
		zoom: 10.6,
		minZoom: 4,
		maxZoom: 17,
		interactive: options.interactive,
		attributionControl: false,
		dragRotate: false,
		pitchWithRotate: false,
		fadeDuration: 0,
		canvasContextAttributes: { antialias: false },
	})
	map.touchZoomRotate.disableRotation()
	map.addControl(new AttributionControl({ compact: false }))
	/* Wide enough for its words also at a board's size of letters. */
	map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 150 }))
	map.setMissingStyleImageResolver((id) => {
		if (map.hasImage(id)) return
		if (drawLabel(map, id, colour.halo) || drawUnit(map, id, colour)) return
		drawIncident(map, id, colour)
	})
	const canvas = map.getCanvas()
	canvas.setAttribute('role', 'presentation')
	canvas.removeAttribute('aria-label')
	if (!options.interactive) canvas.tabIndex = -1

	await new Promise<void>((done) => map.once('load', () => done()))
	addSiteLayers(map, colour, options.language)
	addUnitLayers(map, colour)
	addIncidentLayers(map, colour)
	let takePlace: ((place: [number, number]) => void) | undefined
	let routed: ReadonlySet<Id> = new Set()
	if (options.interactive) listen(map, options, () => takePlace)

	let waiting: Picture | undefined
	let timer: ReturnType<typeof setTimeout> | undefined
	let last = 0
	let isFitted = false
	let shown: Picture | undefined
	const hand = handOf(map)
	const look = () => {
		const outside = shown ? outsideOf(map, shown) : 0
		/* A map that nobody can move must move by itself. */
		if (outside > 0 && !options.interactive && shown) showAll(map, shown)
		else options.onOutside?.(outside)
	}
	const flush = () => {
		timer = undefined
		if (!waiting) return
		last = performance.now()
		shown = waiting
		waiting = undefined
		paint(map, shown, options, routed)
		hand(shown)
		if (!isFitted) isFitted = showAll(map, shown)
		look()
	}
	map.on('moveend', look)
	return {
		hasBase: withTiles,
		draw(picture) {
			const isUrgent = picture.pointed !== shown?.pointed
			waiting = picture
			if (isUrgent) clearTimeout(timer)
			else if (timer !== undefined) return
			if (isUrgent) return flush()
			timer = setTimeout(flush, Math.max(0, last + DRAW_MS - performance.now()))
		},
		goTo: (position, zoom) =>
			void map.easeTo({
				center: [position.lon, position.lat],
				zoom: Math.max(map.getZoom(), zoom ?? 12.5),
				duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 400,
			}),
		fit(places) {
			isFitted = fitPlaces(map, places)
		},
		home() {
			if (shown) showAll(map, shown)
		},
		setWays(ways) {
			setWays(map, colour, ways)
			routed = new Set(ways.map((way) => way.unit))
			if (shown) paint(map, shown, options, routed)
		},
		setClosed: (shapes) => setClosed(map, colour, shapes),
		setTrack: (line) => setTrack(map, colour, line),
		onPlace(take) {
			takePlace = take
			canvas.style.cursor = take ? 'crosshair' : ''
		},
		middle: () => map.getCenter().toArray() as [number, number],
		zoomBy: (steps) => void map.easeTo({ zoom: map.getZoom() + steps, duration: 150 }),
		remove() {
			clearTimeout(timer)
			map.remove()
		},
	}
}

function paint(
	map: GlMap,
	picture: Picture,
	options: MapOptions,
	routed: ReadonlySet<Id>,
): void {
	const hot = new Set<Id>()
	const going: Unit[] = []
	const byAssignment = new Map<Id, Unit>()
	for (const unit of picture.units.values())
		for (const id of unit.assignments) byAssignment.set(id, unit)
	for (const incident of picture.incidents) {
		const open = (incident.assignments ?? []).flatMap((a) => byAssignment.get(a.id) ?? [])
		if (incident.priority === 'P1') for (const unit of open) hot.add(unit.id)
		if (incident.id === picture.selectedIncident) going.push(...open)
	}
	const alarmed = new Set(picture.incidents.map((incident) => incident.site))
	setSites(map, picture.sites, alarmed, options.siteName)
	setUnits(map, {
		units: picture.units,
		selected: picture.selectedUnit,
		hot,
		now: picture.now,
	})
	setIncidents(map, {
		incidents: picture.incidents,
		selected: picture.selectedIncident,
		going: going.filter((unit) => !routed.has(unit.id)),
	})
}

/* All incidents, sites and units on shift in view; false when there is none. */
function showAll(map: GlMap, picture: Picture): boolean {
	const places = [
		...picture.incidents.flatMap((i) => i.position ?? []),
		...[...picture.sites.values()].map((s) => s.position),
		...[...picture.units.values()].flatMap((u) =>
			u.shift.on && u.position ? u.position : [],
		),
	]
	return fitPlaces(map, places)
}

function outsideOf(map: GlMap, picture: Picture): number {
	const bounds = map.getBounds()
	return picture.incidents.filter(
		({ priority, position }) =>
			priority === 'P1' && position && !bounds.contains([position.lon, position.lat]),
	).length
}

/* A ring where somebody points. On a map that nobody moves, the place comes into view. */
function handOf(map: GlMap): (picture: Picture) => void {
	const ring = document.createElement('div')
	ring.className = 'map-hand'
	const marker = new Marker({ element: ring })
	let at: Id | undefined
	return (picture) => {
		if (picture.pointed === at) return
		at = picture.pointed
		marker.remove()
		const place = picture.incidents.find((one) => one.id === at)?.position
		if (!place) return
		marker.setLngLat([place.lon, place.lat]).addTo(map)
		if (!map.getBounds().contains([place.lon, place.lat])) showAll(map, picture)
	}
}

function fitPlaces(map: GlMap, places: readonly Position[]): boolean {
	if (places.length === 0) return false
	const lons = places.map((p) => p.lon)
	const lats = places.map((p) => p.lat)
	const bounds: LngLatBoundsLike = [
		[Math.min(...lons), Math.min(...lats)],
		[Math.max(...lons), Math.max(...lats)],
	]
	map.fitBounds(bounds, {
		padding: Math.min(70, map.getContainer().clientHeight / 5),
		maxZoom: 13,
		duration: 0,
	})
	return true
}

function listen(
	map: GlMap,
	options: MapOptions,
	placing: () => ((place: [number, number]) => void) | undefined,
): void {
	const layers = ['incidents', 'units', 'units-hot', 'unit-clusters']
	const at = (x: number, y: number): MapGeoJSONFeature | undefined =>
		map.queryRenderedFeatures(
			[
				[x - HIT_PX, y - HIT_PX],
				[x + HIT_PX, y + HIT_PX],
			],
			{ layers },
		)[0]
	map.on('click', (event) => {
		const take = placing()
		if (take) return take(event.lngLat.toArray() as [number, number])
		const feature = at(event.point.x, event.point.y)
		if (!feature) return
		const id = String(feature.properties.id)
		if (feature.layer.id === 'incidents') options.onIncident?.(id)
		else if (feature.layer.id === 'unit-clusters')
			map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2, duration: 200 })
		else options.onUnit?.(id)
	})
	map.on('mousemove', (event) => {
		if (placing()) return
		map.getCanvas().style.cursor = at(event.point.x, event.point.y) ? 'pointer' : ''
	})
}

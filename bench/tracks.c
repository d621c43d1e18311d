/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the tracks/ of a folder with places of many days, through the same room as a
 * node and faster than the days pass: units that report each ten seconds, as devices
 * write it (whole km/h and degrees, a device clock of whole seconds).
 *   tracks DIR NODE UNITS FIXES FIRST_MS SEQ…   SEQ: of units that exist in the node
 */
#include "track/track.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP_MS 10000
#define FLUSH_EVERY 500000 /* the room drops what waits beyond two million */

struct walker {
	struct id id;
	double lat, lon;
	int course, kmh;
};

static uint64_t
dice(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	return x ^= x << 17;
}

/* It stands a third of the time, and turns at corners. */
static void
walk(struct walker *w)
{
	double m;

	if (dice() % 12 == 0)
		w->kmh = dice() % 3 ? 10 + (int)(dice() % 60) : 0;
	if (w->kmh && dice() % 4 == 0)
		w->course = (int)(dice() % 360);
	m = w->kmh / 3.6 * STEP_MS / 1000;
	w->lat += cos(w->course * M_PI / 180) * m / 111195;
	w->lon += sin(w->course * M_PI / 180) * m / 100900;
	if (fabs(w->lat - 24.9) > 0.3)
		w->lat = 24.9;
	if (fabs(w->lon - 67.1) > 0.3)
		w->lon = 67.1;
}

static void
put(struct track *t, struct walker *w, int64_t now)
{
	struct fix f = { .bearer = w->id,
			 .device_ms = now / 1000 * 1000,
			 .server_ms = now + (int64_t)(dice() % 900),
			 .speed_mps = (float)(w->kmh / 3.6),
			 .course_deg = (float)w->course };

	walk(w);
	geo_position(w->lat, w->lon, &f.position);
	track_put(t, &f, false);
}

int
main(int argc, char **argv)
{
	struct buf why = { 0 };
	struct track *t;
	struct walker *all;
	int64_t fixes, now;
	int n;

	if (argc < 7)
		return 2;
	n = atoi(argv[3]);
	fixes = atoll(argv[4]);
	now = atoll(argv[5]);
	all = calloc((size_t)n, sizeof *all);
	for (int i = 0; i < n; i++) {
		all[i] = (struct walker){ .lat = 24.9, .lon = 67.1 };
		all[i].id.noun = 'u';
		memcpy(all[i].id.node, argv[2], strnlen(argv[2], NODE_MAX));
		all[i].id.seq = i + 6 < argc ? (uint64_t)atoll(argv[i + 6])
					     : 1000000 + (uint64_t)i;
	}
	if (track_open(argv[1], now, &t, &why) < 0) {
		fprintf(stderr, "tracks: %s\n", why.p);
		return 1;
	}
	for (int64_t i = 0; i < fixes; now += STEP_MS)
		for (int k = 0; k < n && i < fixes; k++, i++) {
			put(t, &all[k], now);
			if (i % FLUSH_EVERY == 0)
				track_flush(t);
		}
	track_close(t);
	free(all);
	return 0;
}

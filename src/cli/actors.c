/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demo's people: a process of its own that knows nothing but demo.json and
 * the public doors. Units drive around their beats and send fixes through the
 * osmand door; crews answer offers; a mission presses SOS now and then. With
 * --still nobody moves: a unit whose fix grows old repeats the place it has.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "base/log.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define TICK_S 5
#define FRESH_S 15
#define PRESS_EVERY_S 240
#define UNITS_MAX 128

struct actor_unit {
	char id[48], osmand[24];
	struct position at, beat;
	double course;
	bool is_known;
};

struct actors {
	json_t *demo;
	struct client room, door;
	struct actor_unit units[UNITS_MAX];
	size_t n;
	bool is_still;
	unsigned tick;
};

static const char *
token_of(const struct actors *a, const char *role, size_t nth)
{
	size_t k;
	json_t *t;

	json_array_foreach(
		json_object_get(a->demo, "tokens"), k,
		t) if (span_is_z(json_str(t, "role"), role) &&
		       nth-- ==
			       0) return json_string_value(json_object_get(t, "token"));
	return NULL;
}

static json_t *
get(struct client *c, const char *path)
{
	struct buf AUTO(buf_done) body = { 0 };

	if (client_call(c, "GET", path, (struct span){ 0 }, &body) != 200)
		return NULL;
	return json_read(buf_span(&body), NULL);
}

static void
read_place(const json_t *o, struct position *ret)
{
	if (json_is_object(o))
		geo_position(json_number_value(json_object_get(o, "lat")),
			     json_number_value(json_object_get(o, "lon")), ret);
}

static void
send_fix(struct actors *a, struct actor_unit *u, double speed_mps)
{
	struct buf AUTO(buf_done) path = { 0 };

	buf_printf(&path,
		   "/?id=%s&lat=%.6f&lon=%.6f&timestamp=%lld&speed=%.1f&bearing=%.0f"
		   "&accuracy=8",
		   u->osmand, geo_lat(&u->at), geo_lon(&u->at), (long long)time(NULL),
		   speed_mps / 0.514444, u->course);
	client_call(&a->door, "GET", path.p, (struct span){ 0 }, NULL);
}

/* A unit drives on, bends a little, and turns home beyond its beat. */
static void
drive(struct actor_unit *u, unsigned tick)
{
	double speed = 6 + (u->osmand[5] + tick) % 7;

	if (geo_distance_m(&u->at, &u->beat) > 2500)
		u->course = geo_bearing_deg(&u->at, &u->beat);
	else
		u->course =
			fmod(u->course + 25 * sin(tick * 0.7 + u->beat.lat_e7), 360);
	if (u->course < 0)
		u->course += 360;
	u->at = geo_move(&u->at, u->course, speed * TICK_S);
}

static void
move_units(struct actors *a)
{
	json_t AUTO(auto_json) *page = get(&a->room, "/api/v1/units?limit=500");
	size_t k, n = 0;
	json_t *o;

	json_array_foreach(json_object_get(page, "items"), k, o)
	{
		struct actor_unit *u = &a->units[n];
		json_t *age = json_object_get(o, "fix_age_s");

		if (n == UNITS_MAX)
			break;
		n++;
		if (!u->is_known) {
			snprintf(u->osmand, sizeof u->osmand, "demo-%02zu", n);
			read_place(json_object_get(o, "beat"), &u->beat);
			u->at = u->beat;
			u->course = (double)(n * 37 % 360);
			u->is_known = true;
		}
		/* where others put it, it is */
		read_place(json_object_get(o, "position"), &u->at);
		if (a->is_still && age && json_integer_value(age) < FRESH_S)
			continue;
		if (!a->is_still)
			drive(u, a->tick);
		send_fix(a, u, a->is_still ? 0 : 8);
	}
}

/* Crews with a token answer their offers and go through the states. */
static void
answer_offers(struct actors *a)
{
	static const char *const next[][2] = { { "offered", "accepted" },
					       { "accepted", "en_route" },
					       { "en_route", "on_scene" },
					       { "on_scene", "cleared" } };

	for (size_t t = 0; t < 12; t++) {
		const char *secret = token_of(a, "responder", t);
		struct client crew;
		json_t AUTO(auto_json) *page = NULL;
		size_t k;
		json_t *o;

		if (!secret ||
		    client_open(&crew,
				json_string_value(json_object_get(a->demo, "url")),
				secret) < 0)
			return;
		page = get(&crew, "/api/v1/assignments?state=open");
		json_array_foreach(json_object_get(page, "items"), k, o)
		{
			struct buf AUTO(buf_done) path = { 0 }, body = { 0 };

			buf_printf(&path, "/api/v1/assignments/%s/status",
				   json_string_value(json_object_get(o, "id")));
			for (size_t s = 0; s < ARRAY_LEN(next); s++)
				if (span_is_z(json_str(o, "state"), next[s][0]))
					buf_printf(&body, "{\"status\":\"%s\"}",
						   next[s][1]);
			client_call(&crew, "POST", path.p, buf_span(&body), NULL);
		}
		client_close(&crew);
	}
}

static void
press(struct actors *a)
{
	static const char *const words[] = { "A crowd is gathering at the gate",
					     "دروازے پر مشکوک گاڑی کھڑی ہے",
					     "A visitor has collapsed in the hall",
					     "Fire alarm in the annex" };
	struct buf AUTO(buf_done) body = { 0 };
	struct client site;
	unsigned n = a->tick / (PRESS_EVERY_S / TICK_S);
	const char *secret = token_of(a, "site", n % 28);

	if (!secret ||
	    client_open(&site, json_string_value(json_object_get(a->demo, "url")),
			secret) < 0)
		return;
	jw_open(&body, '{');
	jw_key(&body, "key");
	buf_printf(&body, "\"demo-%lld-%u\"", (long long)time(NULL), a->tick);
	jw_kz(&body, "message", words[n % ARRAY_LEN(words)]);
	jw_close(&body, '}');
	client_call(&site, "POST", "/api/v1/sos", buf_span(&body), NULL);
	client_close(&site);
}

int
demo_actors(const char *dir, bool is_still)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 }, door = { 0 };
	struct actors a = { .is_still = is_still };
	const char *url;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	buf_printf(&path, "%s/demo.json", dir);
	if (read_file(path.p, &text) < 0)
		return 1;
	a.demo = json_read(buf_span(&text), NULL);
	url = json_string_value(json_object_get(a.demo, "url"));
	buf_printf(&door, "http://%s",
		   json_string_value(json_object_get(json_object_get(a.demo, "doors"),
						     "osmand")));
	if (!url || client_open(&a.room, url, token_of(&a, "dispatcher", 0)) < 0 ||
	    client_open(&a.door, door.p, NULL) < 0)
		return 1;
	for (;; a.tick++) {
		move_units(&a);
		if (!is_still) {
			if (a.tick % 4 == 3)
				answer_offers(&a);
			if (a.tick % (PRESS_EVERY_S / TICK_S) == 6)
				press(&a);
		}
		if (getppid() == 1)
			return 0;
		sleep(TICK_S);
	}
}

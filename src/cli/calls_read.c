/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows into calls. Two shapes of export are read. With a column of units, each row is
 * one unit and rows with the same number after each other are one call. Without it a
 * row is a call, and its times are lists: "M5=07:05:17, M6=07:08:01".
 *
 * Times of the day have no day. A unit's own dispatch is its anchor: each later stage
 * is the next time that the clock showed that, within twelve hours; what would be
 * further off stood before the dispatch, and is left out rather than guessed.
 */
#include "cli/calls.h"

#include "base/auto.h"
#include "base/err.h"

#include <math.h>
#include <stdlib.h>

#define UNITS_MAX 200
#define HALF_DAY 43200
#define DAY 86400

enum { SENT, GOING, THERE, LEFT, STAGES };

struct crew {
	struct span name;
	int64_t at[STAGES]; /* seconds of the wall clock from the call's midnight */
	bool has[STAGES], is_dated[STAGES]; /* dated: it told its own day */
};

struct row {
	struct calls_reader *r;
	ptrdiff_t column[CALLS__FIELDS]; /* -1: the file has none */
	struct span *cells, *heads;
	size_t n, n_heads;
	struct arena arena, head_arena;

	/* of the call that is being put together */
	struct span number, kind;
	enum priority priority;
	struct calls_day day;
	struct position place;
	int raised; /* seconds of its day; -1: the day alone is known */
	struct crew units[UNITS_MAX];
	size_t n_units;
	bool is_open;
};

static int
wrong(struct row *w, enum calls_field f, const char *what)
{
	buf_printf(&w->r->why, "line %zu, column ", w->r->csv.line);
	buf_add_span(&w->r->why, w->column[f] < 0 ? span_of(calls_field_names[f])
						  : w->heads[w->column[f]]);
	buf_printf(&w->r->why, ": %s", what);
	return ERR_SYNTAX;
}

static struct span
cell(const struct row *w, enum calls_field f)
{
	return w->column[f] < 0 ? (struct span){ 0 }
				: span_trim(w->cells[w->column[f]]);
}

static bool
is_one_of(struct span list, struct span value)
{
	while (list.n)
		if (span_is_nocase(span_trim(span_cut(&list, '|')), value))
			return true;
	return false;
}

static int
read_head(struct row *w)
{
	int rc = csv_next_row(&w->r->csv, &w->heads, &w->n_heads, &w->head_arena);

	if (rc <= 0) {
		buf_add_z(&w->r->why,
			  rc ? w->r->csv.wrong : "line 1: the file is empty");
		return ERR_SYNTAX;
	}
	for (int f = 0; f < CALLS__FIELDS; f++) {
		w->column[f] = -1;
		for (size_t k = 0; k < w->n_heads && w->column[f] < 0; k++)
			if (is_one_of(w->r->columns->names[f], span_trim(w->heads[k])))
				w->column[f] = (ptrdiff_t)k;
	}
	if (w->column[CALLS_NUMBER] < 0)
		return wrong(w, CALLS_NUMBER, "no column is this one");
	if (w->column[CALLS_DATE] < 0 && w->column[CALLS_RAISED] < 0)
		return wrong(w, CALLS_DATE, "no column tells the day");
	return 0;
}

/* --- one call --------------------------------------------------------------------- */

static int64_t
moment(const struct row *w, const struct crew *u, int stage, bool is_second)
{
	return u->has[stage] ? calls_moment(&w->day, u->at[stage], is_second)
			     : TIME_NONE;
}

static void
earliest(int64_t *at, int64_t t)
{
	if (t != TIME_NONE && (*at == TIME_NONE || t < *at))
		*at = t;
}

/* Each unit's stages after its dispatch, of one without any beside the call's first. */
static void
unwrap(struct row *w)
{
	const struct crew *base = NULL;

	for (size_t k = 0; k < w->n_units && !base; k++)
		if (w->units[k].has[SENT])
			base = &w->units[k];
	for (size_t k = 0; base && k < w->n_units; k++) {
		struct crew *u = &w->units[k];
		int64_t zero = base->at[SENT], sent = u->at[SENT];
		int64_t off = (sent - zero) % DAY;

		if (u->is_dated[SENT]) {
			zero = sent;
		} else if (u->has[SENT]) { /* within half a day of the first */
			off += off < -HALF_DAY ? DAY : off > HALF_DAY ? -DAY : 0;
			zero = u->at[SENT] = zero + off;
		}
		for (int s = GOING; s < STAGES; s++) {
			int64_t clock = u->at[s];

			if (!u->has[s] || u->is_dated[s])
				continue;
			off = ((clock - zero) % DAY + DAY) % DAY;
			if (off > HALF_DAY) {
				u->has[s] = false;
				w->r->told.out_of_order++;
				continue;
			}
			u->at[s] = zero + off;
			if (s == THERE && u->has[SENT] && clock < sent)
				w->r->told.crossings++;
		}
	}
}

/* The call with the hour that comes twice, in the night in which clocks are set back,
 * read as its first or its second. ret->units are the units that were given. */
static void
tell(const struct row *w, bool is_second, struct history_unit *units,
     struct history_call *ret)
{
	*ret = (struct history_call){ .number = w->number,
				      .kind = w->kind,
				      .priority = w->priority,
				      .position = w->place,
				      .is_day_only = w->raised < 0,
				      .dispatched_at = TIME_NONE,
				      .en_route_at = TIME_NONE,
				      .on_scene_at = TIME_NONE,
				      .cleared_at = TIME_NONE,
				      .units = units,
				      .n_units = w->n_units };
	ret->raised_at =
		calls_moment(&w->day, w->raised < 0 ? 0 : w->raised, is_second);
	for (size_t k = 0; k < w->n_units; k++) {
		const struct crew *u = &w->units[k];

		units[k] =
			(struct history_unit){ u->name, moment(w, u, SENT, is_second),
					       moment(w, u, GOING, is_second),
					       moment(w, u, THERE, is_second),
					       moment(w, u, LEFT, is_second) };
		earliest(&ret->dispatched_at, units[k].dispatched_at);
		earliest(&ret->en_route_at, units[k].en_route_at);
		earliest(&ret->on_scene_at, units[k].on_scene_at);
		if (units[k].cleared_at != TIME_NONE &&
		    (ret->cleared_at == TIME_NONE ||
		     units[k].cleared_at > ret->cleared_at))
			ret->cleared_at = units[k].cleared_at;
	}
}

/* How long its stages took together. */
static int64_t
length_of(const struct history_call *c)
{
	int64_t sum = 0;

	if (!c->is_day_only && c->dispatched_at != TIME_NONE)
		sum += c->dispatched_at - c->raised_at;
	for (size_t k = 0; k < c->n_units; k++) {
		const struct history_unit *u = &c->units[k];
		int64_t first = u->dispatched_at, last = TIME_NONE;

		earliest(&first, u->en_route_at);
		earliest(&first, u->on_scene_at);
		last = u->cleared_at != TIME_NONE    ? u->cleared_at
		       : u->on_scene_at != TIME_NONE ? u->on_scene_at
						     : u->en_route_at;
		if (first != TIME_NONE && last != TIME_NONE)
			sum += last - first;
	}
	return sum;
}

/* Of two readings the one in which its stages took less: from 01:49 to 02:00 it is
 * eleven minutes rather than seventy-one. */
static int
finish(struct row *w)
{
	struct history_unit units[UNITS_MAX], others[UNITS_MAX];
	struct history_call c, other;

	if (!w->is_open)
		return 0;
	w->is_open = false;
	unwrap(w);
	tell(w, false, units, &c);
	tell(w, true, others, &other);
	w->r->told.calls++;
	w->r->told.unit_rows += w->n_units;
	if (!w->r->fn(w->r->ctx, length_of(&other) < length_of(&c) ? &other : &c))
		return ERR_DENIED;
	return 0;
}

static int
read_place(struct row *w)
{
	struct span lat = cell(w, CALLS_LATITUDE), lon = cell(w, CALLS_LONGITUDE);
	double y, x;

	w->place = (struct position){ 0 };
	if (!lat.n && !lon.n)
		return 0;
	if (!span_to_double(lat, &y) || !span_to_double(lon, &x) ||
	    !geo_position(y, x, &w->place))
		return wrong(w, CALLS_LATITUDE, "no place in degrees");
	return 0;
}

/* The time of raising with its day; else the day alone. */
static int
read_day(struct row *w)
{
	struct span raised = cell(w, CALLS_RAISED), date = cell(w, CALLS_DATE), rest;
	const char *order = w->r->columns->order;
	struct calls_day day;

	w->raised = -1;
	if (date.n && !calls_date(date, order, &w->day, &rest))
		return wrong(w, CALLS_DATE, "no date");
	if (!raised.n)
		return date.n ? 0 : wrong(w, CALLS_DATE, "no date");
	if (calls_date(raised, order, &day, &rest))
		w->day = day;
	else if (!date.n)
		return wrong(w, CALLS_RAISED, "no date and time");
	else
		rest = raised;
	return rest.n && !calls_clock(rest, &w->raised)
		       ? wrong(w, CALLS_RAISED, "no time")
		       : 0;
}

static int
begin(struct row *w)
{
	struct span p = cell(w, CALLS_PRIORITY);

	w->number = cell(w, CALLS_NUMBER);
	w->kind = cell(w, CALLS_KIND);
	if (!w->number.n || w->number.n > 60)
		return wrong(w, CALLS_NUMBER, "wants 1 to 60 bytes");
	if (w->kind.n > 60)
		return wrong(w, CALLS_KIND, "more than 60 bytes");
	w->priority = p.n && is_one_of(w->r->columns->p1, p)   ? PRIORITY_P1
		      : p.n && is_one_of(w->r->columns->p3, p) ? PRIORITY_P3
							       : PRIORITY_P2;
	w->n_units = 0;
	w->is_open = true;
	return read_day(w) < 0 ? ERR_SYNTAX : read_place(w);
}

static int
unit_named(struct row *w, enum calls_field f, struct span name, struct crew **ret)
{
	if (!name.n || name.n > 60)
		return wrong(w, f, "a unit's name wants 1 to 60 bytes");
	for (size_t k = 0; k < w->n_units; k++) {
		*ret = &w->units[k];
		if (span_is((*ret)->name, name))
			return 0;
	}
	if (w->n_units == UNITS_MAX)
		return wrong(w, f, "more than 200 units");
	*ret = &w->units[w->n_units++];
	**ret = (struct crew){ .name = name };
	return 0;
}

static void
give(struct row *w, struct crew *u, int stage, int64_t s, bool is_dated)
{
	if (u->has[stage]) {
		w->r->told.repeats++;
		return;
	}
	u->at[stage] = s;
	u->has[stage] = true;
	u->is_dated[stage] = is_dated;
}

/* "M5=07:05:17, M6=07:08:01" */
static int
read_list(struct row *w, enum calls_field f, int stage)
{
	struct span list = cell(w, f);

	while (list.n) {
		struct span time = span_trim(span_cut(&list, ',')), name;
		struct crew *u;
		int s;

		name = span_trim(span_cut(&time, '='));
		if (!calls_clock(time, &s))
			return wrong(w, f, "wants UNIT=HH:MM:SS, with commas between");
		if (unit_named(w, f, name, &u) < 0)
			return ERR_SYNTAX;
		give(w, u, stage, s, false);
	}
	return 0;
}

/* One unit's time, with its own date or on the call's day. */
static int
read_time(struct row *w, enum calls_field f, int stage, struct crew *u)
{
	struct span text = cell(w, f), rest = text;
	struct calls_day day;
	int64_t apart = 0;
	bool is_dated;
	int s;

	if (!text.n)
		return 0;
	is_dated = calls_date(text, w->r->columns->order, &day, &rest);
	if (is_dated) {
		int64_t a = 0, b = 0;

		time_from_civil(day.year, day.month, day.day, 0, 0, 0, &a);
		time_from_civil(w->day.year, w->day.month, w->day.day, 0, 0, 0, &b);
		apart = (a - b) / 1000;
	}
	if (!calls_clock(rest, &s))
		return wrong(w, f, "no time");
	give(w, u, stage, apart + s, is_dated);
	return 0;
}

static int
read_row(struct row *w)
{
	static const enum calls_field fields[] = { CALLS_DISPATCHED, CALLS_EN_ROUTE,
						   CALLS_ON_SCENE, CALLS_CLEARED };
	bool is_rows = w->column[CALLS_UNIT] >= 0;
	struct crew *u = NULL;
	int rc = 0;

	if (w->n != w->n_heads) {
		buf_printf(&w->r->why,
			   "line %zu, column %zu: %zu cells, the head has %zu",
			   w->r->csv.line, w->n, w->n, w->n_heads);
		return ERR_SYNTAX;
	}
	if (!is_rows || !w->is_open || !span_is(w->number, cell(w, CALLS_NUMBER))) {
		rc = finish(w);
		if (rc == 0)
			rc = begin(w);
	}
	if (rc == 0 && is_rows && cell(w, CALLS_UNIT).n)
		rc = unit_named(w, CALLS_UNIT, cell(w, CALLS_UNIT), &u);
	for (int k = 0; rc == 0 && k < STAGES; k++) {
		if (!is_rows)
			rc = read_list(w, fields[k], k);
		else if (u)
			rc = read_time(w, fields[k], k, u);
	}
	return rc;
}

int
calls_read(struct calls_reader *r)
{
	struct row *w = calloc(1, sizeof *w);
	int rc, more = 0;

	if (!w)
		abort();
	w->r = r;
	rc = read_head(w);
	while (rc == 0) {
		more = csv_next_row(&r->csv, &w->cells, &w->n, &w->arena);
		if (more <= 0)
			break;
		rc = read_row(w);
		if (rc == 0 && w->column[CALLS_UNIT] < 0) {
			rc = finish(w);
			arena_reset(&w->arena);
		}
	}
	if (rc == 0 && more < 0) {
		buf_printf(&r->why, "line %zu, column %zu: %s", r->csv.line,
			   r->csv.column, r->csv.wrong);
		rc = ERR_SYNTAX;
	}
	if (rc == 0)
		rc = finish(w);
	arena_done(&w->arena);
	arena_done(&w->head_arena);
	free(w);
	return rc;
}

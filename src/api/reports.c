/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures of a period over HTTP: the question is read here, the answer is made in the
 * pool from a store of its own, so that no report holds up a press.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "report/report.h"

#include <stdlib.h>

#define DAY_MS 86400000ll
#define RUNNING_MAX 2 /* of the pool's four threads: sign-ins use them too */
/* Of fewer incidents a group tells oversight about one person's night. */
#define OVERSIGHT_LEAST 5

struct job {
	struct call *c;
	struct report_ask ask;
	const char *dir;
	bool is_csv;
	struct buf out, why;
	int rc;
};

/* As the equal of all other threads: one that may be less and is kept waiting with a
 * lock of the allocator or of SQLite's in its hands keeps the loop waiting too. */
static void
work(void *ctx)
{
	struct job *j = ctx;

	j->rc = report_of_folder(j->dir, &j->ask, j->is_csv, &j->out, &j->why);
}

static void
done(void *ctx)
{
	struct job *j = ctx;
	struct call *c = j->c;

	c->api->reports_running--;
	if (j->rc < 0) {
		answer_problem(c, 500, "no_report", "%s", j->why.p);
	} else if (j->is_csv) {
		buf_add_span(&c->out, buf_span(&j->out));
		buf_add_z(&c->headers,
			  "Content-Disposition: attachment; filename=kumak.csv\r\n");
		answer_as(c, 200, "text/csv; charset=utf-8");
	} else {
		jw_open(&c->out, '{');
		jw_kz(&c->out, "world", world_names[j->ask.world]);
		jw_kz(&c->out, "by", report_by_names[j->ask.by]);
		buf_add_c(&c->out, ',');
		buf_add_span(&c->out, buf_span(&j->out));
		jw_close(&c->out, '}');
		answer(c, 200);
	}
	buf_done(&j->out);
	buf_done(&j->why);
	free(j);
}

static bool
read_by(struct call *c, struct report_ask *a)
{
	struct span by = http_query(c->req, "by");

	a->by = by.n ? (enum report_by)enum_find(report_by_names, by)
		     : REPORT_BY_NOTHING;
	if (!by.n || a->by)
		return true;
	answer_problem(c, 400, "bad_query",
		       "by must be site, agency, district, shift, kind, priority, day, "
		       "week, month or area");
	return false;
}

/* One's own world, or the calls that were read in from elsewhere. */
static bool
read_world(struct call *c, struct report_ask *a)
{
	struct span world = http_query(c->req, "world");

	if (!world.n || span_is_z(world, world_names[a->world]))
		return true;
	if (span_is_z(world, world_names[WORLD_HISTORY]) && c->who->is_control &&
	    a->world == WORLD_LIVE) {
		a->world = WORLD_HISTORY;
		return true;
	}
	answer_problem(c, 400, "bad_query", "world: not one that you may ask about");
	return false;
}

static bool
read_times(struct call *c, struct report_ask *a)
{
	if (!query_time(c, "from", &a->from) || !query_time(c, "to", &a->to) ||
	    !query_time(c, "baseline_from", &a->base_from) ||
	    !query_time(c, "baseline_to", &a->base_to) ||
	    !query_number(c, "utc_offset_min", -720, 840, &a->offset_min))
		return false;
	if (a->from < a->to &&
	    (a->base_from == TIME_NONE) == (a->base_to == TIME_NONE) &&
	    (a->base_from == TIME_NONE || a->base_from < a->base_to))
		return true;
	answer_problem(c, 400, "bad_query",
		       "from and baseline_from must be before to and baseline_to");
	return false;
}

void
response_times_get(struct call *c)
{
	int64_t now = journal_now(c->api->cfg.journal);
	bool is_oversight = c->who->role == ROLE_OVERSIGHT;
	struct report_ask a = { .from = now - 30 * DAY_MS,
				.to = now + 1,
				.base_from = TIME_NONE,
				.base_to = TIME_NONE,
				.now = now,
				.world = c->who->world,
				.offset_min = c->api->cfg.utc_offset_min,
				.stop = &c->api->is_leaving,
				.least = is_oversight ? OVERSIGHT_LEAST : 0 };
	struct job *j;

	if (!principal_is_supervisor_up(c->who) && !is_oversight) {
		answer_problem(c, 403, "needs_supervisor",
			       "only a supervisor or oversight may see this");
		return;
	}
	/* Another agency's oversight counts what is its own: it knows of nobody else.
	 */
	if (!c->who->is_control)
		a.agency = c->who->agency;
	if (c->api->cfg.shifts)
		report_shifts_read(span_of(c->api->cfg.shifts), &a);
	if (!read_by(c, &a) || !read_world(c, &a) || !read_times(c, &a))
		return;
	if (c->api->reports_running == RUNNING_MAX) {
		buf_add_z(&c->headers, "Retry-After: 5\r\n");
		answer_problem(c, 503, "busy",
			       "other reports are being made: ask again");
		return;
	}
	j = calloc(1, sizeof *j);
	if (!j)
		abort();
	*j = (struct job){ .c = c,
			   .ask = a,
			   .dir = c->api->cfg.dir,
			   .is_csv = span_is_z(http_query(c->req, "format"), "csv") };
	c->api->reports_running++;
	net_work(c->api->cfg.net, work, done, j);
}

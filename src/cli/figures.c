/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak verify --figures FROM TO: every figure of a period by two counts, one from
 * records and one from events, side by side; 1 at the first that differs.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "recount/recount.h"
#include "report/report.h"

#include <stdio.h>

struct figures_args {
	const char *dir;
	struct report_ask ask;
	struct areas *districts;
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak verify: %s\n"
		"usage: kumak verify --figures FROM TO [--data DIR] [--world WORLD] "
		"[--shifts 06-14-22] [--utc-offset MINUTES]\n"
		"FROM and TO: 2026-03-01 (a day of the room) or a time with its zone\n",
		why);
	return 2;
}

/* A day begins at the room's midnight. */
static bool
read_moment(const char *text, int64_t offset_min, int64_t *ret)
{
	struct buf AUTO(buf_done) whole = { 0 };
	int64_t at;

	if (!text)
		return false;
	if (time_parse(span_of(text), ret) == 0)
		return true;
	buf_printf(&whole, "%sT00:00:00Z", text);
	if (strlen(text) != 10 || time_parse(buf_span(&whole), &at) < 0)
		return false;
	*ret = at - offset_min * 60000;
	return true;
}

static const char *
read_one(struct figures_args *f, const char *flag, const char *value)
{
	int64_t n;

	if (strcmp(flag, "--data") == 0) {
		f->dir = value;
	} else if (strcmp(flag, "--world") == 0) {
		f->ask.world = enum_find(world_names, span_of(value));
		if (strcmp(world_names[f->ask.world], value) != 0)
			return "--world wants live, training or history";
	} else if (strcmp(flag, "--shifts") == 0) {
		if (!report_shifts_read(span_of(value), &f->ask))
			return "--shifts wants hours like 06-14-22";
	} else if (strcmp(flag, "--utc-offset") == 0) {
		if (!span_to_i64(span_of(value), &n) || n < -720 || n > 840)
			return "--utc-offset wants minutes from -720 to 840";
		f->ask.offset_min = n;
	} else {
		return "unknown flag";
	}
	return NULL;
}

static int
read_args(int argc, char **argv, struct figures_args *f)
{
	const char *from = NULL, *to = NULL, *wrong = NULL;

	for (int i = 0; i < argc && !wrong; i += 2) {
		if (strcmp(argv[i], "--figures") == 0 && i + 2 < argc) {
			from = argv[i + 1];
			to = argv[++i + 1];
		} else if (i + 1 == argc) {
			wrong = "a flag wants a value";
		} else {
			wrong = read_one(f, argv[i], argv[i + 1]);
		}
	}
	if (wrong)
		return usage(wrong);
	if (!read_moment(from, f->ask.offset_min, &f->ask.from) ||
	    !read_moment(to, f->ask.offset_min, &f->ask.to) || f->ask.from >= f->ask.to)
		return usage("FROM and TO must be two times, the first before");
	return 0;
}

/* The name of a line: all but its last cell. */
static struct span
name_of(struct span line)
{
	while (line.n && line.p[line.n - 1] != ',')
		line.n--;
	return line;
}

static struct span
next_line(struct span *rest)
{
	struct span l = span_cut(rest, '\n');

	return l.n && l.p[l.n - 1] == '\r' ? (struct span){ l.p, l.n - 1 } : l;
}

static void
show(struct span a, struct span b)
{
	struct span name = name_of(a.n ? a : b);
	struct span x = span_skip(a, a.n ? name.n : 0);
	struct span y = span_skip(b, b.n ? name.n : 0);

	printf(SPAN_FMT SPAN_FMT "," SPAN_FMT "\n", SPAN_ARG(name), SPAN_ARG(x),
	       SPAN_ARG(y));
}

/* What every grouping tells alike is shown once. */
static bool
is_grouped(struct span line)
{
	return !span_starts(line, SPAN("now,all,")) &&
	       !span_starts(line, SPAN("now,looked_by,"));
}

/* Both are sorted: the first line at which they part is the difference. */
static bool
compare(struct span a, struct span b, bool is_first)
{
	next_line(&a);
	next_line(&b);
	while (a.n || b.n) {
		struct span x = next_line(&a), y = next_line(&b);

		if (span_is(x, y)) {
			if (is_first || is_grouped(x))
				show(x, y);
			continue;
		}
		fflush(stdout);
		fprintf(stderr,
			"kumak verify: the two counts differ:\n"
			"  records: " SPAN_FMT "\n  events:  " SPAN_FMT "\n",
			SPAN_ARG(x), SPAN_ARG(y));
		return false;
	}
	return true;
}

static int
count_twice(struct figures_args *f, struct store *s, struct recount *r,
	    enum report_by by)
{
	struct buf AUTO(buf_done) first = { 0 }, second = { 0 };
	struct recount_ask again = {
		.from = f->ask.from,
		.to = f->ask.to,
		.now = f->ask.now,
		.world = f->ask.world,
		.by = report_by_names[by],
		.offset_min = f->ask.offset_min,
		.n_shifts = f->ask.n_shifts,
		.districts = f->districts,
	};
	struct report *report;
	int rc;

	memcpy(again.shifts, f->ask.shifts, sizeof again.shifts);
	f->ask.by = by;
	f->ask.districts = f->districts;
	rc = report_make(s, &f->ask, &report);
	if (rc < 0) {
		fprintf(stderr, "kumak verify: %s\n", err_text(rc));
		return 1;
	}
	report_csv(report, &first);
	report_free(report);
	recount_csv(r, &again, &second);
	return !compare(buf_span(&first), buf_span(&second), by == REPORT_BY_NOTHING);
}

static int
read_districts(struct figures_args *f, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 };

	buf_printf(&path, "%s/districts.geojson", f->dir);
	if (read_file(path.p, &text) < 0)
		return 0;
	return areas_read(buf_span(&text), &f->districts, why);
}

int
cli_figures(int argc, char **argv)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct figures_args f = { .dir = "kumak-data",
				  .ask = { .base_from = TIME_NONE,
					   .base_to = TIME_NONE,
					   .offset_min = 300,
					   .now = clock_system.wall_ms(NULL) } };
	struct recount *r = NULL;
	struct store *s = NULL;
	struct store_info info;
	int rc;

	report_shifts_read(SPAN("06-14-22"), &f.ask);
	rc = read_args(argc, argv, &f);
	if (rc)
		return rc;
	if (read_districts(&f, &why) < 0 ||
	    store_open(f.dir, STORE_READ, &s, &info, &why) < 0 ||
	    recount_open(s, &r, &why) < 0) {
		fprintf(stderr, "kumak verify: %s\n", why.n ? why.p : "cannot read");
		rc = 1;
	}
	if (rc == 0)
		puts("period,by,key,measure,records,events");
	for (int by = 0; rc == 0 && by < REPORT_BY__COUNT; by++)
		rc = count_twice(&f, s, r, (enum report_by)by);
	recount_free(r);
	store_close(s);
	areas_free(f.districts);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second path with a program that stands in for a gateway: it writes down
 * what it got and fails as often as it is told.
 */
#include "unit/dispatch_city.h"

#include <sys/stat.h>
#include <time.h>

struct gateway {
	char dir[64], program[96];
};

static void
gateway_open(struct gateway *g, int failures)
{
	FILE *f;

	strcpy(g->dir, "/tmp/kumak-gateway-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	snprintf(g->program, sizeof g->program, "%s/gateway", g->dir);
	f = fopen(g->program, "w");
	assert_non_null(f);
	fprintf(f,
		"#!/bin/sh\ncd %s\necho x >>tries\n"
		"if [ $(wc -l <tries) -le %d ]; then cat >/dev/null; exit 3; fi\n"
		"cat >>got\n",
		g->dir, failures);
	fclose(f);
	assert_int_equal(chmod(g->program, 0700), 0);
}

static void
gateway_close(struct gateway *g)
{
	char cmd[128];

	snprintf(cmd, sizeof cmd, "rm -rf '%s'", g->dir);
	assert_int_equal(system(cmd), 0);
}

static size_t
lines(struct gateway *g, const char *name, struct buf *ret)
{
	char path[128], tmp[4096];
	size_t n = 0, got;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", g->dir, name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	while ((got = fread(tmp, 1, sizeof tmp, f)) > 0) {
		if (ret)
			buf_add(ret, tmp, got);
		for (size_t k = 0; k < got; k++)
			n += tmp[k] == '\n';
	}
	fclose(f);
	return n;
}

/* Real time for the program, none for the desk. */
static void
until(struct city *c, const unsigned *count, unsigned n)
{
	for (int k = 0; k < 1500 && *count < n; k++) {
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		city_settle(c);
	}
	assert_int_equal(*count, n);
}

static void
start(struct city *c, struct gateway *g)
{
	city_open(c, true);
	city_stop(c);
	c->cfg.second_path = g->program;
	city_start(c);
	dispatch_room(c->d, 1, 1);
	city_settle(c);
}

static void
passed_on(void **state)
{
	struct city c;
	struct gateway g;
	struct dispatch_status s;
	struct buf AUTO(buf_done) got = { 0 };
	json_t *j;

	(void)state;
	gateway_open(&g, 0);
	start(&c, &g);
	dispatch_room(c.d, 1, 0);
	city_press(&c, &c.caller, false);
	city_wait(&c, 250);
	until(&c, &c.paged, 1);
	assert_int_equal(lines(&g, "got", &got), 1);
	j = json_read(buf_span(&got), NULL);
	assert_non_null(j);
	assert_true(json_str(j, "page").n > 0);
	assert_true(json_str(j, "incident").n > 0);
	assert_string_equal(json_str(j, "number").p,
			    incident_find(c.m, c.last_incident)->number);
	assert_string_equal(json_str(j, "kind").p, "sos");
	assert_string_equal(json_str(j, "priority").p, "P1");
	assert_string_equal(json_str(j, "site").p, "Consulate");
	assert_non_null(strstr(json_str(j, "text").p, "no console can be heard"));
	assert_int_equal(json_str(j, "at").n, 24);
	json_decref(j);
	dispatch_status(c.d, &s);
	assert_true(s.has_second_path && s.second_path_ok);
	assert_int_equal(s.pages_waiting, 0);
	assert_int_equal(s.page_last_at, c.wall);
	city_wait(&c, 31000);
	until(&c, &c.paged, 2);
	city_close(&c);
	gateway_close(&g);
}

static void
fails_and_comes_again(void **state)
{
	struct city c;
	struct gateway g;
	struct dispatch_status s;

	(void)state;
	gateway_open(&g, 2);
	start(&c, &g);
	dispatch_room(c.d, 1, 0);
	city_press(&c, &c.caller, false);
	city_wait(&c, 250);
	until(&c, &c.failed, 1);
	dispatch_status(c.d, &s);
	assert_true(s.has_second_path && !s.second_path_ok);
	assert_int_equal(s.pages_waiting, 1);
	city_wait(&c, 4500);
	assert_int_equal(c.failed, 1);
	city_wait(&c, 1000); /* 5 s */
	until(&c, &c.failed, 2);
	city_wait(&c, 9000);
	assert_int_equal(c.failed, 2);
	city_wait(&c, 1500); /* 10 s more */
	until(&c, &c.paged, 1);
	dispatch_status(c.d, &s);
	assert_true(s.second_path_ok);
	assert_int_equal(lines(&g, "tries", NULL), 3);
	city_close(&c);
	gateway_close(&g);
}

/* What waits survives a stop; what a person has taken is not sent any more. */
static void
the_spool_is_durable(void **state)
{
	struct city c;
	struct gateway g;
	struct dispatch_status s;

	(void)state;
	gateway_open(&g, 0);
	start(&c, &g);
	city_stop(&c);
	c.cfg.second_path = "/nonexistent/gateway";
	city_start(&c);
	dispatch_room(c.d, 1, 0);
	city_press(&c, &c.caller, false);
	city_wait(&c, 250);
	until(&c, &c.failed, 1);
	city_stop(&c);
	c.cfg.second_path = g.program;
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	city_wait(&c, 6000);
	until(&c, &c.paged, 1);
	assert_int_equal(c.pages, 1);

	city_stop(&c);
	c.cfg.second_path = "/nonexistent/gateway";
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	city_wait(&c, 45000);
	assert_int_equal(c.pages, 2);
	for (int k = 0; k < 60; k++) { /* the program fails in real time */
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		city_wait(&c, 500);
	}
	assert_true(c.failed > 2);
	dispatch_status(c.d, &s);
	assert_int_equal(s.pages_waiting, 1); /* the newer one replaces the older */
	city_acknowledge(&c, c.last_incident);
	city_settle(&c);
	dispatch_status(c.d, &s);
	assert_int_equal(s.pages_waiting, 0);
	city_stop(&c);
	c.cfg.second_path = g.program;
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	city_wait(&c, 10000);
	assert_int_equal(lines(&g, "got", NULL), 1);
	city_close(&c);
	gateway_close(&g);
}

static void
two_at_a_time_p1_first(void **state)
{
	struct city c;
	struct gateway g;
	struct buf AUTO(buf_done) got = { 0 };
	const char *p1;
	size_t before = 0;

	(void)state;
	gateway_open(&g, 0);
	start(&c, &g);
	c.site = c.caller.site = (struct id){ 0 };
	for (int k = 0; k < 6; k++) {
		snprintf(c.caller.source, 80, "khi.t.%d", k);
		city_press(&c, &c.caller, false);
		if (k < 5)
			incident_set_priority(journal_begin(c.journal, &c.boss),
					      c.last_incident, PRIORITY_P3);
	}
	city_wait(&c, 39000);
	assert_int_equal(c.pages, 0);
	city_pass(&c, 1500); /* all are due in one turn */
	assert_int_equal(c.pages, 6);
	until(&c, &c.paged, 6);
	assert_int_equal(lines(&g, "got", &got), 6);
	p1 = strstr(got.p, "\"P1\"");
	assert_non_null(p1);
	for (const char *at = got.p; at < p1; at++)
		before += *at == '\n';
	assert_in_range(before, 0, 2); /* owed last, started first or second */
	city_close(&c);
	gateway_close(&g);
}

static void
training_and_tests_never_page(void **state)
{
	struct city c;
	struct gateway g;
	struct id page;
	struct principal trainee;

	(void)state;
	gateway_open(&g, 0);
	start(&c, &g);
	dispatch_room(c.d, 0, 0);
	trainee = c.caller;
	trainee.world = WORLD_TRAINING;
	strcpy(trainee.source, "khi.t.902");
	city_press(&c, &trainee, false);
	/* not even a page that somebody owed by mistake */
	page_owe(journal_begin(c.journal, NULL), c.last_incident, SPAN("x"), &page);
	city_settle(&c);
	city_press(&c, &c.caller, true);
	city_wait(&c, 200000);
	assert_int_equal(lines(&g, "tries", NULL), 0);
	assert_int_equal(c.pages, 1);
	city_close(&c);
	gateway_close(&g);
}

/* The desk closes while a program runs: nothing is lost, nothing is touched. */
static void
closed_while_it_runs(void **state)
{
	struct city c;
	struct gateway g;

	(void)state;
	gateway_open(&g, 0);
	start(&c, &g);
	dispatch_room(c.d, 1, 0);
	city_press(&c, &c.caller, false);
	city_wait(&c, 250);
	city_stop(&c);
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	city_wait(&c, 6000);
	for (int k = 0; k < 500 && !c.paged; k++) {
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		city_settle(&c);
	}
	assert_true(c.paged >= 1);
	city_close(&c);
	gateway_close(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passed_on),
		cmocka_unit_test(fails_and_comes_again),
		cmocka_unit_test(the_spool_is_durable),
		cmocka_unit_test(two_at_a_time_p1_first),
		cmocka_unit_test(training_and_tests_never_page),
		cmocka_unit_test(closed_while_it_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: timers on a clock that the test moves, posts in order from other
 * threads, work, children, the end of the turn, signals, and the end of all.
 */
#include "unit/net_help.h"

#include <signal.h>
#include <time.h>

static void
count_up(void *ctx)
{
	++*(int *)ctx;
}

/* --- timers in memory --- */

static void
test_timers(void **state)
{
	struct memory *m = memory_new();
	int once = 0, often = 0, never = 0;
	struct net_timer *a = net_timer_new(m->net, count_up, &once);
	struct net_timer *b = net_timer_new(m->net, count_up, &often);
	struct net_timer *c = net_timer_new(m->net, count_up, &never);

	(void)state;
	net_timer_start(a, 100, 0);
	net_timer_start(b, 10, 50);
	net_timer_start(c, 20, 0);
	net_timer_stop(c);
	memory_wait(m, 9);
	assert_int_equal(often, 0);
	memory_wait(m, 1);
	assert_int_equal(often, 1);
	memory_wait(m, 50);
	assert_int_equal(often, 2);
	net_timer_start(a, 100, 0); /* later */
	memory_wait(m, 90);
	assert_int_equal(once, 0);
	net_timer_start(a, 1, 0); /* sooner */
	memory_wait(m, 1);
	assert_int_equal(once, 1);
	memory_wait(m, 100000);
	assert_int_equal(once, 1);
	assert_int_equal(never, 0);
	net_timer_stop(b);
	often = 0;
	memory_wait(m, 1000);
	assert_int_equal(often, 0);
	net_timer_free(a);
	net_timer_free(NULL);
	net_timer_start(c, 5, 0);
	net_close(m->net);
	net_timer_free(b);
	net_timer_free(c); /* after the loop has gone */
	free(m);
}

#define MANY 1000

struct due {
	struct memory *m;
	struct net_timer *t;
	int64_t at;
	int fired;
};

static void
on_due(void *ctx)
{
	struct due *d = ctx;

	assert_true(d->m->now_ms >= d->at);
	assert_true(d->m->now_ms < d->at + 7);
	d->fired++;
}

/* A thousand timers, moved about, each fire once and in their time. */
static void
test_many_timers(void **state)
{
	struct memory *m = memory_new();
	struct due *all = calloc(MANY, sizeof *all);
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 5; round++)
		for (int i = 0; i < MANY; i++) {
			struct due *d = &all[i];
			int64_t ms = rand_r(&seed) % 3000;

			if (!d->t)
				d->t = net_timer_new(m->net, on_due, d);
			d->m = m;
			d->at = m->now_ms + ms;
			if (rand_r(&seed) % 4 == 0)
				net_timer_stop(d->t);
			net_timer_start(d->t, ms, 0);
		}
	for (int i = 0; i < 600; i++)
		memory_wait(m, 6);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(all[i].fired, 1);
		net_timer_free(all[i].t);
	}
	free(all);
	memory_free(m);
}

/* --- a real loop --- */

static void
stop_soon(void *ctx)
{
	net_stop(ctx);
}

static int64_t
mono_ms(void)
{
	return clock_system.mono_ms(NULL);
}

static void
test_real_timer(void **state)
{
	int64_t begun = mono_ms();
	struct net_timer *t;
	struct net *net;

	(void)state;
	assert_int_equal(net_open(&clock_system, &net), 0);
	t = net_timer_new(net, stop_soon, net);
	net_timer_start(t, 50, 0);
	net_run(net);
	assert_in_range(mono_ms() - begun, 49, 2000);
	net_timer_free(t);
	net_close(net);
}

struct order {
	struct net *net;
	int from[4], bad, seen;
};

struct post_one {
	struct order *o;
	int thread, number;
};

static void
on_post(void *ctx)
{
	struct post_one *p = ctx;

	if (p->o->from[p->thread] != p->number)
		p->o->bad++;
	p->o->from[p->thread]++;
	if (++p->o->seen == 4000)
		net_stop(p->o->net);
	free(p);
}

struct poster {
	struct order *o;
	int thread;
};

static void *
post_many(void *ctx)
{
	struct poster *me = ctx;

	for (int i = 0; i < 1000; i++) {
		struct post_one *p = malloc(sizeof *p);

		*p = (struct post_one){ me->o, me->thread, i };
		net_post(me->o->net, on_post, p);
	}
	return NULL;
}

static void
test_posts(void **state)
{
	struct order o = { 0 };
	struct poster who[4];
	pthread_t threads[4];

	(void)state;
	assert_int_equal(net_open(&clock_system, &o.net), 0);
	for (int i = 0; i < 4; i++) {
		who[i] = (struct poster){ &o, i };
		pthread_create(&threads[i], NULL, post_many, &who[i]);
	}
	net_run(o.net);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(o.seen, 4000);
	assert_int_equal(o.bad, 0);
	net_close(o.net);
}

struct job {
	struct net *net;
	pthread_t loop, worked;
	bool done_on_loop;
};

static void
do_job(void *ctx)
{
	((struct job *)ctx)->worked = pthread_self();
}

static void
job_done(void *ctx)
{
	struct job *j = ctx;

	j->done_on_loop = pthread_equal(pthread_self(), j->loop);
	net_stop(j->net);
}

static void
test_work(void **state)
{
	struct job j = { .loop = pthread_self() };

	(void)state;
	assert_int_equal(net_open(&clock_system, &j.net), 0);
	net_work(j.net, do_job, job_done, &j);
	net_run(j.net);
	assert_true(j.done_on_loop);
	assert_false(pthread_equal(j.worked, j.loop));
	j.done_on_loop = false;
	net_work(j.net, do_job, job_done, &j);
	net_shut(j.net); /* waits for it */
	assert_true(j.done_on_loop);
	net_post(j.net, job_done, &j); /* taken, never run */
	j.done_on_loop = false;
	net_close(j.net);
	assert_false(j.done_on_loop);
}

/* --- the end of the turn --- */

struct turn {
	struct net *net;
	char log[64];
	int posts;
};

static void
turn_log(struct turn *t, char c)
{
	size_t n = strlen(t->log);

	if (n + 1 < sizeof t->log)
		t->log[n] = c;
}

static void
turn_post(void *ctx)
{
	struct turn *t = ctx;

	turn_log(t, 'p');
	if (++t->posts == 3)
		net_post(t->net, turn_post, t); /* the next turn */
	if (t->posts == 4)
		net_stop(t->net);
}

static void
turn_end(void *ctx)
{
	turn_log(ctx, 'e');
}

static void
test_turn_end(void **state)
{
	struct turn t = { 0 };

	(void)state;
	assert_int_equal(net_open(&clock_system, &t.net), 0);
	net_on_turn_end(t.net, turn_end, &t);
	for (int i = 0; i < 3; i++)
		net_post(t.net, turn_post, &t);
	net_run(t.net);
	assert_string_equal(t.log, "pppepe");
	net_close(t.net);
}

/* What is answered in a turn leaves behind its end, not before. */
static void
look_at_out(void *ctx)
{
	struct memory *m = ctx;

	buf_printf(&m->heard, "%zu;", m->out.n);
}

static void
test_out_after_turn_end(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	net_on_turn_end(m->net, look_at_out, m);
	stream_feed(m->stream, SPAN("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(m->out.n, 0);
	net_turn(m->net);
	assert_string_equal(text_of(&m->heard), "0;");
	assert_true(m->out.n > 0);
	net_turn(m->net); /* nothing happened: no end */
	assert_string_equal(text_of(&m->heard), "0;");
	memory_free(m);
}

static void
on_terminate(void *ctx)
{
	net_stop(ctx);
}

static void
test_terminate(void **state)
{
	struct net *net;

	(void)state;
	assert_int_equal(net_open(&clock_system, &net), 0);
	net_on_terminate(net, on_terminate, net);
	kill(getpid(), SIGTERM);
	net_run(net);
	net_close(net);
}

/* --- children --- */

struct child {
	struct net *net;
	int status, n;
};

static void
child_done(void *ctx, int exit_status)
{
	struct child *c = ctx;

	c->status = exit_status;
	c->n++;
	net_stop(c->net);
}

static int
run_child(const char *const argv[], struct span input, int64_t timeout_ms)
{
	struct child c = { 0 };

	assert_int_equal(net_open(&clock_system, &c.net), 0);
	assert_int_equal(net_spawn(c.net, argv, input, timeout_ms, child_done, &c), 0);
	assert_int_equal(c.n, 0);
	net_run(c.net);
	assert_int_equal(c.n, 1);
	net_close(c.net);
	return c.status;
}

static void
test_children(void **state)
{
	static const char *const same[] = { "/bin/sh", "-c",
					    "read a; test \"$a\" = 'in $put'", NULL };
	static const char *const seven[] = { "/bin/sh", "-c", "exit 7", NULL };
	static const char *const none[] = { "/no/such/program", NULL };
	static const char *const sleeper[] = { "/bin/sh", "-c", "sleep 20 & sleep 20",
					       NULL };
	static const char *const empty[] = { NULL };
	struct buf big = { 0 };
	int64_t begun;

	(void)state;
	assert_int_equal(run_child(same, SPAN("in $put\n"), 5000), 0);
	assert_int_equal(run_child(seven, SPAN(""), 5000), 7);
	assert_true(run_child(none, SPAN(""), 5000) < 0);
	begun = mono_ms();
	assert_true(run_child(sleeper, SPAN(""), 100) < 0);
	assert_true(mono_ms() - begun < 5000);
	while (big.n < 1000000) /* more than a pipe holds, to one who never reads */
		buf_add_z(&big, "0123456789");
	assert_int_equal(run_child(seven, buf_span(&big), 5000), 7);
	buf_done(&big);
	assert_true(net_spawn(NULL, empty, SPAN(""), 0, child_done, NULL) < 0);
}

static void
test_shut_with_child(void **state)
{
	static const char *const sleeper[] = { "/bin/sleep", "20", NULL };
	struct child c = { 0 };
	int64_t begun = mono_ms();

	(void)state;
	assert_int_equal(net_open(&clock_system, &c.net), 0);
	assert_int_equal(net_spawn(c.net, sleeper, SPAN(""), 0, child_done, &c), 0);
	net_shut(c.net);
	assert_int_equal(c.n, 1);
	assert_true(c.status < 0);
	assert_true(mono_ms() - begun < 5000);
	net_close(c.net);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_many_timers),
		cmocka_unit_test(test_real_timer),
		cmocka_unit_test(test_posts),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_turn_end),
		cmocka_unit_test(test_out_after_turn_end),
		cmocka_unit_test(test_terminate),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_shut_with_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

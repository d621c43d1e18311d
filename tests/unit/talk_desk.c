/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The talk desk on clocks that the test sets: what is kept its time is erased with
 * its key, what is held stays, who owes is chased, who sleeps is left alone.
 */
#include "../law/law_help.h"

#include "net/net.h"
#include "talk/talk.h"

struct desk {
	struct town t;
	int64_t mono;
	struct net *net;
	struct talk *talk;
	struct id channel;
	struct principal liaison, police;
	unsigned n[EVENT__COUNT];
};

static int64_t
desk_wall(void *ctx)
{
	return ((struct desk *)ctx)->t.wall;
}

static int64_t
desk_mono_ms(void *ctx)
{
	return ((struct desk *)ctx)->mono;
}

static void
desk_hears(void *ctx, const struct event *e)
{
	((struct desk *)ctx)->n[e->type]++;
}

static void
desk_halt(void *ctx)
{
	net_stop(ctx);
}

static void
desk_turn_end(void *ctx)
{
	town_settle(&((struct desk *)ctx)->t);
}

/* Time passes, and what is due then runs. */
static void
desk_pass(struct desk *k, int64_t ms)
{
	k->t.wall += ms;
	k->mono += ms;
	for (int turn = 0; turn < 6; turn++) {
		net_post(k->net, desk_halt, k->net);
		net_run(k->net);
		town_settle(&k->t);
		if (turn < 5) /* the sweep comes again a second later */
			k->mono += 1100;
	}
}

static void
desk_start(struct desk *k)
{
	const struct clock clock = { desk_wall, desk_mono_ms, k };
	struct talk_config tc = talk_defaults;

	tc.dir = ":memory:";
	tc.has_second_path = true;
	assert_int_equal(net_open(&clock, &k->net), 0);
	net_on_turn_end(k->net, desk_turn_end, k);
	assert_int_equal(talk_open(k->net, k->t.journal, &tc, &k->talk), 0);
}

static void
desk_stop(struct desk *k)
{
	net_shut(k->net);
	talk_close(k->talk);
	net_close(k->net);
}

static struct desk *
desk_new(void)
{
	struct desk *k = calloc(1, sizeof *k);
	struct id a;

	town_open(&k->t, false);
	a = town_account(&k->t, k->t.mission, ROLE_LIAISON, "liaison", NO_ID, NO_ID);
	k->liaison = town_principal(&k->t, a);
	a = town_account(&k->t, k->t.control, ROLE_LIAISON, "police", NO_ID, NO_ID);
	k->police = town_principal(&k->t, a);
	k->channel = channel_missions(k->t.m)->r.id;
	journal_add_sink(k->t.journal, desk_hears, k);
	desk_start(k);
	desk_pass(k, 10);
	return k;
}

static void
desk_free(struct desk *k)
{
	desk_stop(k);
	town_close(&k->t);
	free(k);
}

struct say {
	enum post_kind kind;
	enum priority priority;
	enum must_ack must_ack;
	struct id reply_to;
	int64_t expires_in;
};

static struct id
say(struct desk *k, const struct principal *who, struct say s)
{
	struct decision *d = town_by(&k->t, who);
	struct patch p;
	struct id id;
	bool is_new;

	patch_init(&p, &noun_post);
	PATCH_ENUM(&p, post, kind, s.kind ? s.kind : POST_SITUATION);
	PATCH_ENUM(&p, post, tlp, TLP_GREEN);
	PATCH_ENUM(&p, post, priority, s.priority ? s.priority : PRIORITY_P3);
	PATCH_STR(&p, post, text, SPAN("secret words"));
	if (s.must_ack)
		PATCH_ENUM(&p, post, must_ack, s.must_ack);
	if (id_is_set(s.reply_to))
		PATCH_ID(&p, post, reply_to, s.reply_to);
	if (s.expires_in)
		PATCH_INT(&p, post, expires_at, d->now + s.expires_in);
	assert_int_equal(post_make(d, k->channel, &p, &id, &is_new), 0);
	town_settle(&k->t);
	return id;
}

static struct post *
post_now(struct desk *k, struct id id)
{
	return (struct post *)journal_find(k->t.journal, NOUN_POST, id);
}

#define DAY 86400000ll

static void
test_a_thread_is_erased_when_its_time_is_over(void **state)
{
	struct desk *k = desk_new();
	struct id root = say(k, &k->police, (struct say){ .kind = POST_SITUATION });
	struct id reply = say(k, &k->liaison,
			      (struct say){ .kind = POST_PROPOSAL, .reply_to = root });
	struct id longer = say(k, &k->police, (struct say){ .kind = POST_ADVICE });

	(void)state;
	desk_pass(k, 89 * DAY);
	assert_string_equal(post_now(k, root)->text, "secret words");
	desk_pass(k, 2 * DAY);
	assert_null(post_now(k, root)->text);
	assert_null(post_now(k, reply)->text);
	assert_true(post_now(k, root)->erased_at != TIME_NONE);
	assert_string_equal(post_now(k, longer)->text, "secret words");
	assert_int_equal(k->n[EVENT_POST_ERASED], 2);
	desk_pass(k, 2 * DAY);
	assert_int_equal(k->n[EVENT_POST_ERASED], 2);
	desk_free(k);
}

/* The channel's own days are of a kind each; a kind it does not name keeps the
 * built-in. */
static void
test_a_channel_keeps_each_kind_its_own_time(void **state)
{
	struct desk *k = desk_new();
	struct id question, advice, situation;
	struct patch p;

	(void)state;
	patch_init(&p, &noun_channel);
	PATCH_STR(&p, channel, keep_days, SPAN("{\"question\":120,\"advice\":10}"));
	assert_int_equal(channel_change(town_by(&k->t, &k->police), k->channel, &p), 0);
	patch_done(&p);
	town_settle(&k->t);
	question = say(k, &k->police, (struct say){ .kind = POST_QUESTION });
	advice = say(k, &k->police, (struct say){ .kind = POST_ADVICE });
	situation = say(k, &k->police, (struct say){ .kind = POST_SITUATION });
	desk_pass(k, 9 * DAY);
	assert_int_equal(k->n[EVENT_POST_ERASED], 0);
	desk_pass(k, 2 * DAY);
	assert_null(post_now(k, advice)->text);
	assert_string_equal(post_now(k, question)->text, "secret words");
	assert_string_equal(post_now(k, situation)->text, "secret words");
	desk_pass(k, 80 * DAY);
	assert_null(post_now(k, situation)->text);
	assert_string_equal(post_now(k, question)->text, "secret words");
	desk_pass(k, 30 * DAY);
	assert_null(post_now(k, question)->text);
	assert_int_equal(k->n[EVENT_POST_ERASED], 3);
	desk_free(k);
}

static void
test_what_is_held_is_not_erased(void **state)
{
	struct desk *k = desk_new();
	struct id root = say(k, &k->police, (struct say){ .kind = POST_SITUATION });
	struct id reply = say(k, &k->liaison,
			      (struct say){ .kind = POST_QUESTION, .reply_to = root });

	(void)state;
	assert_int_equal(post_hold(town_by(&k->t, &k->police), reply, true), 0);
	assert_true(post_now(k, root)->hold);
	desk_pass(k, 95 * DAY);
	assert_int_equal(k->n[EVENT_POST_ERASED], 0);
	assert_int_equal(post_hold(town_by(&k->t, &k->police), root, false), 0);
	desk_pass(k, DAY);
	assert_int_equal(k->n[EVENT_POST_ERASED], 2);
	desk_free(k);
}

static void
test_who_owes_is_chased_until_all_have_acknowledged(void **state)
{
	struct desk *k = desk_new();
	struct id other =
		town_account(&k->t, k->t.other, ROLE_LIAISON, "o", NO_ID, NO_ID);
	struct principal o = town_principal(&k->t, other);
	struct id p =
		say(k, &k->police,
		    (struct say){ .priority = PRIORITY_P1, .must_ack = ACK_AGENCY });

	(void)state;
	desk_pass(k, 7 * 60000);
	assert_int_equal(k->n[EVENT_POST_CHASED], 0);
	desk_pass(k, 60000); /* half of a P1's quarter of an hour */
	assert_int_equal(k->n[EVENT_POST_CHASED], 1);
	desk_pass(k, 8 * 60000);
	assert_int_equal(k->n[EVENT_POST_OVERDUE], 1);
	assert_int_equal(post_acknowledge(town_by(&k->t, &k->liaison), p), 0);
	desk_pass(k, 10);
	assert_int_equal(k->n[EVENT_POST_SETTLED], 0);
	/* a restart knows what was done */
	desk_stop(k);
	desk_start(k);
	desk_pass(k, 15 * 60000);
	assert_int_equal(k->n[EVENT_POST_CHASED], 1);
	assert_int_equal(k->n[EVENT_POST_OVERDUE], 2);
	assert_int_equal(post_acknowledge(town_by(&k->t, &o), p), 0);
	desk_pass(k, 10);
	assert_int_equal(k->n[EVENT_POST_SETTLED], 1);
	desk_pass(k, 3600000);
	assert_int_equal(k->n[EVENT_POST_OVERDUE], 2);
	desk_free(k);
}

static void
set_reach(struct desk *k, const struct principal *who, const char *from, const char *to)
{
	struct patch p;

	patch_init(&p, &noun_account);
	PATCH_STR(&p, account, phone, SPAN("+92 300 0000001"));
	PATCH_STR(&p, account, quiet_from, span_of(from));
	PATCH_STR(&p, account, quiet_to, span_of(to));
	PATCH_INT(&p, account, utc_offset_min, 0);
	assert_int_equal(account_set_reach(town_by(&k->t, who), &p), 0);
	town_settle(&k->t);
}

static void
test_quiet_hours_of_a_person(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	set_reach(k, &k->liaison, "10:00", "11:00"); /* T0 is 10:15 */
	say(k, &k->police, (struct say){ .priority = PRIORITY_P2 });
	desk_pass(k, 60000);
	assert_int_equal(k->n[EVENT_PAGE_OWED], 0);
	say(k, &k->police, (struct say){ .priority = PRIORITY_P1 });
	desk_pass(k, 10);
	assert_int_equal(k->n[EVENT_PAGE_OWED], 1);
	desk_pass(k, 3600000); /* it is day */
	say(k, &k->police, (struct say){ .priority = PRIORITY_P2 });
	desk_pass(k, 60000);
	assert_int_equal(k->n[EVENT_PAGE_OWED], 2);
	say(k, &k->police, (struct say){ .priority = PRIORITY_P2 });
	desk_pass(k, 60000); /* one nudge says enough */
	assert_int_equal(k->n[EVENT_PAGE_OWED], 2);
	talk_present(k->talk, k->liaison.id, 1);
	say(k, &k->police, (struct say){ .priority = PRIORITY_P1 });
	desk_pass(k, 10);
	assert_int_equal(k->n[EVENT_PAGE_OWED], 2);
	talk_present(k->talk, k->liaison.id, -1);
	assert_false(talk_is_present(k->talk, k->liaison.id));
	desk_free(k);
}

static void
test_quiet_hours_over_midnight(void **state)
{
	static char from[] = "22:00", to[] = "06:30";
	struct account a = { .quiet_from = from,
			     .quiet_to = to,
			     .utc_offset_min = 300 };
	int64_t day = 1774224000000; /* 2026-03-23T00:00:00Z: 05:00 in Karachi */

	(void)state;
	assert_true(account_is_quiet(&a, day));
	assert_true(account_is_quiet(&a, day + 89 * 60000));
	assert_false(account_is_quiet(&a, day + 90 * 60000));
	assert_false(account_is_quiet(&a, day + 17 * 3600000 - 60000));
	assert_true(account_is_quiet(&a, day + 17 * 3600000));
	a.quiet_to = NULL;
	assert_false(account_is_quiet(&a, day));
}

static void
test_what_has_a_time_ends(void **state)
{
	struct desk *k = desk_new();
	struct id p = say(k, &k->police, (struct say){ .expires_in = 60000 });

	(void)state;
	desk_pass(k, 50000);
	assert_false(post_now(k, p)->expired);
	desk_pass(k, 11000);
	assert_true(post_now(k, p)->expired);
	assert_int_equal(k->n[EVENT_POST_EXPIRED], 1);
	desk_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thread_is_erased_when_its_time_is_over),
		cmocka_unit_test(test_a_channel_keeps_each_kind_its_own_time),
		cmocka_unit_test(test_what_is_held_is_not_erased),
		cmocka_unit_test(test_who_owes_is_chased_until_all_have_acknowledged),
		cmocka_unit_test(test_quiet_hours_of_a_person),
		cmocka_unit_test(test_quiet_hours_over_midnight),
		cmocka_unit_test(test_what_has_a_time_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

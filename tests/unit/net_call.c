/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to others: plain and with TLS, by number and by name; who is not there, who is
 * not who was called, and who hangs up at once. Each end is told once.
 */
#include "unit/net_help.h"

#include "base/auto.h"

struct party {
	struct net *net;
	struct net_listener *door;
	int opened, closed, answered;
	int want_closed; /* then the loop ends */
	struct buf heard;
	const char *say;
	char address[80];
};

/* --- the one who is called: says it again ---------------------------------------- */

static ssize_t
echo(void *own, struct net_conn *c, struct span in)
{
	(void)own;
	net_conn_send(c, in);
	return (ssize_t)in.n;
}

static const struct net_handlers echo_handlers = {
	.on_data = echo, .in_max = 1000, .idle_timeout_ms = 5000, .connections_max = 100
};

/* --- the one who calls
 * ---------------------------------------------------------------- */

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct party *p = ctx;

	p->opened++;
	net_conn_send(c, span_of(p->say));
	return p;
}

static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct party *p = own;

	(void)c;
	if (in.n < strlen(p->say))
		return 0;
	buf_add_span(&p->heard, in);
	p->answered++;
	return -1;
}

static void
on_close(void *own, struct net_conn *c)
{
	struct party *p = own;

	(void)c;
	if (++p->closed == p->want_closed)
		net_stop(p->net);
}

static const struct net_handlers caller = { .on_open = on_open,
					    .on_data = on_data,
					    .on_close = on_close,
					    .in_max = 1000,
					    .idle_timeout_ms = 5000 };

static void
on_late(void *ctx)
{
	net_stop(ctx);
	fail_msg("nobody told the end of a call");
}

static void
begin(struct party *p, struct net_tls *tls)
{
	*p = (struct party){ .say = "hello\n" };
	assert_int_equal(net_open(&clock_system, &p->net), 0);
	assert_int_equal(net_tcp_listen(p->net, SPAN("127.0.0.1:0"), tls,
					&echo_handlers, NULL, &p->door),
			 0);
	snprintf(p->address, sizeof p->address, "%s", net_listener_address(p->door));
}

static void
play(struct party *p, int want_closed)
{
	struct net_timer *t = net_timer_new(p->net, on_late, p->net);

	p->want_closed = want_closed;
	net_timer_start(t, 20000, 0);
	net_run(p->net);
	net_timer_free(t);
}

static void
end(struct party *p)
{
	net_close(p->net);
	buf_done(&p->heard);
}

static void
plain_and_by_name(void **state)
{
	struct party p;
	uint64_t id;
	char name[40];

	(void)state;
	begin(&p, NULL);
	assert_int_equal(
		net_tcp_call(p.net, span_of(p.address), NULL, &caller, &p, &id), 0);
	assert_non_null(net_conn_find(p.net, id));
	assert_int_equal(p.opened, 0); /* never inside the call */
	play(&p, 1);
	assert_null(net_conn_find(p.net, id));
	snprintf(name, sizeof name, "localhost:%d", net_listener_port(p.door));
	assert_int_equal(net_tcp_call(p.net, span_of(name), NULL, &caller, &p, &id), 0);
	play(&p, 2);
	assert_string_equal(p.heard.p, "hello\nhello\n");
	assert_int_equal(p.opened, 2);
	end(&p);
}

static void
who_is_not_there(void **state)
{
	static const char *const bad[] = { "",    ":1",      "a",   "a:",
					   "a:0", "a:65536", "a:b", "127.0.0.1:x" };
	struct party p;
	uint64_t id;
	char gone[80];

	(void)state;
	begin(&p, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(
			net_tcp_call(p.net, span_of(bad[i]), NULL, &caller, &p, &id),
			ERR_SYNTAX);
	snprintf(gone, sizeof gone, "%s", p.address);
	net_listener_close(p.door);
	assert_int_equal(net_tcp_call(p.net, span_of(gone), NULL, &caller, &p, &id), 0);
	play(&p, 1);
	assert_int_equal(net_tcp_call(p.net, SPAN("no-such-host.invalid:9"), NULL,
				      &caller, &p, &id),
			 0);
	play(&p, 2);
	assert_int_equal(p.opened, 0);
	net_shut(p.net);
	assert_int_equal(net_tcp_call(p.net, span_of(gone), NULL, &caller, &p, &id),
			 ERR_CLOSED);
	end(&p);
}

static void
hung_up_at_once(void **state)
{
	struct party p;
	uint64_t id;

	(void)state;
	begin(&p, NULL);
	assert_int_equal(
		net_tcp_call(p.net, span_of(p.address), NULL, &caller, &p, &id), 0);
	net_conn_close(net_conn_find(p.net, id));
	assert_null(net_conn_find(p.net, id));
	play(&p, 1);
	assert_int_equal(p.opened, 0);
	/* and one that is under way when all ends */
	assert_int_equal(
		net_tcp_call(p.net, span_of(p.address), NULL, &caller, &p, &id), 0);
	net_shut(p.net);
	assert_int_equal(p.closed, 2);
	end(&p);
}

static void
with_tls(void **state)
{
	struct buf ca = { 0 }, ca_key = { 0 }, cert = { 0 }, key = { 0 }, other = { 0 },
		   other_key = { 0 }, why = { 0 };
	struct span names[] = { SPAN("127.0.0.1") };
	struct net_tls *server, *friendly, *stranger;
	struct party p;
	uint64_t id;
	char name[40];

	(void)state;
	assert_int_equal(net_authority_new(SPAN("Test"), &ca, &ca_key), 0);
	assert_int_equal(net_authority_new(SPAN("Other"), &other, &other_key), 0);
	assert_int_equal(net_authority_issue(buf_span(&ca), buf_span(&ca_key), names, 1,
					     &cert, &key),
			 0);
	assert_int_equal(
		net_tls_new(buf_span(&cert), buf_span(&key), SPAN(""), &server, &why),
		0);
	assert_int_equal(net_tls_client(buf_span(&ca), &friendly, &why), 0);
	assert_int_equal(net_tls_client(buf_span(&other), &stranger, &why), 0);
	assert_int_equal(
		net_tls_client(SPAN("no PEM"), &(struct net_tls *){ NULL }, &why),
		ERR_CRYPTO);
	begin(&p, server);
	assert_int_equal(
		net_tcp_call(p.net, span_of(p.address), friendly, &caller, &p, &id), 0);
	play(&p, 1);
	assert_int_equal(p.answered, 1);
	/* an authority that we do not know */
	net_tcp_call(p.net, span_of(p.address), stranger, &caller, &p, &id);
	play(&p, 2);
	/* a name that the certificate is not for */
	snprintf(name, sizeof name, "localhost:%d", net_listener_port(p.door));
	net_tcp_call(p.net, span_of(name), friendly, &caller, &p, &id);
	play(&p, 3);
	assert_int_equal(p.opened, 1);
	end(&p);
	/* one that speaks no TLS at all */
	begin(&p, NULL);
	net_tcp_call(p.net, span_of(p.address), friendly, &caller, &p, &id);
	play(&p, 1);
	assert_int_equal(p.opened, 0);
	end(&p);
	net_tls_free(server);
	net_tls_free(friendly);
	net_tls_free(stranger);
	buf_done(&ca);
	buf_done(&ca_key);
	buf_done(&cert);
	buf_done(&key);
	buf_done(&other);
	buf_done(&other_key);
	buf_done(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_by_name),
		cmocka_unit_test(who_is_not_there),
		cmocka_unit_test(hung_up_at_once),
		cmocka_unit_test(with_tls),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

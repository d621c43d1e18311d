/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that leave through an HTTP gateway, as Kannel's sendsms takes them: a POST
 * with X-Kannel headers and the text as its body, one connection each. Source: Kannel
 * user guide 1.4.5, "SMS Push" and "X-Kannel headers". Name and secret are headers:
 * an address is written down in many places.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/wire/gsm7.h"
#include "gate/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX 4096
#define WAIT_MS 20000

struct push {
	struct kannel *k;
	struct buf request;
	uint64_t conn;
	int status; /* 0 before it was answered */
	void (*done)(void *ctx, int status);
	void *ctx;
	struct push *next;
};

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct push *p = ctx;

	net_conn_send(c, buf_span(&p->request));
	return p;
}

/* The first line is all that counts. */
static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct push *p = own;
	struct span rest = in, line = span_cut(&rest, '\n'), word;
	int64_t n;

	(void)c;
	if (line.n == in.n)
		return in.n > ANSWER_MAX ? -1 : 0;
	span_cut(&line, ' ');
	word = span_cut(&line, ' ');
	if (!p->status && span_to_i64(span_trim(word), &n))
		p->status = (int)n;
	return -1; /* one message a connection */
}

static void
push_end(struct push *p, int status)
{
	void (*done)(void *ctx, int) = p->done;
	void *ctx = p->ctx;

	for (struct push **at = &p->k->pushes; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	buf_done(&p->request);
	free(p);
	done(ctx, status);
}

static void
on_close(void *own, struct net_conn *c)
{
	struct push *p = own;
	bool is_taken = p->status >= 200 && p->status < 300;

	(void)c;
	if (!p->k) { /* the room is closed */
		buf_done(&p->request);
		free(p);
		return;
	}
	if (!is_taken)
		log_warn("gate", "text_not_taken", "gateway=%s status=%d",
			 p->k->address, p->status);
	push_end(p, is_taken ? 0 : ERR_IO);
}

static void
header(struct buf *b, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(b, "%s: ", name);
	for (; *value; value++) /* no line of its own can be smuggled in */
		if ((unsigned char)*value >= 0x20)
			buf_add_c(b, *value);
	buf_add_z(b, "\r\n");
}

int
kannel_send(struct kannel *k, struct span phone, struct span text,
	    void (*done)(void *ctx, int status), void *ctx)
{
	static const struct net_handlers handlers = { .on_open = on_open,
						      .on_data = on_data,
						      .on_close = on_close,
						      .in_max = ANSWER_MAX * 2,
						      .idle_timeout_ms = WAIT_MS };
	struct push *p = calloc(1, sizeof *p);
	char *to = span_dup(phone), septets[GATE_WORDS_MAX];
	struct buf *b;
	size_t n;
	int rc;

	if (!p)
		abort();
	b = &p->request;
	buf_printf(b, "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", k->path,
		   k->address);
	header(b, "X-Kannel-Username", k->user);
	header(b, "X-Kannel-Password", k->secret);
	header(b, "X-Kannel-From", k->number);
	header(b, "X-Kannel-To", to);
	header(b, "X-Kannel-Coding",
	       gsm7_from_utf8(text, septets, sizeof septets, &n) ? "0" : "2");
	buf_printf(b,
		   "Content-Type: text/plain; charset=UTF-8\r\n"
		   "Content-Length: %zu\r\n\r\n",
		   text.n);
	buf_add_span(b, text);
	free(to);
	p->k = k;
	p->done = done;
	p->ctx = ctx;
	rc = net_tcp_call(k->net, span_of(k->address), k->tls, &handlers, p, &p->conn);
	if (rc < 0) {
		buf_done(b);
		free(p);
		return rc;
	}
	p->next = k->pushes;
	k->pushes = p;
	return 0;
}

void
kannel_done(struct kannel *k)
{
	while (k->pushes) {
		struct push *p = k->pushes;

		k->pushes = p->next;
		p->k = NULL;
		if (!net_conn_find(k->net, p->conn)) { /* its end was told before */
			buf_done(&p->request);
			free(p);
		}
	}
}

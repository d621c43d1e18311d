/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the program can be reached: plain HTTP on loopback, HTTPS with the
 * operator's certificate or one of the node's own authority, device doors.
 */
#include "program.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
on_moved(void *ctx, struct id unit)
{
	api_unit_moved(((struct program *)ctx)->api, unit);
}

/* --- recordings: from a door to the shelf of files ------------------------------ */

struct recorded {
	struct program *p;
	struct id device;
	const char *name;
	struct span content;
	void (*done)(void *ctx, bool is_kept);
	void *ctx;
};

static void
recording_is_kept(void *ctx, const struct talk_kept *kept)
{
	struct recorded *r = ctx;
	struct principal who;
	struct device *d = device_find(journal_model(r->p->journal), r->device);
	struct id id;
	int rc = !d ? ERR_NOT_FOUND : kept->code ? ERR_DENIED : kept->rc;

	if (rc == 0) {
		principal_of_device(journal_model(r->p->journal), d, &who);
		rc = evidence_keep(
			journal_begin(r->p->journal, &who), r->device,
			&(struct file_args){ .name = span_of(r->name),
					     .media = span_of(kept->media),
					     .hash = span_of(kept->hash),
					     .stored = span_of(kept->stored),
					     .content_key = span_of(kept->key),
					     .size = (int64_t)r->content.n },
			&id);
		if (rc < 0)
			talk_forget(r->p->talk, kept->stored);
	}
	r->done(r->ctx, rc == 0);
	free(r);
}

static void
on_recording(void *program, struct id device, const char *name, struct span content,
	     void (*done)(void *ctx, bool is_kept), void *ctx)
{
	struct program *p = program;
	struct recorded *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	*r = (struct recorded){ p, device, name, content, done, ctx };
	if (content.n <= talk_file_max(p->talk)) {
		talk_keep(p->talk, span_of(name), content, recording_is_kept, r);
		return;
	}
	done(ctx, false);
	free(r);
}

static int
read_recording(void *program, struct id id, struct buf *ret)
{
	struct program *p = program;
	const struct file *f =
		(const struct file *)journal_find(p->journal, NOUN_FILE, id);
	struct talk_file *r = NULL;
	int rc = !f || f->erased_at != TIME_NONE ? ERR_NOT_FOUND
						 : talk_file_open(p->talk, f, &r);

	while (rc >= 0 && ret->n < (size_t)f->size)
		rc = talk_file_read(r, ret, (size_t)f->size - ret->n);
	talk_file_close(r);
	return rc < 0 ? rc : 0;
}

/* A secret is in a file of its own: never on a command line, never in a log. */
static int
read_whole(const char *path, struct buf *ret, struct buf *why)
{
	struct span s;

	if (!path || !*path)
		return 0;
	if (read_file(path, ret) < 0 || !(s = span_trim(buf_span(ret))).n) {
		buf_printf(why, "%s: nothing can be read there", path);
		return ERR_IO;
	}
	buf_eat(ret, (size_t)(s.p - ret->p));
	ret->n = s.n;
	ret->p[s.n] = 0;
	return 0;
}

int
open_gate(struct program *p, struct buf *why)
{
	struct gate_config cfg = {
		.net = p->net,
		.journal = p->journal,
		.track = p->track,
		.on_moved = on_moved,
		.on_recording = on_recording,
		.read_file = read_recording,
		.ctx = p,
		.has_texts =
			p->o.sms_gateway || (p->o.second_path && *p->o.second_path),
		.has_answers = p->o.sms_answers,
		.is_line_believed = p->o.sms_believe,
		.gateway = { .url = p->o.sms_gateway,
			     .user = p->o.sms_user,
			     .number = p->o.sms_number },
	};

	if (read_whole(p->o.sms_secret, &p->sms_secret, why) < 0 ||
	    read_whole(p->o.sms_password, &p->sms_password, why) < 0 ||
	    read_whole(p->o.sms_authority, &p->sms_authority, why) < 0 ||
	    read_whole(p->o.mqtt_password, &p->mqtt_password, why) < 0 ||
	    read_whole(p->o.mqtt_rules, &p->mqtt_rules, why) < 0)
		return ERR_IO;
	cfg.broker = (struct gate_broker){ .url = p->o.mqtt,
					   .user = p->o.mqtt_user,
					   .authority = p->o.mqtt_authority,
					   .password = buf_span(&p->mqtt_password),
					   .rules = buf_span(&p->mqtt_rules) };
	cfg.sms_secret = buf_span(&p->sms_secret);
	cfg.gateway.secret = buf_span(&p->sms_password);
	cfg.gateway.authority = buf_span(&p->sms_authority);
	return gate_open(&cfg, &p->gate, why);
}

/* Damaged roads are no reason not to start: it says so, and goes without. */
int
open_roads(struct program *p, struct buf *why)
{
	struct buf AUTO(buf_done) what = { 0 };
	struct route_config cfg = {
		.dir = p->o.data,
		.speeds = p->o.road_speeds,
		.hours = p->o.road_hours,
		.utc_minutes = p->o.road_clock_min,
	};
	int rc = route_open(&cfg, &p->route, &what);

	if (rc < 0)
		buf_add_span(why, buf_span(&what));
	else if (what.n)
		log_error("route", "no_roads", "why=%s", what.p);
	buf_clear(&what);
	if (rc == 0)
		rc = places_open(p->o.data, p->route, &p->places, &what);
	if (rc == 0 && what.n)
		log_error("place", "no_places", "why=%s", what.p);
	return rc;
}

int
open_witness(struct program *p, struct buf *why)
{
	struct witness_config cfg = { .net = p->net,
				      .journal = p->journal,
				      .dir = p->o.witness_dir,
				      .url = p->o.witness,
				      .every_ms = p->o.witness_every_s * 1000 };

	if (read_whole(p->o.witness_authority, &p->witness_authority, why) < 0)
		return ERR_IO;
	cfg.authority = buf_span(&p->witness_authority);
	return witness_open(&cfg, &p->witness, why);
}

int
open_feeds(struct program *p, struct buf *why)
{
	struct cap_readers_config cfg = {
		.net = p->net,
		.journal = p->journal,
		.urls = p->o.cap_feeds,
		.n = p->o.n_cap_feeds,
		.every_ms = p->o.cap_feed_every_min * 60000,
		.again_ms = 5000,
	};

	if (!cfg.n)
		return 0;
	if (read_whole(p->o.cap_feed_authority, &p->feed_authority, why) < 0)
		return ERR_IO;
	cfg.authority = buf_span(&p->feed_authority);
	return cap_readers_open(&cfg, &p->feeds, why);
}

int
send_text(void *program, struct span phone, struct span text,
	  void (*done)(void *ctx, int status), void *ctx)
{
	return gate_send_text(((struct program *)program)->gate, phone, text, done,
			      ctx);
}

static int
open_door(struct program *p, struct span name, struct span address, struct buf *why)
{
	const char *bound;
	int rc = gate_listen(p->gate, name, address, &bound);

	if (rc < 0) {
		buf_printf(why, "door " SPAN_FMT " on " SPAN_FMT ": %s", SPAN_ARG(name),
			   SPAN_ARG(address),
			   rc == ERR_NOT_FOUND ? "there is no such door"
					       : "cannot listen there");
		return rc;
	}
	p->doors[2 * p->n_doors] = arena_dup(&p->o.arena, name);
	p->doors[2 * p->n_doors + 1] = bound;
	p->n_doors++;
	printf("kumak: " SPAN_FMT " on %s\n", SPAN_ARG(name), bound);
	fflush(stdout);
	return 0;
}

int
open_doors(struct program *p, struct buf *why)
{
	int rc = 0;

	for (size_t i = 0; i < p->o.n_devices && rc == 0; i++) {
		struct span address = span_of(p->o.devices[i]);
		struct span name = span_cut(&address, '=');

		rc = open_door(p, name, address, why);
	}
	if (!p->o.demo || p->o.n_devices)
		return rc;
	for (size_t i = 0; gate_drivers[i] && rc == 0; i++) {
		char at[32];
		bool is_free = span_of(p->o.listen).n > 2 &&
			       strcmp(strrchr(p->o.listen, ':') + 1, "0") == 0;

		if (!(gate_drivers[i]->wire & GATE_TCP))
			continue; /* a client of others */
		snprintf(at, sizeof at, "127.0.0.1:%u",
			 is_free ? 0u : (unsigned)gate_drivers[i]->port);
		rc = open_door(p, span_of(gate_drivers[i]->name), span_of(at), why);
	}
	return rc;
}

/* The certificate given, or one of the node's own authority, kept in DIR/tls. */
static int
load_tls(struct program *p, struct buf *why)
{
	struct buf AUTO(buf_done) cert = { 0 }, key = { 0 }, path = { 0 };

	if (p->o.tls_cert && p->o.tls_key) {
		if (read_file(p->o.tls_cert, &cert) < 0 ||
		    read_file(p->o.tls_key, &key) < 0) {
			buf_add_z(why, "the TLS certificate or key cannot be read");
			return ERR_IO;
		}
	} else if (cli_own_certificate(p->o.data, p->o.tls_names, &cert, &key, why) <
		   0) {
		return ERR_IO;
	}
	return net_tls_new(buf_span(&cert), buf_span(&key), (struct span){ 0 }, &p->tls,
			   why);
}

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 ||
	       strncmp(address, "localhost:", 10) == 0;
}

int
open_http(struct program *p, struct buf *why)
{
	struct http_server server = api_server(p->api);

	server.proxies = p->o.proxy;
	if (!is_loopback(p->o.listen)) {
		buf_printf(why,
			   "--listen %s: plain HTTP is for loopback only; use "
			   "--listen-tls for others",
			   p->o.listen);
		return ERR_DENIED;
	}
	if (http_listen(p->net, span_of(p->o.listen), NULL, &server, &p->http) < 0) {
		buf_printf(why, "cannot listen on %s", p->o.listen);
		return ERR_IO;
	}
	if (!p->o.listen_tls)
		return 0;
	if (load_tls(p, why) < 0)
		return ERR_CRYPTO;
	if (http_listen(p->net, span_of(p->o.listen_tls), p->tls, &server, &p->https) <
	    0) {
		buf_printf(why, "cannot listen on %s", p->o.listen_tls);
		return ERR_IO;
	}
	printf("kumak: https on %s\n", net_listener_address(p->https));
	return 0;
}

/* What administration on this machine needs: the address and a secret that is
 * good only on loopback and only until the node stops. */
int
write_serve_file(struct program *p, const char *url, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 }, secret = { 0 },
				  hash = { 0 };

	auth_new_secret(&secret, &hash);
	auth_set_local(p->auth, buf_span(&secret));
	jw_open(&text, '{');
	jw_kz(&text, "url", url);
	jw_kstr(&text, "secret", buf_span(&secret));
	jw_ki64(&text, "pid", getpid());
	jw_close(&text, '}');
	buf_printf(&path, "%s/serve.json", p->o.data);
	if (write_file(path.p, buf_span(&text)) < 0) {
		buf_printf(why, "%s cannot be written", path.p);
		return ERR_IO;
	}
	return 0;
}

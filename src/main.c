/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kumak: the program. Knows everyone: opens the rooms in order, passes each
 * what it needs, runs the loop, and closes them in reverse.
 */
#include "program.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
on_commit_failure(const char *why)
{
	fprintf(stderr,
		"kumak: the store failed (%s): stopping, so that the next start "
		"replays what is durable\n",
		why);
	_exit(1);
}

static void
on_last_turn(void *ctx)
{
	api_restart(((struct program *)ctx)->api);
}

static void
on_terminate(void *ctx)
{
	struct program *p = ctx;

	net_service_tell(p->net, "STOPPING=1");
	gate_leave(p->gate);
	net_leave(p->net, on_last_turn, p);
}

/* From the loop itself: one that stands still is started anew. */
static void
on_watchdog(void *ctx)
{
	net_service_tell(((struct program *)ctx)->net, "WATCHDOG=1");
}

static void
tell_ready(struct program *p, const char *url)
{
	int64_t every_ms = net_service_watchdog_ms(p->net);
	struct buf AUTO(buf_done) text = { 0 };

	buf_printf(&text, "READY=1\nSTATUS=serving on %s", url);
	net_service_tell(p->net, text.p);
	if (!every_ms)
		return;
	p->watchdog = net_timer_new(p->net, on_watchdog, p);
	net_timer_start(p->watchdog, every_ms, every_ms);
}

static void
post_to_net(void *ctx, void (*fn)(void *), void *arg)
{
	net_post(ctx, fn, arg);
}

static void
on_answered(void *ctx)
{
	net_flush(ctx);
}

static void
on_turn_end(void *ctx)
{
	journal_turn_end(((struct program *)ctx)->journal);
}

static int
open_talk(struct program *p)
{
	struct talk_config tc = talk_defaults;

	tc.dir = p->o.data;
	tc.has_second_path =
		p->o.sms_gateway || (p->o.second_path && *p->o.second_path);
	tc.nudge_p2_ms = p->o.nudge_after_s * 1000;
	tc.nudge_p3_ms = p->o.nudge_after_s * 4000;
	tc.nudge_apart_ms = p->o.nudge_apart_s * 1000;
	tc.file_max = p->o.file_max_mb << 20;
	return talk_open(p->net, p->journal, &tc, &p->talk);
}

static int
open_keep(struct program *p)
{
	struct keep_config kc = keep_defaults;

	kc.tracks_days = p->o.keep_tracks_days;
	kc.incidents_days = p->o.keep_incidents_days;
	kc.media_days = p->o.keep_media_days;
	return keep_open(p->net, p->journal, p->track, p->talk, &kc, &p->keep);
}

static int
open_rooms(struct program *p, struct buf *why)
{
	struct journal_config jc = { .dir = p->o.data, .clock = &clock_system };
	struct dispatch_config dc = dispatch_defaults;
	int64_t now = clock_system.wall_ms(NULL);
	int rc;

	rc = net_open(&clock_system, &p->net);
	if (rc == 0)
		rc = store_open(p->o.data, STORE_WRITE, &p->store, &jc.info, why);
	if (rc < 0)
		return rc;
	jc.store = p->store;
	jc.post = post_to_net;
	jc.post_ctx = p->net;
	jc.on_answered = on_answered;
	jc.answered_ctx = p->net;
	jc.on_failure = on_commit_failure;
	dc.second_path = p->o.second_path;
	dc.send_text = p->o.sms_gateway ? send_text : NULL;
	dc.send_ctx = p;
	dc.synthetic_every_ms = p->o.synthetic_every_s * 1000;
	rc = open_roads(p, why);
	dc.route = p->route;
	if (rc == 0)
		rc = journal_open(&jc, &p->journal, why);
	if (rc == 0)
		rc = track_open(p->o.data, now, &p->track, why);
	if (rc == 0)
		rc = auth_open(p->net, p->journal, &p->auth);
	if (rc == 0)
		rc = dispatch_open(p->net, p->journal, p->track, &dc, &p->dispatch);
	if (rc == 0)
		rc = cap_open(p->net, p->journal, &p->cap);
	if (rc == 0)
		rc = open_feeds(p, why);
	if (rc == 0)
		rc = meet_open(p->net, p->journal, &p->meet);
	if (rc == 0)
		rc = share_open(p->net, p->journal, &p->share);
	if (rc == 0)
		rc = open_talk(p);
	if (rc == 0)
		rc = open_keep(p);
	if (rc == 0)
		rc = rounds_open(p->net, p->journal, &p->rounds);
	if (rc == 0)
		rc = open_witness(p, why);
	if (rc == 0)
		rc = api_open(
			&(struct api_config){
				.net = p->net,
				.journal = p->journal,
				.track = p->track,
				.route = p->route,
				.places = p->places,
				.auth = p->auth,
				.dispatch = p->dispatch,
				.talk = p->talk,
				.feeds = p->feeds,
				.witness = p->witness,
				.dir = p->o.data,
				.public_url = p->o.public_url,
				.print_program = p->o.print_program,
				.print_every_ms = p->o.print_every_min * 60000,
				.invitation_ms = p->o.invitation_min * 60000,
				.cap_sender = p->o.cap_sender,
				.shifts = p->o.shifts,
				.utc_offset_min = p->o.utc_offset_min,
				.public_feed = p->o.public_feed,
				.keep_tracks_days = p->o.keep_tracks_days,
				.keep_incidents_days = p->o.keep_incidents_days,
				.keep_media_days = p->o.keep_media_days,
			},
			&p->api);
	if (rc == 0)
		rc = open_gate(p, why);
	net_on_turn_end(p->net, on_turn_end, p);
	net_on_terminate(p->net, on_terminate, p);
	return rc;
}

static void
close_rooms(struct program *p)
{
	if (p->actors > 0)
		kill(p->actors, SIGKILL);
	if (p->net)
		net_shut(
			p->net); /* what was posted runs while its owner still stands */
	gate_close(p->gate);
	p->gate = NULL;
	api_close(p->api);
	witness_close(p->witness);
	rounds_close(p->rounds);
	keep_close(p->keep);
	meet_close(p->meet);
	cap_readers_close(p->feeds);
	cap_close(p->cap);
	talk_close(p->talk);
	share_close(p->share);
	dispatch_close(p->dispatch);
	places_close(p->places);
	route_close(p->route);
	auth_close(p->auth);
	track_close(p->track);
	journal_close(p->journal);
	store_close(p->store);
	net_timer_free(p->watchdog);
	net_close(p->net);
	net_tls_free(p->tls);
	buf_done(&p->sms_secret);
	buf_done(&p->sms_password);
	buf_done(&p->sms_authority);
	buf_done(&p->mqtt_password);
	buf_done(&p->mqtt_rules);
	buf_done(&p->feed_authority);
	buf_done(&p->witness_authority);
	arena_done(&p->o.arena);
}

static void
start_actors(struct program *p)
{
	p->actors = fork();
	if (p->actors == 0) {
		/* only demo.json and the public doors from here on */
		closefrom(3);
		_exit(demo_actors(p->o.data, p->o.still));
	}
}

static int
announce(struct program *p, struct buf *why)
{
	struct buf AUTO(buf_done) url = { 0 }, left = { 0 };
	int rc;

	buf_printf(&url, "http://%s", net_listener_address(p->http));
	rc = write_serve_file(p, url.p, why);
	if (rc == 0 && p->o.demo)
		rc = demo_write(p->o.data, url.p, p->doors, p->n_doors, why);
	if (rc < 0)
		return rc;
	if (!journal_model(p->journal)->node)
		fprintf(stderr,
			"kumak: %s holds no node yet: stop, and make one with kumak "
			"init\n",
			p->o.data);
	net_service_left(p->net, &left);
	if (left.n)
		fprintf(stderr,
			"kumak: %s was handed over, and no option listens there\n",
			left.p);
	if (p->o.demo) {
		printf("kumak: the demo's accounts and passwords are in %s/demo.json\n",
		       p->o.data);
		start_actors(p);
	}
	printf("kumak: ready on %s\n", url.p);
	fflush(stdout);
	tell_ready(p, url.p);
	return 0;
}

static int
serve(int argc, char **argv)
{
	struct program p = { 0 };
	struct buf AUTO(buf_done) why = { 0 };
	int rc = options_read(argc, argv, &p.o, &why);

	if (rc < 0) {
		fprintf(stderr, "kumak serve: %s\n", why.p);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (mkdir(p.o.data, 0700) < 0 && errno != EEXIST) {
		fprintf(stderr, "kumak serve: %s: %s\n", p.o.data, strerror(errno));
		return 1;
	}
	if (p.o.demo)
		rc = demo_make(p.o.data, &why);
	if (rc == 0)
		rc = open_rooms(&p, &why);
	if (rc == 0)
		rc = open_http(&p, &why);
	if (rc == 0)
		rc = open_doors(&p, &why);
	if (rc == 0)
		rc = announce(&p, &why);
	if (rc < 0)
		fprintf(stderr, "kumak serve: %s\n", why.n ? why.p : err_text(rc));
	else
		net_run(p.net);
	close_rooms(&p);
	return rc < 0;
}

int
main(int argc, char **argv)
{
	if (crypt_start() < 0) {
		fputs("kumak: no cryptography on this machine\n", stderr);
		return 1;
	}
	return cli_run(argc, argv, serve);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop: libuv polls, everything else happens in the callbacks of
 * one turn. The turn ends in uv_check, after all I/O callbacks: due timers,
 * burials of closed connections, the turn-end listeners (the journal), and
 * last of all what was queued leaves. Owns struct net. Knows no protocol.
 */
#include "net/inside.h"

#include "base/log.h"
#include "base/soon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A clock that tests move is looked at this often; the machine's own each
 * second, so that a sleep of the machine does not delay what is due. */
#define LOOK_TEST_MS 5
#define LOOK_MS 1000

static void
read_time(struct net *net)
{
	net->wall_ms = net->clock.wall_ms(net->clock.ctx);
	net->mono_ms = net->clock.mono_ms(net->clock.ctx);
	net->has_time = true;
}

/* The time is read by the first who asks in a turn: const only in spirit. */
int64_t
net_wall_ms(const struct net *net)
{
	if (!net->has_time)
		read_time((struct net *)net);
	return net->wall_ms;
}

int64_t
net_mono_ms(const struct net *net)
{
	if (!net->has_time)
		read_time((struct net *)net);
	return net->mono_ms;
}

void
net_busy(struct net *net)
{
	net->is_busy = true;
}

/* --- the end of the turn --- */

static void
bury(struct net *net)
{
	struct list grave;
	struct link *l;

	list_move(&net->grave, &grave);
	while ((l = list_pop(&grave))) {
		net_busy(net);
		stream_bury(LINK_OF(l, struct stream, grave));
	}
}

static void
resume(struct net *net)
{
	struct list waiting;
	struct link *l;

	list_move(&net->resume, &waiting);
	while ((l = list_pop(&waiting))) {
		net_busy(net);
		stream_offer(LINK_OF(l, struct stream, resume));
	}
}

static void
flush_all(struct list *of)
{
	struct list dirty;
	struct link *l;

	list_move(of, &dirty);
	while ((l = list_pop(&dirty)))
		stream_flush(LINK_OF(l, struct stream, dirty));
}

void
net_flush(struct net *net)
{
	flush_all(&net->dirty);
	flush_all(&net->feeds);
}

/* Answers leave, all of them; then as many of the feeds as a turn has time for, the
 * longest waiting first: a call for help never stands behind a thousand boards. */
static void
flush_turn(struct net *net)
{
	size_t bytes = 0;

	flush_all(&net->dirty);
	for (int n = 0; n < FEEDS_PER_TURN && bytes < FEED_BYTES_PER_TURN; n++) {
		struct link *l = list_pop(&net->feeds);
		struct stream *s;
		uint64_t before;

		if (!l)
			return;
		s = LINK_OF(l, struct stream, dirty);
		before = s->taken;
		stream_flush(s); /* not all of it left: it is marked anew, behind the
				    others */
		bytes += s->taken - before;
	}
}

static void
on_spin(uv_idle_t *spin)
{
	net_busy(spin->data);
}

/* Waking is all. But libuv runs timers before it polls: an alarm that is due by
 * then would be spent, and the poll sleep without end. So this round must not
 * sleep; the check after it runs our timers and sets the next alarm. */
static void
on_alarm(uv_timer_t *alarm)
{
	struct net *net = alarm->data;

	uv_idle_start(&net->spin, on_spin);
}

/* Before the loop sleeps: until when? */
static void
set_alarm(struct net *net)
{
	bool is_real = net->clock.wall_ms == clock_system.wall_ms;
	int64_t next = timers_next(net), wait_ms = INT64_MAX;

	if (list_first(&net->grave) || list_first(&net->dirty) ||
	    list_first(&net->feeds) || list_first(&net->resume))
		uv_idle_start(&net->spin, on_spin);
	else
		uv_idle_stop(&net->spin);
	if (next != INT64_MAX) {
		wait_ms = next - net_mono_ms(net);
		if (wait_ms < 0)
			wait_ms = 0;
		if (wait_ms > (is_real ? LOOK_MS : LOOK_TEST_MS))
			wait_ms = is_real ? LOOK_MS : LOOK_TEST_MS;
	}
	if (wait_ms == INT64_MAX)
		uv_timer_stop(&net->alarm);
	else
		uv_timer_start(&net->alarm, on_alarm, (uint64_t)wait_ms, 0);
}

void
net_turn(struct net *net)
{
	timers_run(net, net_mono_ms(net));
	bury(net);
	resume(net);
	if (net->is_busy) {
		net->is_busy = false;
		for (size_t i = 0; i < net->n_turn_ends; i++)
			net->turn_ends[i].fn(net->turn_ends[i].ctx);
	}
	flush_turn(net);
	net->handshakes = 0;
	net->has_time = false;
}

static void
on_check(uv_check_t *check)
{
	struct net *net = check->data;

	if (net->is_closing)
		return;
	net_turn(net);
	set_alarm(net);
	net->has_time = false;
}

void
net_on_turn_end(struct net *net, void (*fn)(void *ctx), void *ctx)
{
	net->turn_ends =
		realloc(net->turn_ends, (net->n_turn_ends + 1) * sizeof(struct post));
	if (!net->turn_ends)
		abort();
	net->turn_ends[net->n_turn_ends++] = (struct post){ fn, ctx };
}

/* --- posts and work --- */

static void
on_wake(uv_async_t *wake)
{
	struct net *net = wake->data;
	struct post *posts;
	size_t n;

	pthread_mutex_lock(&net->lock);
	posts = net->posts;
	n = net->n_posts;
	net->posts = NULL;
	net->n_posts = net->cap_posts = 0;
	pthread_mutex_unlock(&net->lock);
	if (n)
		net_busy(net);
	for (size_t i = 0; i < n; i++)
		posts[i].fn(posts[i].ctx);
	free(posts);
}

void
net_post(struct net *net, void (*fn)(void *ctx), void *ctx)
{
	bool is_first;

	pthread_mutex_lock(&net->lock);
	is_first = net->n_posts == 0;
	if (net->n_posts == net->cap_posts) {
		net->cap_posts = net->cap_posts ? net->cap_posts * 2 : 16;
		net->posts = realloc(net->posts, net->cap_posts * sizeof(struct post));
		if (!net->posts)
			abort();
	}
	net->posts[net->n_posts++] = (struct post){ fn, ctx };
	pthread_mutex_unlock(&net->lock);
	if (is_first)
		uv_async_send(&net->wake);
}

struct work {
	uv_work_t req;
	struct net *net;
	void (*work)(void *ctx);
	void (*done)(void *ctx);
	void *ctx;
};

static void
do_work(uv_work_t *req)
{
	struct work *w = req->data;

	w->work(w->ctx);
}

static void
on_work_done(uv_work_t *req, int status)
{
	struct work *w = req->data;

	(void)status; /* never cancelled */
	net_busy(w->net);
	if (w->done)
		w->done(w->ctx);
	free(w);
}

void
net_work(struct net *net, void (*work)(void *ctx), void (*done)(void *ctx), void *ctx)
{
	struct work *w = malloc(sizeof *w);

	if (!w)
		abort();
	*w = (struct work){ .net = net, .work = work, .done = done, .ctx = ctx };
	w->req.data = w;
	if (uv_queue_work(&net->loop, &w->req, do_work, on_work_done) != 0)
		abort(); /* only for a NULL work, our own mistake */
}

/* --- signals --- */

static void
on_signal(uv_signal_t *handle, int signum)
{
	struct net *net = handle->data;

	net_busy(net);
	log_info("net", "signal", "number=%d", signum);
	if (net->terminate.fn)
		net->terminate.fn(net->terminate.ctx);
}

void
net_on_terminate(struct net *net, void (*fn)(void *ctx), void *ctx)
{
	bool is_new = !net->terminate.fn;

	net->terminate = (struct post){ fn, ctx };
	if (!is_new)
		return;
	uv_signal_start(&net->signal[0], on_signal, SIGTERM);
	uv_signal_start(&net->signal[1], on_signal, SIGINT);
}

/* --- life --- */

static bool
loop_init(struct net *net)
{
	if (uv_loop_init(&net->loop) != 0)
		return false;
	/* None of these can fail but the first, which opens an eventfd. */
	if (uv_async_init(&net->loop, &net->wake, on_wake) != 0) {
		uv_loop_close(&net->loop);
		return false;
	}
	uv_check_init(&net->loop, &net->check);
	uv_timer_init(&net->loop, &net->alarm);
	uv_idle_init(&net->loop, &net->spin);
	uv_signal_init(&net->loop, &net->signal[0]);
	uv_signal_init(&net->loop, &net->signal[1]);
	net->wake.data = net->check.data = net->spin.data = net;
	net->alarm.data = net;
	net->signal[0].data = net->signal[1].data = net;
	uv_check_start(&net->check, on_check);
	return true;
}

int
net_open(const struct clock *clock, struct net **ret)
{
	struct net *net = calloc(1, sizeof *net);

	if (!net)
		return ERR_NOMEM;
	net->in = malloc(IN_BYTES);
	net->clock = clock ? *clock : clock_system;
	if (!net->in || !loop_init(net)) {
		free(net->in);
		free(net);
		return ERR_IO;
	}
	pthread_mutex_init(&net->lock, NULL);
	net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	service_open(net);
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
	*ret = net;
	return 0;
}

int
net_run(struct net *net)
{
	thread_soon();
	set_alarm(net);
	net->has_time = false;
	uv_run(&net->loop, UV_RUN_DEFAULT);
	return 0;
}

void
net_stop(struct net *net)
{
	uv_stop(&net->loop);
}

/* Closing may wake others up: until nobody is left. */
static void
close_streams(struct net *net)
{
	struct link *l;

	while ((l = list_first(&net->streams))) {
		stream_close(LINK_OF(l, struct stream, all));
		bury(net);
	}
	bury(net);
}

/* Own handles stay open but no longer keep the loop running. */
static void
unref_handles(struct net *net)
{
	uv_timer_stop(&net->alarm);
	uv_idle_stop(&net->spin);
	uv_signal_stop(&net->signal[0]);
	uv_signal_stop(&net->signal[1]);
	uv_unref((uv_handle_t *)&net->wake);
	uv_unref((uv_handle_t *)&net->check);
}

void
net_shut(struct net *net)
{
	struct link *l;

	if (net->is_closing)
		return;
	on_wake(&net->wake);
	net->is_closing = true;
	while ((l = list_first(&net->listeners)))
		net_listener_close(LINK_OF(l, struct net_listener, all));
	close_streams(net);
	spawn_room_done(net);
	unref_handles(net);
	uv_run(&net->loop, UV_RUN_DEFAULT); /* work under way is waited for */
}

static void
free_timers(struct net *net)
{
	/* Their owners free them, perhaps after us. */
	for (size_t i = 0; i < net->n_timers; i++)
		net->heap[i]->at = 0;
	free(net->heap);
}

void
net_close(struct net *net)
{
	if (!net)
		return;
	net_shut(net);
	uv_close((uv_handle_t *)&net->wake, NULL);
	uv_close((uv_handle_t *)&net->check, NULL);
	uv_close((uv_handle_t *)&net->alarm, NULL);
	uv_close((uv_handle_t *)&net->spin, NULL);
	uv_close((uv_handle_t *)&net->signal[0], NULL);
	uv_close((uv_handle_t *)&net->signal[1], NULL);
	uv_run(&net->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&net->loop) != 0)
		log_error("net", "loop_not_empty", "code=%d", ERR_BUSY);
	http_room_done(net);
	raw_room_done(net);
	if (net->spare_fd >= 0)
		close(net->spare_fd);
	service_close(net);
	pthread_mutex_destroy(&net->lock);
	free_timers(net);
	free(net->posts); /* not run: those who posted have closed */
	free(net->turn_ends);
	free(net->in);
	free(net);
}

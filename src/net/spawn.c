/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Child processes: a program with its arguments (no shell), something to read
 * on stdin, and a time limit after which its whole process group is killed.
 * Its output is not read; stderr is ours.
 */
#include "net/inside.h"

#include "base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct spawn {
	struct net *net;
	uv_process_t process;
	uv_pipe_t input;
	uv_write_t write;
	struct net_timer limit;
	char *text; /* for stdin */
	void (*done)(void *ctx, int exit_status);
	void *ctx;
	int status, open_handles;
	bool is_running, was_killed;
	struct link all;
};

static void
kill_group(struct spawn *sp)
{
	if (!sp->is_running)
		return;
	sp->was_killed = true;
	kill(-sp->process.pid, SIGKILL); /* it leads a group of its own */
}

static void
on_limit(void *ctx)
{
	struct spawn *sp = ctx;

	log_warn("net", "child_killed", "pid=%d", sp->process.pid);
	kill_group(sp);
}

static void
on_closed(uv_handle_t *handle)
{
	struct spawn *sp = handle->data;

	if (--sp->open_handles > 0)
		return;
	net_busy(sp->net);
	list_remove(&sp->all);
	timer_done(&sp->limit);
	sp->done(sp->ctx, sp->status);
	free(sp->text);
	free(sp);
}

static void
close_input(struct spawn *sp)
{
	if (!uv_is_closing((uv_handle_t *)&sp->input))
		uv_close((uv_handle_t *)&sp->input, on_closed);
}

static void
on_ended(uv_process_t *process, int64_t exit_status, int term_signal)
{
	struct spawn *sp = process->data;

	sp->is_running = false;
	sp->status = term_signal || sp->was_killed ? ERR_STATE : (int)exit_status;
	uv_close((uv_handle_t *)&sp->process, on_closed);
	close_input(sp);
}

static void
on_written(uv_write_t *write, int status)
{
	struct spawn *sp = write->data;

	(void)status; /* a child may close its stdin early */
	close_input(sp);
}

static void
feed(struct spawn *sp, struct span input)
{
	uv_buf_t b;

	sp->text = span_dup(input);
	b = uv_buf_init(sp->text, (unsigned)input.n);
	sp->write.data = sp;
	if (uv_write(&sp->write, (uv_stream_t *)&sp->input, &b, 1, on_written) != 0)
		close_input(sp);
}

static struct spawn *
spawn_new(struct net *net)
{
	struct spawn *sp = calloc(1, sizeof *sp);

	if (!sp)
		abort();
	sp->net = net;
	timer_init(&sp->limit, net, on_limit, sp);
	uv_pipe_init(&net->loop, &sp->input, 0);
	sp->process.data = sp->input.data = sp;
	sp->open_handles = 2;
	list_add(&net->spawns, &sp->all);
	return sp;
}

int
net_spawn(struct net *net, const char *const argv[], struct span input,
	  int64_t timeout_ms, void (*done)(void *ctx, int exit_status), void *ctx)
{
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE },
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO }
	};
	uv_process_options_t opt = { .exit_cb = on_ended,
				     .flags = UV_PROCESS_DETACHED,
				     .stdio = stdio,
				     .stdio_count = 3 };
	struct spawn *sp;
	int r;

	if (!argv || !argv[0] || net->is_closing)
		return ERR_STATE;
	sp = spawn_new(net);
	sp->done = done;
	sp->ctx = ctx;
	opt.file = argv[0];
	opt.args = (char **)(uintptr_t)argv;
	stdio[0].data.stream = (uv_stream_t *)&sp->input;
	r = uv_spawn(&net->loop, &sp->process, &opt);
	if (r != 0) {
		log_warn("net", "no_child", "program=%s why=%s", argv[0],
			 uv_strerror(r));
		sp->status = ERR_NOT_FOUND;
		uv_close((uv_handle_t *)&sp->process, on_closed);
		close_input(sp);
		return 0;
	}
	sp->is_running = true;
	if (timeout_ms > 0)
		net_timer_start(&sp->limit, timeout_ms, 0);
	feed(sp, input);
	return 0;
}

void
spawn_room_done(struct net *net)
{
	struct link *l, *end = &net->spawns.ring;

	for (l = list_first(&net->spawns); l && l != end; l = l->next)
		kill_group(LINK_OF(l, struct spawn, all));
}

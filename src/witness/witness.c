/* SPDX-License-Identifier: Apache-2.0 */
/* A tick, a head that is new, and two ways out of the house. */
#include "witness/witness.h"

#include "base/auto.h"
#include "base/log.h"
#include "journal/journal.h"
#include "net/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_MS 10000
#define ANSWER_MAX 4096

/* What became of heads on one way. */
struct handed {
	uint64_t seq, asked; /* asked: of the one that is under way */
	int64_t at, wrong_at;
	const char *wrong;
};

struct witness {
	struct witness_config cfg;
	struct net_timer *timer;
	struct net_tls *tls;
	struct http_fetch *fetch;
	char *path;
	bool is_writing;
	struct buf line; /* while it is being written */
	int rc;
	struct handed file, machine;
};

static void
note(struct witness *w, struct handed *h, const char *wrong)
{
	h->wrong = wrong;
	if (wrong) {
		h->wrong_at = journal_now(w->cfg.journal);
		return;
	}
	h->seq = h->asked;
	h->at = journal_now(w->cfg.journal);
}

/* --- a file -------------------------------------------------------------------------
 */

/* In the pool: a folder of another machine may take its time. */
static void
append(void *ctx)
{
	struct witness *w = ctx;
	int fd = open(w->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	ssize_t n = fd < 0 ? -1 : write(fd, w->line.p, w->line.n);

	w->rc = n == (ssize_t)w->line.n && fsync(fd) == 0 ? 0 : errno ? errno : EIO;
	if (fd >= 0 && close(fd) < 0 && w->rc == 0)
		w->rc = errno;
}

static void
appended(void *ctx)
{
	struct witness *w = ctx;

	w->is_writing = false;
	note(w, &w->file, w->rc ? "not_kept" : NULL);
	if (w->rc)
		log_error("witness", "not_kept", "file=%s error=%s", w->path,
			  strerror(w->rc));
}

static void
hand_to_file(struct witness *w, struct span head, uint64_t seq)
{
	if (w->is_writing) { /* the last one still hangs there */
		log_error("witness", "slow", "file=%s", w->path);
		note(w, &w->file, "slow");
		return;
	}
	w->file.asked = seq;
	buf_clear(&w->line);
	buf_add_span(&w->line, head);
	buf_add_c(&w->line, '\n');
	w->is_writing = true;
	net_work(w->cfg.net, append, appended, w);
}

/* --- another machine
 * ------------------------------------------------------------------ */

static void
on_answer(void *ctx, int rc, const struct http_answer *a)
{
	struct witness *w = ctx;

	w->fetch = NULL;
	note(w, &w->machine,
	     rc < 0             ? "not_reached"
	     : a->status == 409 ? "contradicts"
	     : a->status >= 300 ? "refused"
				: NULL);
	if (rc < 0)
		log_error("witness", "not_reached", "url=%s error=%s", w->cfg.url,
			  err_text(rc));
	else if (a->status == 409)
		log_error("witness", "contradicts", "url=%s", w->cfg.url);
	else if (a->status >= 300)
		log_error("witness", "refused", "url=%s status=%d", w->cfg.url,
			  a->status);
}

static void
hand_to_machine(struct witness *w, struct span head, uint64_t seq)
{
	struct http_fetch_args args = { .url = span_of(w->cfg.url),
					.tls = w->tls,
					.accept = SPAN("application/json"),
					.post = head,
					.body_max = ANSWER_MAX,
					.timeout_ms = ANSWER_MS,
					.done = on_answer,
					.ctx = w };

	if (w->fetch)
		return; /* an answer is still awaited; the next tick brings a newer head
			 */
	w->machine.asked = seq;
	if (http_fetch(w->cfg.net, &args, &w->fetch) < 0) {
		log_error("witness", "not_reached", "url=%s", w->cfg.url);
		note(w, &w->machine, "not_reached");
	}
}

static void
on_tick(void *ctx)
{
	struct witness *w = ctx;
	struct buf AUTO(buf_done) head = { 0 };
	uint64_t now = journal_durable(w->cfg.journal);

	bool is_filed = !w->path || w->file.seq == now;
	bool is_told = !w->cfg.url || w->machine.seq == now;

	/* What did not arrive goes again, though nothing happened since: those are the
	 * last events before a quiet time. */
	if (now == 0 || (is_filed && is_told))
		return;
	journal_head(w->cfg.journal, &head);
	if (!is_filed)
		hand_to_file(w, buf_span(&head), now);
	if (!is_told)
		hand_to_machine(w, buf_span(&head), now);
}

static struct witness_way
way_of(const struct handed *h, const char *kind)
{
	return (struct witness_way){ .kind = kind,
				     .seq = h->seq,
				     .at = h->at,
				     .wrong = h->wrong,
				     .wrong_at = h->wrong_at };
}

/* "there:8091" of "https://there:8091/head". */
static struct span
host_of(const char *url)
{
	const char *slashes = strstr(url, "//"), *host = slashes ? slashes + 2 : url;

	return (struct span){ host, strcspn(host, "/?#") };
}

size_t
witness_ways(const struct witness *w, struct witness_way ret[2])
{
	size_t n = 0;

	if (w && w->path)
		ret[n++] = way_of(&w->file, "folder");
	if (w && w->cfg.url) {
		ret[n] = way_of(&w->machine, "machine");
		ret[n++].host = host_of(w->cfg.url);
	}
	return n;
}

int
witness_open(const struct witness_config *cfg, struct witness **ret,
	     struct buf *ret_why)
{
	struct buf AUTO(buf_done) path = { 0 };
	struct witness *w;
	int rc = 0;

	*ret = NULL;
	if (!cfg->dir && !cfg->url)
		return 0;
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->cfg = *cfg;
	if (cfg->dir) {
		buf_printf(&path, "%s/heads.jsonl", cfg->dir);
		w->path = span_dup(buf_span(&path));
		if (access(cfg->dir, W_OK) < 0) {
			buf_printf(ret_why, "witness: %s: %s", cfg->dir,
				   strerror(errno));
			rc = ERR_IO;
		}
	}
	if (rc == 0 && cfg->url && strncmp(cfg->url, "https:", 6) == 0)
		rc = net_tls_client(cfg->authority, &w->tls, ret_why);
	if (rc < 0) {
		witness_close(w);
		return rc;
	}
	w->timer = net_timer_new(cfg->net, on_tick, w);
	net_timer_start(w->timer, 1000, cfg->every_ms);
	*ret = w;
	return 0;
}

void
witness_close(struct witness *w)
{
	if (!w)
		return;
	if (w->fetch)
		http_fetch_drop(w->fetch);
	net_timer_free(w->timer);
	net_tls_free(w->tls);
	buf_done(&w->line);
	free(w->path);
	free(w);
}

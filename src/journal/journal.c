/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE LAW OF THE JOURNAL (tests/law has a test of each number)
 *  1. Nothing leaves the process (reply, event, frame, ack to a device) before
 *     the event number that it was computed at is durable; reads and refusals
 *     too. Fixes alone may be up to 250 ms ahead of the disk.
 *  2. Event numbers are dense and rising on each node; a listener resumes from
 *     a number.
 *  3. State is the fold of events. Dropping every record and replaying gives
 *     the same records, byte for byte, except fields whose key was destroyed.
 *  4. An event is never altered; a correction is a new event. An event has an
 *     open part and a sealed part (key, ciphertext); the chain hashes the
 *     ciphertext, so destroying a key erases and the chain stays whole.
 *  5. decide may refuse; apply cannot fail.
 *  6. apply reads no clock, no random, no network.
 *  7. Memory may run ahead of the disk by one batch; the world outside never
 *     may. If a commit fails the process stops and replays: an fsync is never
 *     retried.
 *  8. A slow listener may have superseded fixes merged, or lose its connection;
 *     it never loses an event that it cannot fetch again by number.
 *  9. Access is decided for each listener at publish and at query, from the
 *     state as it is then; absent a grant the answer is no.
 */
#include "journal/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/soon.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct model *
journal_model(struct journal *j)
{
	return &j->model;
}

struct store *
journal_store(struct journal *j)
{
	return j->store;
}

const uint8_t *
journal_node_key(const struct journal *j)
{
	return j->node_key + 32;
}

uint64_t
journal_tail(const struct journal *j)
{
	return j->tail;
}

uint64_t
journal_durable(const struct journal *j)
{
	return j->durable;
}

int64_t
journal_now(const struct journal *j)
{
	int64_t now = j->clock->wall_ms(j->clock->ctx);

	return now > j->last_at ? now : j->last_at;
}

/* --- deciding ------------------------------------------------------------- */

static void
on_emit(void *ctx, struct event *e)
{
	struct journal *j = ctx;

	e->epoch = j->epoch;
	batch_add(j, j->pending, e);
	j->tail = e->seq;
	j->last_at = e->at;
}

static struct record *
on_load(void *ctx, enum noun_index n, struct id id)
{
	return journal_find(ctx, n, id);
}

struct decision *
journal_begin(struct journal *j, const struct principal *actor)
{
	j->decision = (struct decision){
		.m = &j->model,
		.now = journal_now(j),
		.actor = actor,
		.next_seq = j->tail + 1,
		.arena = &j->pending->arena,
		.sink = on_emit,
		.sink_ctx = j,
		.load = on_load,
		.load_signal = shelf_signal,
		.load_post = shelf_post,
		.load_ctx = j,
	};
	return &j->decision;
}

/* --- committing ----------------------------------------------------------- */

static void
failed(struct journal *j, int rc)
{
	log_error("journal", "commit_failed", "code=%d why=%s", rc, err_text(rc));
	j->on_failure(err_text(rc));
	_Exit(1);
}

/* Law 1 and 9: waiters and sinks, in order, now that it is on disk. */
static void
publish(struct journal *j, struct batch *b)
{
	struct waiter *w = b->waiters;
	bool is_answered = w && j->on_answered;

	j->durable = b->last_seq;
	j->is_publishing = true;
	b->waiters = NULL;
	while (w) {
		struct waiter *next = w->next;

		w->fn(w->ctx);
		free(w);
		w = next;
	}
	if (is_answered)
		j->on_answered(j->answered_ctx);
	for (size_t i = 0; i < b->n; i++)
		for (struct journal_sink *s = j->sinks; s; s = s->next)
			if (s->fn)
				s->fn(s->ctx, &b->events[i].e);
	for (struct journal_sink **at = &j->sinks; *at;) {
		struct journal_sink *s = *at;

		if (s->fn) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
	shelf_tidy(j, b);
	batch_clear(b);
	j->is_publishing = false;
}

static void
on_committed(void *ctx)
{
	struct journal *j = ctx;
	struct batch *b;

	pthread_mutex_lock(&j->lock);
	b = j->finished;
	j->finished = NULL;
	pthread_mutex_unlock(&j->lock);
	if (!b)
		return;
	if (b->rc < 0)
		failed(j, b->rc);
	j->is_writing = false;
	j->commit_us = (j->commit_us * 7 + b->took_us) / 8;
	publish(j, b);
	b->next_free = j->free_batches;
	j->free_batches = b;
	journal_turn_end(j);
}

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void *
writer(void *ctx)
{
	struct journal *j = ctx;

	thread_soon();
	pthread_mutex_lock(&j->lock);
	for (;;) {
		struct batch *b;
		int64_t before;

		while (!j->queued && !j->is_stopping)
			pthread_cond_wait(&j->wake, &j->lock);
		if (!j->queued)
			break;
		b = j->queued;
		j->queued = NULL;
		pthread_mutex_unlock(&j->lock);
		before = now_us();
		b->rc = store_append(j->store, &b->out);
		b->took_us = now_us() - before;
		pthread_mutex_lock(&j->lock);
		j->finished = b;
		j->post(j->post_ctx, on_committed, j);
		pthread_cond_signal(&j->idle);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

static struct batch *
batch_get(struct journal *j)
{
	struct batch *b = j->free_batches;

	if (b)
		j->free_batches = b->next_free;
	else
		b = calloc(1, sizeof *b);
	return b;
}

/* A quick disk is waited for here: handing 100 us of work to another thread and
 * back costs two switches, a third of a press on a disk that syncs in 130 us
 * (bench/RESULTS.md). Nothing could leave meanwhile anyhow (law 1), and calls
 * that come in gather for the next batch. One slow commit, and the writer
 * thread takes over until the disk is quick again. */
#define QUICK_US 1000

static void
commit_here(struct journal *j, struct batch *b)
{
	int64_t before = now_us();

	b->rc = store_append(j->store, &b->out);
	if (b->rc < 0)
		failed(j, b->rc);
	j->commit_us = (j->commit_us * 7 + (now_us() - before)) / 8;
	publish(j, b);
	b->next_free = j->free_batches;
	j->free_batches = b;
}

void
journal_turn_end(struct journal *j)
{
	/* A listener that ends the turn would have those behind it hear what comes
	 * later first: whoever publishes goes on when all have heard. */
	if (j->is_publishing)
		return;
	/* What a publish makes desks say is committed at once: there may be no
	 * other turn before the loop sleeps. */
	while (!j->is_writing && (j->pending->n || j->pending->is_probe)) {
		struct batch *b = j->pending;

		batch_seal(j, b);
		j->pending = batch_get(j);
		if (!j->post || j->commit_us < QUICK_US) {
			commit_here(j, b);
			continue;
		}
		j->is_writing = true;
		pthread_mutex_lock(&j->lock);
		j->queued = b;
		j->writing = b;
		pthread_cond_signal(&j->wake);
		pthread_mutex_unlock(&j->lock);
	}
}

static void
wait_for(struct batch *b, void (*fn)(void *ctx), void *ctx)
{
	struct waiter *w = malloc(sizeof *w), **at;

	*w = (struct waiter){ fn, ctx, NULL };
	for (at = b->last_waiter ? &b->last_waiter->next : &b->waiters; *at;)
		at = &(*at)->next;
	*at = w;
	b->last_waiter = w;
}

void
journal_when(struct journal *j, void (*fn)(void *ctx), void *ctx)
{
	struct batch *b = j->pending->n   ? j->pending
			  : j->is_writing ? j->writing
					  : NULL;

	if (!b || j->durable >= j->tail)
		fn(ctx);
	else
		wait_for(b, fn, ctx);
}

void
journal_probe(struct journal *j, void (*fn)(void *ctx), void *ctx)
{
	struct node *node = j->model.node;

	if (node)
		model_touch(&j->model, &node->r, node->r.touched_seq);
	j->pending->is_probe = true;
	wait_for(j->pending, fn, ctx);
}

struct journal_sink *
journal_add_sink(struct journal *j, void (*fn)(void *ctx, const struct event *e),
		 void *ctx)
{
	struct journal_sink *s = calloc(1, sizeof *s), **at = &j->sinks;

	s->fn = fn;
	s->ctx = ctx;
	while (*at)
		at = &(*at)->next;
	*at = s;
	return s;
}

void
journal_remove_sink(struct journal *j, struct journal_sink *s)
{
	(void)j;
	if (s)
		s->fn = NULL; /* swept after the publish under way */
}

int
journal_erase_key(struct journal *j, int64_t slot)
{
	return journal_erase_keys(j, &slot, 1);
}

int
journal_erase_keys(struct journal *j, const int64_t *slots, size_t n)
{
	int rc = key_file_destroy(j->key_file, slots, n);

	return rc == ERR_UNSUPPORTED ? 0 : rc; /* memory only: goes with the process */
}

void
journal_sign(struct journal *j, struct span text, struct buf *ret_signature,
	     struct buf *ret_public_key)
{
	uint8_t sig[SIGN_BYTES], pub[32], sec[64];

	crypt_sign_seed(j->node_key, pub, sec);
	crypt_sign(sig, text, sec);
	crypt_wipe(sec, sizeof sec);
	crypt_b64(ret_signature, sig, sizeof sig);
	crypt_hex(ret_public_key, pub, sizeof pub);
}

/* --- heads ---------------------------------------------------------------- */

static void
head_sign(struct journal *j, struct buf *ret_signature, struct buf *ret_public_key)
{
	struct buf AUTO(buf_done) text = { 0 };
	const struct node *node = j->model.node;

	chain_head_text(&text, node ? node->node : "", j->head_seq, j->head_hash,
			j->head_at);
	journal_sign(j, buf_span(&text), ret_signature, ret_public_key);
}

void
journal_head(struct journal *j, struct buf *b)
{
	struct buf AUTO(buf_done) sig = { 0 }, pub = { 0 };
	const struct node *node = j->model.node;

	head_sign(j, &sig, &pub);
	jw_open(b, '{');
	jw_ki64(b, "seq", (int64_t)j->head_seq);
	jw_key(b, "hash");
	buf_add_c(b, '"');
	crypt_hex(b, j->head_hash, 32);
	buf_add_c(b, '"');
	jw_ktime(b, "at", j->head_at);
	jw_kz(b, "node", node ? node->node : "");
	jw_kstr(b, "signature", buf_span(&sig));
	jw_kstr(b, "public_key", buf_span(&pub));
	jw_close(b, '}');
}

void
journal_head_paper(struct journal *j, struct buf *b)
{
	struct buf AUTO(buf_done) sig = { 0 }, pub = { 0 };
	const struct node *node = j->model.node;

	head_sign(j, &sig, &pub);
	buf_printf(b, "kumak1 %s %llu ", node ? node->node : "-",
		   (unsigned long long)j->head_seq);
	crypt_hex(b, j->head_hash, 32);
	buf_add_c(b, ' ');
	time_format(b, j->head_at);
	buf_printf(b, " %s %s", sig.p, pub.p);
}

/* --- opening and closing --------------------------------------------------- */

/* The folder's secrets must be this node's: with others it would start, show
 * sealed fields as empty and seal new ones with keys that nobody keeps. */
static int
check_keys(struct journal *j, struct buf *why)
{
	const struct node *node = j->model.node;
	struct buf AUTO(buf_done) hex = { 0 };
	uint8_t pub[32], sec[64];

	if (!node)
		return 0;
	crypt_sign_seed(j->node_key, pub, sec);
	crypt_wipe(sec, sizeof sec);
	crypt_hex(&hex, pub, sizeof pub);
	if (node->head_key && strcmp(node->head_key, hex.p) != 0) {
		buf_add_z(why, "node.key is not the one that this node was made with");
		return ERR_CRYPTO;
	}
	if (node->key_slots_used > key_file_made(j->key_file)) {
		buf_printf(
			why,
			"the file keys is missing or cut: %lld keys of sealed fields "
			"are in use",
			(long long)node->key_slots_used);
		return ERR_CRYPTO;
	}
	return 0;
}

int
journal_open(const struct journal_config *cfg, struct journal **ret, struct buf *why)
{
	struct journal *j = calloc(1, sizeof *j);
	int rc;

	j->store = cfg->store;
	j->clock = cfg->clock;
	j->post = cfg->post;
	j->post_ctx = cfg->post_ctx;
	j->on_answered = cfg->on_answered;
	j->answered_ctx = cfg->answered_ctx;
	j->on_failure = cfg->on_failure;
	j->epoch = cfg->info.epoch;
	j->tail = j->durable = j->head_seq = cfg->info.last_seq;
	j->last_at = j->head_at = cfg->info.last_seq ? cfg->info.last_at : 0;
	memcpy(j->chain_hash, cfg->info.last_hash, 32);
	memcpy(j->head_hash, cfg->info.last_hash, 32);
	j->pending = batch_get(j);
	model_init(&j->model);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->wake, NULL);
	pthread_cond_init(&j->idle, NULL);
	rc = node_key_load(cfg->dir, cfg->info.last_seq == 0, j->node_key, why);
	if (rc == 0)
		rc = key_file_open(cfg->dir, j->node_key + 32, &j->key_file, why);
	if (rc == 0)
		rc = seen_new(j->store, &j->seen);
	if (rc == 0) {
		j->keys = key_file_seal(j->key_file);
		j->keys.cache = seal_cache_new();
		rc = shelf_load_live(j, why);
	}
	if (rc == 0 && strcmp(cfg->dir, ":memory:") != 0)
		rc = check_keys(j, why);
	if (rc == 0 && j->post && pthread_create(&j->thread, NULL, writer, j) != 0) {
		buf_add_z(why, "cannot start the writer thread");
		rc = ERR_NOMEM;
	}
	if (rc < 0) {
		j->post = NULL;
		journal_close(j);
		return rc;
	}
	*ret = j;
	return 0;
}

void
journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->post) {
		pthread_mutex_lock(&j->lock);
		j->is_stopping = true;
		pthread_cond_signal(&j->wake);
		pthread_mutex_unlock(&j->lock);
		pthread_join(j->thread, NULL);
		j->post = NULL; /* the writer is gone: commits are made at once */
		on_committed(j);
	}
	j->is_writing = false;
	/* Sinks may decide more. */
	while (j->pending && (j->pending->n || j->pending->is_probe))
		journal_turn_end(j);
	batch_free(j->pending);
	while (j->free_batches) {
		struct batch *b = j->free_batches;

		j->free_batches = b->next_free;
		batch_free(b);
	}
	while (j->sinks) {
		struct journal_sink *s = j->sinks;

		j->sinks = s->next;
		free(s);
	}
	model_done(&j->model);
	key_file_close(j->key_file);
	seal_cache_free(j->keys.cache);
	seen_free(j->seen);
	crypt_wipe(j->node_key, sizeof j->node_key);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->wake);
	pthread_cond_destroy(&j->idle);
	free(j);
}

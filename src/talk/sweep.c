/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasure: a thread goes as a whole when the time of its first post is over. First
 * the key of its words is destroyed, then the event says so: a crash between the two
 * is mended by the next sweep. Some at a time, so that nobody waits for it.
 */
#include "talk/inner.h"

#include "base/auto.h"
#include "base/log.h"

#define ERASE_MAX 50      /* of one turn: each costs a sync of the key file */
#define DAYS_ALL 4000     /* a node that was off for longer erases what is younger */
#define DAYS_LATELY 40    /* a hold that ended is looked at once more */
#define LOOSE_MS 86400000 /* a file that no post shows */

struct sweeping {
	struct talk *t;
	struct id found[ERASE_MAX];
	size_t n;
	int64_t now;
};

static bool
find_post(void *ctx, const struct record *rec)
{
	struct sweeping *s = ctx;
	const struct post *b = post_find(s->t->model, rec->id);

	if (post_is_due_to_erase(s->t->model, b ? b : (const struct post *)rec, s->now))
		s->found[s->n++] = rec->id;
	return s->n < ERASE_MAX;
}

static bool
find_reply(void *ctx, const struct record *rec)
{
	struct sweeping *s = ctx;
	const struct post *b = post_find(s->t->model, rec->id);

	if (!b)
		b = (const struct post *)rec;
	if (b->erased_at == TIME_NONE)
		s->found[s->n++] = rec->id;
	return s->n < ERASE_MAX;
}

static bool
find_loose(void *ctx, const struct record *rec)
{
	struct sweeping *s = ctx;
	const struct file *f = (const struct file *)rec;

	if (f->made_at + LOOSE_MS < s->now)
		s->found[s->n++] = rec->id;
	return s->n < ERASE_MAX;
}

static void
find_by(struct sweeping *s, char noun, int column, int64_t equals,
	bool (*fn)(void *ctx, const struct record *rec))
{
	struct store_query q = {
		.noun = noun, .column = column, .equals = equals, .limit = SIZE_MAX >> 1
	};

	if (journal_records(s->t->journal, &q, fn, s) < 0)
		log_error("talk", "sweep_failed", "noun=%c", noun);
}

static bool
destroy(struct talk *t, int64_t slot)
{
	int rc = journal_erase_key(t->journal, slot);

	if (rc < 0)
		log_error("talk", "erase_failed", "slot=%lld why=%s", (long long)slot,
			  err_text(rc));
	return rc == 0;
}

static void
erase_file(struct talk *t, struct id id)
{
	struct file *f = (struct file *)journal_find(t->journal, NOUN_FILE, id);

	if (!f || f->erased_at != TIME_NONE || !destroy(t, f->key_slot))
		return;
	files_remove(t, f->stored);
	file_erase(journal_begin(t->journal, NULL), id);
}

static void
erase_post(struct talk *t, struct id id)
{
	struct post *b = (struct post *)journal_find(t->journal, NOUN_POST, id);
	json_t AUTO(auto_json) *files =
		b && b->files ? json_read(span_of(b->files), NULL) : NULL;
	size_t k;
	json_t *v;

	if (!b)
		return;
	json_array_foreach(files, k, v)
	{
		struct id file;

		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &file) == 0)
			erase_file(t, file);
	}
	if (destroy(t, b->key_slot))
		post_erase(journal_begin(t->journal, NULL), id);
}

/* Its answers first, so that a crash leaves the first to find them by. */
static size_t
erase_thread(struct talk *t, struct id root, int64_t now)
{
	struct sweeping s = { .t = t, .now = now };

	find_by(&s, noun_post.letter, 2, (int64_t)root.seq, find_reply);
	for (size_t k = 0; k < s.n; k++)
		erase_post(t, s.found[k]);
	if (s.n < ERASE_MAX)
		erase_post(t, root);
	return s.n + 1;
}

static bool
sweep(struct talk *t, int64_t days)
{
	struct sweeping s = { .t = t, .now = journal_now(t->journal) };
	int64_t today = s.now / 86400000;
	size_t done = 0;

	if (days > today)
		days = today;
	for (int64_t day = today - days; day <= today && s.n < ERASE_MAX; day++)
		if (day > 0)
			find_by(&s, noun_post.letter, 2, -day, find_post);
	for (size_t k = 0; k < s.n && done < ERASE_MAX; k++)
		done += erase_thread(t, s.found[k], s.now);
	if (done)
		return true;
	s.n = 0;
	find_by(&s, noun_file.letter, 1, FILE_LOOSE, find_loose);
	for (size_t k = 0; k < s.n; k++)
		erase_file(t, s.found[k]);
	return s.n > 0;
}

/* One timer: the first sweep looks at all days, a later one at the last ones. */
void
sweep_all(void *ctx)
{
	struct talk *t = ctx;
	bool has_more = sweep(t, t->has_swept ? DAYS_LATELY : DAYS_ALL);

	t->has_swept |= !has_more;
	/* soon again: what was erased now is on disk then */
	net_timer_start(t->sweep_timer, has_more ? 1000 : t->cfg.sweep_every_ms, 0);
}

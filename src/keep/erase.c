/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing: the key is destroyed and synced, then the event says so. An incident takes
 * with it the recordings that its notes show, each with a key of its own.
 */
#include "keep/inner.h"

#include "base/auto.h"
#include "base/log.h"

static bool
destroy(struct keep *k, const int64_t *slots, size_t n)
{
	int rc = journal_erase_keys(k->journal, slots, n);

	if (rc < 0)
		log_error("keep", "erase_failed", "keys=%zu why=%s", n, err_text(rc));
	k->wipes = WIPES;
	return rc == 0;
}

bool
erase_file(struct keep *k, struct id id)
{
	struct file *f = (struct file *)journal_find(k->journal, NOUN_FILE, id);

	if (!f || f->erased_at != TIME_NONE || !destroy(k, &f->key_slot, 1))
		return false;
	talk_forget(k->talk, f->stored);
	return file_erase(journal_begin(k->journal, NULL), id) == 0;
}

#define FILES_MAX 256

struct shown {
	struct id files[FILES_MAX];
	size_t n;
};

static bool
find_file(void *ctx, const struct record *rec)
{
	struct shown *s = ctx;
	const struct note *note = (const struct note *)rec;

	if (id_is_set(note->file))
		s->files[s->n++] = note->file;
	return s->n < FILES_MAX;
}

static void
erase_files_of(struct keep *k, struct id incident)
{
	struct shown s = { .n = 0 };
	struct store_query q = { .noun = noun_note.letter,
				 .column = 0,
				 .equals = (int64_t)incident.seq,
				 .limit = SIZE_MAX >> 1 };

	if (journal_records(k->journal, &q, find_file, &s) < 0)
		log_error("keep", "notes_unread", "incident=%llu",
			  (unsigned long long)incident.seq);
	for (size_t i = 0; i < s.n; i++)
		erase_file(k, s.files[i]);
}

bool
erase_incidents(struct keep *k, const struct id *ids, size_t n)
{
	int64_t slots[SLICE];
	struct id found[SLICE];
	size_t len = 0;

	for (size_t i = 0; i < n && i < SLICE; i++) {
		const struct incident *inc = (struct incident *)journal_find(
			k->journal, NOUN_INCIDENT, ids[i]);

		if (!inc || inc->erased_at != TIME_NONE ||
		    incident_is_held(k->model, inc))
			continue;
		found[len] = ids[i];
		slots[len++] = inc->key_slot;
		erase_files_of(k, ids[i]);
	}
	if (!len || !destroy(k, slots, len))
		return false;
	for (size_t i = 0; i < len; i++)
		incident_erase(journal_begin(k->journal, NULL), found[i]);
	k->swept.incidents += (int64_t)len;
	return true;
}

bool
erase_person(struct keep *k, struct id id)
{
	const struct person *h = person_find(k->model, id);

	if (!h || hold_is_on(k->model, id) || !destroy(k, &h->key_slot, 1))
		return false;
	return person_erase(journal_begin(k->journal, NULL), id) == 0;
}

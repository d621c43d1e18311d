/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep: positions, then words of closed incidents day by day, then recordings of
 * what was no emergency. In slices, so that no press waits for it. It ends with an
 * event that counts what went, also when nothing did.
 */
#include "keep/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

#define DAY_MS 86400000ll
#define DAYS_ALL 4000  /* a node that was off for longer erases what is younger */
#define DAYS_LATELY 40 /* a hold that ended is looked at once more */
#define EMPTY_DAYS 64  /* looked at in one slice */
#define LOOKED_MAX 64  /* recordings, each with its incident */

/* --- positions, in the pool ----------------------------------------------------- */

struct expiring {
	struct keep *k;
	struct track *track;
	int64_t before;
	struct track_hold *holds;
	size_t n;
	int gone;
};

static void
expire_work(void *ctx)
{
	struct expiring *e = ctx;

	e->gone = track_expire(e->track, e->before, e->holds, e->n);
}

static void
expire_done(void *ctx)
{
	struct expiring *e = ctx;

	e->k->swept.tracks += e->gone;
	e->k->is_expiring = false;
	free(e->holds);
	free(e);
}

static void
expire_tracks(struct keep *k)
{
	struct expiring *e = calloc(1, sizeof *e);
	void *v;

	if (!e)
		abort();
	*e = (struct expiring){ .k = k, .track = k->track };
	e->before = k->now - k->cfg.tracks_days * DAY_MS;
	e->holds = calloc(k->model->tables[NOUN_HOLD].n + 1, sizeof *e->holds);
	if (!e->holds)
		abort();
	for (size_t at = 0; map_next(&k->model->tables[NOUN_HOLD], &at, NULL, &v);) {
		const struct hold *h = v;

		if (h->state == HOLD_ACTIVE && h->subject.noun == noun_unit.letter)
			e->holds[e->n++] =
				(struct track_hold){ h->subject, h->since, h->until };
	}
	k->is_expiring = true;
	net_work(k->net, expire_work, expire_done, e);
}

/* --- words of incidents --------------------------------------------------------- */

struct finding_due {
	struct keep *k;
	struct id ids[SLICE];
	size_t n;
};

static bool
find_due(void *ctx, const struct record *rec)
{
	struct finding_due *f = ctx;
	const struct incident *i = incident_find(f->k->model, rec->id);

	if (!i)
		i = (const struct incident *)rec;
	if (i->state == INCIDENT_CLOSED && i->erased_at == TIME_NONE &&
	    !incident_is_held(f->k->model, i))
		f->ids[f->n++] = rec->id;
	return f->n < SLICE;
}

/* False: all days were looked at. */
static bool
sweep_incidents(struct keep *k)
{
	int64_t last = (k->now - k->cfg.incidents_days * DAY_MS) / DAY_MS - 1;
	struct finding_due f = { .k = k };

	for (int n = 0; n < EMPTY_DAYS && k->day <= last; n++) {
		struct store_query q = { .noun = noun_incident.letter,
					 .column = 0,
					 .equals = -k->day,
					 .limit = SIZE_MAX >> 1 };

		if (journal_records(k->journal, &q, find_due, &f) < 0)
			log_error("keep", "sweep_failed", "day=%lld",
				  (long long)k->day);
		if (f.n && erase_incidents(k, f.ids, f.n))
			return true; /* the rest of the day when this is on disk */
		k->day++;
	}
	return k->day <= last;
}

/* --- recordings ----------------------------------------------------------------- */

struct finding_media {
	struct id files[LOOKED_MAX], incidents[LOOKED_MAX];
	size_t n;
};

static bool
find_media(void *ctx, const struct record *rec)
{
	struct finding_media *f = ctx;

	f->files[f->n] = rec->id;
	f->incidents[f->n++] = ((const struct file *)rec)->incident;
	return f->n < LOOKED_MAX;
}

static bool
is_due(struct keep *k, struct id incident)
{
	const struct incident *i =
		(struct incident *)journal_find(k->journal, NOUN_INCIDENT, incident);

	if (!i || i->state != INCIDENT_CLOSED || incident_is_held(k->model, i))
		return false;
	return i->erased_at != TIME_NONE ||
	       (!incident_is_evidence(i) && i->m_closed != TIME_NONE &&
		i->m_closed + k->cfg.media_days * DAY_MS <= k->now);
}

static bool
sweep_media(struct keep *k)
{
	struct finding_media f = { .n = 0 };
	struct store_query q = { .noun = noun_file.letter,
				 .column = 1,
				 .equals = FILE_RECORDING,
				 .after = k->after,
				 .limit = LOOKED_MAX };

	if (journal_records(k->journal, &q, find_media, &f) < 0)
		log_error("keep", "sweep_failed", "of=recordings");
	for (size_t i = 0; i < f.n; i++) {
		k->after = f.files[i].seq;
		if (is_due(k, f.incidents[i]) && erase_file(k, f.files[i]))
			k->swept.media++;
	}
	return f.n == LOOKED_MAX;
}

/* --- the whole ------------------------------------------------------------------ */

bool
sweep_slice(struct keep *k)
{
	int64_t back = k->has_swept ? DAYS_LATELY : DAYS_ALL;

	switch (k->phase) {
	case REST:
		k->now = journal_now(k->journal);
		k->swept = (struct swept){ 0 };
		k->day = (k->now - k->cfg.incidents_days * DAY_MS) / DAY_MS - back;
		k->after = 0;
		k->phase = TRACKS;
		expire_tracks(k);
		return true;
	case TRACKS:
		if (!k->is_expiring)
			k->phase = INCIDENTS;
		return true;
	case INCIDENTS:
		if (!sweep_incidents(k))
			k->phase = MEDIA;
		return true;
	default:
		if (sweep_media(k))
			return true;
		k->phase = REST;
		k->has_swept = true;
		k->swept_day = k->now / DAY_MS;
		retention_swept(journal_begin(k->journal, NULL), &k->swept);
		return false;
	}
}

bool
erase_approved(struct keep *k)
{
	struct id ids[SLICE], subjects[SLICE];
	size_t n = 0, done = 0;
	void *v;

	for (size_t at = 0;
	     n < SLICE && map_next(&k->model->tables[NOUN_ERASURE], &at, NULL, &v);) {
		const struct erasure *x = v;

		if (x->state != ERASURE_APPROVED)
			continue;
		ids[n] = x->r.id;
		subjects[n++] = x->subject;
	}
	for (size_t i = 0; i < n; i++) {
		struct incident *inc = (struct incident *)journal_find(
			k->journal, NOUN_INCIDENT, subjects[i]);
		struct person *h = person_find(k->model, subjects[i]);
		bool is_gone = (inc && inc->erased_at != TIME_NONE) ||
			       (h && h->erased_at != TIME_NONE);

		/* what is held meanwhile waits until that ends */
		if (!is_gone && !(inc ? erase_incidents(k, &subjects[i], 1)
				      : erase_person(k, subjects[i])))
			continue;
		erasure_finish(journal_begin(k->journal, NULL), ids[i]);
		done++;
	}
	return done > 0;
}

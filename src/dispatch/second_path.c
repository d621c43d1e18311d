/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second path: pages are records (the durable spool); each is handed to a
 * configured program as one JSON object on stdin, and exit 0 means passed on.
 * A page runs only once it is durable, so a crash sends one twice rather than
 * never: the program may know repeats by "page". At most two run at a time,
 * P1 first; failures come again after 5 s to 60 s. A page that a newer one of
 * its incident replaces, or whose incident a person has taken meanwhile, is
 * dropped. Training never gets here.
 * Where texts can be sent, those to a phone go that way instead, and each duty
 * officer's phone gets its own page, with digits that take the call.
 */
#include "dispatch/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

#define PAGE_TIMEOUT_MS 30000 /* a gateway that dials needs a while */
#define BACKOFF_FIRST_MS 5000
#define NUDGE_STALE_MS 3600000
#define BACKOFF_MOST_MS 60000
#define PAGES_LOOKED_AT 64 /* of an incident, for the newest rung */

struct page_watch {
	struct id id, incident;
	int64_t due_mono;
	bool is_running;
};

/* One program under way; it outlives a desk that closes meanwhile. */
struct page_run {
	struct dispatch *d;
	struct id page;
	size_t slot;
	struct buf text;
};

static int64_t
backoff_ms(int64_t tries)
{
	int64_t ms = BACKOFF_FIRST_MS;

	for (int64_t k = 0; k < tries && ms < BACKOFF_MOST_MS; k++)
		ms *= 2;
	return ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS;
}

static void
page_watch_add(struct dispatch *d, const struct page *p, int64_t left_ms)
{
	struct page_watch *w;

	if (p->state != PAGE_WAITING || map_get(&d->pages, ID_KEY(&p->r.id)))
		return;
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->id = p->r.id;
	w->incident = p->incident;
	w->due_mono = desk_mono(d) + left_ms;
	map_put(&d->pages, ID_KEY(&w->id), w);
}

static void
page_watch_drop(struct dispatch *d, struct id id)
{
	free(map_remove(&d->pages, ID_KEY(&id)));
}

static void
page_drop(struct dispatch *d, struct decision *dec, struct page_watch *w)
{
	page_result(dec, w->id, false, TIME_NONE);
	if (!w->is_running)
		page_watch_drop(d, w->id);
}

/* Nobody needs it any more: a person has the call, or it is over. */
static bool
is_stale(const struct dispatch *d, const struct page *p)
{
	const struct incident *i = incident_find(d->model, p->incident);
	int64_t since;

	if (p->r.world != WORLD_LIVE)
		return true;
	/* A nudge that is late says nothing any more, nor does an old stage. */
	if (page_is(p) != PAGE_CALL)
		return net_wall_ms(d->net) - p->at > NUDGE_STALE_MS;
	if (!id_is_set(p->incident))
		return false;
	return !i || ladder_phase(i, &since) == LADDER_QUIET || p->at < since;
}

bool
pages_have_path(const struct dispatch *d)
{
	return d->second_path || d->cfg.send_text;
}

/* To every duty officer who has a telephone. */
static void
page_officers(struct dispatch *d, struct decision *dec, const struct incident *i,
	      struct span text)
{
	size_t n = 0;
	void *v;

	for (size_t at = 0; map_next(&d->model->tables[NOUN_ACCOUNT], &at, NULL, &v);) {
		const struct account *a = v;
		struct buf AUTO(buf_done) b = { 0 };
		char digits[PAGE_DIGITS + 1];

		if (a->role != ROLE_DUTY_OFFICER || a->disabled || !a->phone ||
		    !*a->phone || !id_is(a->agency, d->model->node->control) ||
		    a->r.world != i->r.world)
			continue;
		page_digits(i, a->r.id, journal_node_key(d->journal), digits);
		buf_add_span(&b, text);
		buf_printf(&b, ". Answer 1 %s to take it.", digits);
		page_tell(dec, i->r.id, a->r.id, span_of(a->phone), buf_span(&b));
		n++;
	}
	if (!n)
		log_error("dispatch", "nobody_to_page",
			  "why=\"no duty officer has a telephone\"");
}

void
page_call(struct dispatch *d, struct decision *dec, const struct incident *i,
	  struct span text)
{
	struct id id;
	void *v;

	for (size_t at = 0; map_next(&d->pages, &at, NULL, &v);) {
		struct page_watch *w = v;
		const struct page *p = page_find(d->model, w->id);

		if (id_is(w->incident, i->r.id) && !w->is_running &&
		    (!p || page_is(p) == PAGE_CALL))
			page_drop(d, dec, w);
	}
	if (d->second_path || !d->cfg.send_text)
		page_owe(dec, i->r.id, text, &id);
	if (d->cfg.send_text)
		page_officers(d, dec, i, text);
}

/* --- running --------------------------------------------------------------- */

static void
page_write(struct buf *b, const struct dispatch *d, const struct page *p)
{
	const struct incident *i = incident_find(d->model, p->incident);

	jw_open(b, '{');
	jw_kid(b, "page", p->r.id);
	jw_kid(b, "incident", p->incident);
	if (i) {
		jw_kz(b, "number", i->number);
		jw_kz(b, "kind", i->kind);
		jw_kz(b, "priority", i->priority ? priority_names[i->priority] : NULL);
		jw_kz(b, "site", i->site_name);
	}
	jw_kz(b, "phone", p->phone);
	jw_kz(b, "text", p->text);
	jw_ktime(b, "at", p->at);
	jw_close(b, '}');
	buf_add_c(b, '\n');
}

/* A newer one says the same to the same. */
static bool
is_replaced(const struct dispatch *d, const struct page *p)
{
	void *v;

	for (size_t at = 0; map_next(&d->pages, &at, NULL, &v);) {
		const struct page *o =
			page_find(d->model, ((struct page_watch *)v)->id);

		if (o && id_is_set(p->incident) && id_is(o->incident, p->incident) &&
		    o->r.id.seq > p->r.id.seq && page_is(o) == page_is(p) &&
		    id_is(o->account, p->account) &&
		    (page_is(p) == PAGE_CALL ||
		     strcmp(o->phone ? o->phone : "", p->phone ? p->phone : "") == 0))
			return true;
	}
	return false;
}

static void
page_failed(struct dispatch *d, struct page_watch *w, const struct page *p)
{
	int64_t wait = backoff_ms(p->tries);
	struct decision *dec = journal_begin(d->journal, NULL);

	d->is_second_path_ok = false;
	w->is_running = false;
	w->due_mono = desk_mono(d) + wait;
	if (is_stale(d, p) || is_replaced(d, p))
		page_drop(d, dec, w);
	else
		page_result(dec, p->r.id, false, dec->now + wait);
}

static void
page_ended(struct dispatch *d, struct id id, int status)
{
	struct page_watch *w = map_get(&d->pages, ID_KEY(&id));
	struct page *p = page_find(d->model, id);

	if (status == 0) {
		d->is_second_path_ok = true;
		d->page_last_at = net_wall_ms(d->net);
		page_result(journal_begin(d->journal, NULL), id, true, TIME_NONE);
		page_watch_drop(d, id);
		return;
	}
	log_error("dispatch", "page_failed", "program=%s status=%d",
		  d->second_path ? d->second_path : "sms", status);
	if (w && p && p->state == PAGE_WAITING) {
		page_failed(d, w, p);
		return;
	}
	d->is_second_path_ok = false;
	page_watch_drop(d, id); /* dropped while it ran */
}

static void
on_done(void *ctx, int status)
{
	struct page_run *run = ctx;
	struct dispatch *d = run->d;
	struct id id = run->page;

	if (d)
		d->running[run->slot] = NULL;
	buf_done(&run->text);
	free(run);
	if (!d)
		return;
	page_ended(d, id, status);
	pages_run(d);
}

/* Law 1 of the journal: what the text tells is on disk now. */
static void
on_durable(void *ctx)
{
	struct page_run *run = ctx;
	struct dispatch *d = run->d;
	const char *const argv[] = { d ? d->second_path : NULL, NULL };
	const struct page *p = d ? page_find(d->model, run->page) : NULL;

	if (p && p->phone && *p->phone && d->cfg.send_text) {
		if (d->cfg.send_text(d->cfg.send_ctx, span_of(p->phone),
				     span_of(p->text), on_done, run) < 0)
			on_done(run, ERR_IO);
		return;
	}
	if (!run->d || net_spawn(run->d->net, argv, buf_span(&run->text),
				 PAGE_TIMEOUT_MS, on_done, run) < 0)
		on_done(run, ERR_IO);
}

static void
page_start(struct dispatch *d, struct page_watch *w, const struct page *p, size_t slot)
{
	struct page_run *run = calloc(1, sizeof *run);

	if (!run)
		abort();
	*run = (struct page_run){ .d = d, .page = w->id, .slot = slot };
	d->running[slot] = run;
	w->is_running = true;
	page_write(&run->text, d, p);
	journal_when(d->journal, on_durable, run);
}

static bool
goes_before(const struct dispatch *d, const struct page_watch *a,
	    const struct page_watch *b)
{
	const struct incident *x = incident_find(d->model, a->incident);
	const struct incident *y = incident_find(d->model, b->incident);
	bool is_x = x && x->priority == PRIORITY_P1;
	bool is_y = y && y->priority == PRIORITY_P1;

	return is_x != is_y ? is_x : a->id.seq < b->id.seq;
}

/* The next page to start, or NULL and when there may be one. */
static struct page_watch *
page_pick(struct dispatch *d, int64_t *ret_next)
{
	int64_t now = desk_mono(d);
	struct page_watch *best = NULL;
	void *v;

	*ret_next = INT64_MAX;
	for (size_t at = 0; map_next(&d->pages, &at, NULL, &v);) {
		struct page_watch *w = v;

		if (w->is_running)
			continue;
		if (w->due_mono > now) {
			if (w->due_mono < *ret_next)
				*ret_next = w->due_mono;
		} else if (!best || goes_before(d, w, best)) {
			best = w;
		}
	}
	return best;
}

void
pages_run(void *ctx)
{
	struct dispatch *d = ctx;
	struct page_watch *w;
	int64_t next;

	for (size_t slot = 0; pages_have_path(d) && slot < PAGES_RUNNING;) {
		const struct page *p;

		if (d->running[slot]) {
			slot++;
			continue;
		}
		w = page_pick(d, &next);
		if (!w) {
			if (next != INT64_MAX)
				net_timer_start(d->page_timer, next - desk_mono(d), 0);
			return;
		}
		p = page_find(d->model, w->id);
		if (!p || p->state != PAGE_WAITING)
			page_watch_drop(d, w->id);
		else if (is_stale(d, p))
			page_drop(d, journal_begin(d->journal, NULL), w);
		else
			page_start(d, w, p, slot);
	}
}

/* --- hearing --------------------------------------------------------------- */

static void
drop_stale(struct dispatch *d, struct id incident)
{
	void *v;

	for (size_t at = 0; map_next(&d->pages, &at, NULL, &v);) {
		struct page_watch *w = v;
		const struct page *p;

		if (!id_is(w->incident, incident))
			continue;
		p = page_find(d->model, w->id);
		if (p && p->state == PAGE_WAITING && is_stale(d, p))
			page_drop(d, journal_begin(d->journal, NULL), w);
	}
}

void
pages_on_event(struct dispatch *d, const struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;

	if (e->type == EVENT_PAGE_OWED) {
		const struct page *p = page_find(d->model, e->subject);

		if (p)
			page_watch_add(d, p, 0);
		/* In the next turn, when all that is owed now is known: P1 first. */
		net_timer_start(d->page_timer, 0, 0);
	} else if (d->pages.n && (n == NOUN_INCIDENT || n == NOUN_ASSIGNMENT)) {
		drop_stale(d, e->incident);
	}
}

/* --- opening and closing --------------------------------------------------- */

static bool
take_at(void *ctx, const struct record *rec)
{
	const struct page *p = (const struct page *)rec;

	if (page_is(p) != PAGE_CALL)
		return true; /* told to a caller: no rung */
	*(int64_t *)ctx = p->at;
	return false;
}

int64_t
page_newest_at(struct dispatch *d, struct id incident)
{
	struct store_query q = { .noun = noun_page.letter,
				 .column = 1,
				 .equals = (int64_t)incident.seq,
				 .is_descending = true,
				 .limit = PAGES_LOOKED_AT };
	int64_t at = TIME_NONE;

	if (journal_records(d->journal, &q, take_at, &at) < 0)
		return TIME_NONE;
	return at;
}

void
pages_load(struct dispatch *d)
{
	int64_t now = journal_now(d->journal);
	void *v;

	for (size_t at = 0; map_next(&d->model->tables[NOUN_PAGE], &at, NULL, &v);) {
		const struct page *p = v;
		int64_t left = p->next_at == TIME_NONE ? 0 : p->next_at - now;

		if (left > BACKOFF_MOST_MS)
			left = BACKOFF_MOST_MS;
		page_watch_add(d, p, left < 0 ? 0 : left);
	}
	/* In a turn of its own: nothing runs before the rooms are all open. */
	net_timer_start(d->page_timer, 0, 0);
}

void
pages_done(struct dispatch *d)
{
	void *w;

	for (size_t k = 0; k < PAGES_RUNNING; k++)
		if (d->running[k])
			d->running[k]->d = NULL;
	for (size_t at = 0; map_next(&d->pages, &at, NULL, &w);)
		free(w);
	map_done(&d->pages);
}

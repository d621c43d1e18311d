/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file's rows are to the records that there are. A row is a record's own by its
 * `ref`, or by its name where there is none; a unit by its callsign, a device by its
 * door and identity. Only records of the row's agency are looked at, so nobody learns
 * of another's.
 */
#include "model/import.h"

#include "base/auto.h"

#include <stdlib.h>

void
import_init(struct import *im, enum noun_index noun)
{
	*im = (struct import){ .noun = noun };
}

void
import_done(struct import *im)
{
	for (size_t i = 0; i < im->n_rows; i++)
		patch_done(&im->rows[i].p);
	free(im->rows);
	free(im->bad);
	arena_done(&im->arena);
	*im = (struct import){ 0 };
}

size_t
import_count(const struct import *im, enum import_fate fate)
{
	size_t n = 0;

	for (size_t i = 0; i < im->n_rows; i++)
		n += im->rows[i].fate == fate;
	return n;
}

/* --- what records are known by, within an agency ------------------------------------
 */

struct known {
	struct decision *d;
	struct import *im;
	struct map sites, people, agencies;
	struct map rows;        /* the file's own, by what they are known by */
	struct map named, bare; /* … by name: all, and those without a ref */
	struct map matched;     /* … by the record that they are */
};

static const char several[] = ""; /* stands for more than one record */

static void
key_of(struct buf *b, struct id agency, char what, struct span text)
{
	buf_clear(b);
	buf_add(b, &agency, sizeof agency);
	buf_add_c(b, what);
	buf_add_span(b, text);
}

static void
learn(struct map *m, struct id agency, char what, const char *text, const void *rec)
{
	struct buf AUTO(buf_done) key = { 0 };

	if (!text)
		return;
	key_of(&key, agency, what, span_of(text));
	if (map_put(m, buf_span(&key), (void *)(uintptr_t)rec))
		map_put(m, buf_span(&key), (void *)(uintptr_t)several);
}

static const void *
known_as(const struct map *m, struct id agency, char what, struct span text)
{
	struct buf AUTO(buf_done) key = { 0 };

	key_of(&key, agency, what, text);
	return map_get(m, buf_span(&key));
}

static void
known_open(struct known *k, struct decision *d, struct import *im)
{
	int world = d->actor->world;
	void *v;

	*k = (struct known){ .d = d, .im = im };
	for (size_t i = 0; map_next(&d->m->tables[NOUN_SITE], &i, NULL, &v);) {
		const struct site *s = v;

		if (s->r.world != world)
			continue;
		learn(&k->sites, s->agency, 'r', s->ref, s);
		learn(&k->sites, s->agency, s->ref ? 'n' : 'b', s->name, s);
	}
	for (size_t i = 0; map_next(&d->m->tables[NOUN_PERSON], &i, NULL, &v);) {
		const struct person *h = v;

		if (h->r.world != world || !id_is(h->agency, d->actor->agency))
			continue;
		learn(&k->people, h->agency, 'r', h->ref, h);
		learn(&k->people, h->agency, h->ref ? 'n' : 'b', h->name, h);
	}
	for (size_t i = 0; map_next(&d->m->tables[NOUN_AGENCY], &i, NULL, &v);) {
		const struct agency *g = v;

		learn(&k->agencies, (struct id){ 0 }, 'n', g->name, g);
		learn(&k->agencies, (struct id){ 0 }, 'n', g->short_name, g);
	}
}

static void
known_close(struct known *k)
{
	map_done(&k->sites);
	map_done(&k->people);
	map_done(&k->agencies);
	map_done(&k->rows);
	map_done(&k->named);
	map_done(&k->bare);
	map_done(&k->matched);
}

/* --- names in a row -------------------------------------------------------------- */

static bool
settle_agency(struct known *k, struct import_row *row)
{
	const struct principal *who = k->d->actor;
	const struct agency *g, *own = agency_find(k->d->m, who->agency);
	struct id id = { 0 };

	row->owner = who->agency;
	if (!row->agency.n)
		return true;
	if (id_parse(row->agency, &id) == 0)
		g = agency_find(k->d->m, id);
	else
		g = known_as(&k->agencies, id, 'n', row->agency);
	if (!who->is_control && g != own) {
		import_wrong(k->im, row->line, "agency", row->agency,
			     "you import for your own agency");
		return false;
	}
	if (!g || (const void *)g == several) {
		import_wrong(k->im, row->line, "agency", row->agency,
			     g ? "more than one agency is called so: give its id"
			       : "no such agency");
		return false;
	}
	row->owner = g->r.id;
	return true;
}

static const struct site *
site_named(const struct known *k, struct id agency, struct span s)
{
	const void *rec = known_as(&k->sites, agency, 'r', s);

	if (!rec)
		rec = known_as(&k->sites, agency, 'n', s);
	if (!rec)
		rec = known_as(&k->sites, agency, 'b', s);
	return rec == several ? NULL : rec;
}

/* A site by id, ref or name; a unit by id or callsign; a person by id or ref. */
static struct id
id_named(const struct known *k, const struct import_row *row, const char *field,
	 struct span s)
{
	const struct site *site;
	const struct unit *u;
	const struct person *h;
	struct id id;

	if (id_parse(s, &id) == 0)
		return id; /* the command looks whose it is */
	if (strcmp(field, "person") == 0) {
		h = known_as(&k->people, row->owner, 'r', s);
		return h && (const void *)h != several ? h->r.id : (struct id){ 0 };
	}
	if (strcmp(field, "site") != 0 && strcmp(field, "residence") != 0) {
		char *z = span_dup(s);

		u = unit_by_callsign(k->d->m, k->d->actor->world, row->owner, z);
		free(z);
		if (u)
			return u->r.id;
	}
	site = strcmp(field, "unit") == 0 ? NULL : site_named(k, row->owner, s);
	return site ? site->r.id : (struct id){ 0 };
}

static bool
settle_names(struct known *k, struct import_row *row)
{
	const struct noun *noun = row->p.noun;
	bool is_good = true;

	for (size_t i = 0; i < noun->n_fields; i++) {
		const struct field *f = &noun->fields[i];
		struct id id;

		if (!row->named[i].n)
			continue;
		id = id_named(k, row, f->name, row->named[i]);
		if (id_is_set(id)) {
			*(struct id *)patch_give(&row->p, f->off) = id;
			continue;
		}
		import_wrong(k->im, row->line, f->name, row->named[i],
			     "no such record of the agency, or more than one");
		is_good = false;
	}
	return is_good;
}

/* --- which record a row is -------------------------------------------------------- */

static const void *
by_ref_or_name(const struct map *m, const struct import_row *row, const char *ref,
	       const char *name)
{
	const void *rec = NULL;

	if (ref)
		rec = known_as(m, row->owner, 'r', span_of(ref));
	if (!rec)
		rec = known_as(m, row->owner, 'b', span_of(name));
	if (!ref && known_as(m, row->owner, 'n', span_of(name)))
		rec = rec ? several : known_as(m, row->owner, 'n', span_of(name));
	return rec;
}

static const void *
match(const struct known *k, struct import_row *row, struct buf *key)
{
	const struct model *m = k->d->m;
	const struct site *s = (const struct site *)row->p.rec;
	const struct unit *u = (const struct unit *)row->p.rec;
	const struct person *h = (const struct person *)row->p.rec;
	const struct device *dev = (const struct device *)row->p.rec;

	switch (k->im->noun) {
	case NOUN_SITE:
		key_of(key, row->owner, s->ref ? 'r' : 'n',
		       span_of(s->ref ? s->ref : s->name));
		return by_ref_or_name(&k->sites, row, s->ref, s->name);
	case NOUN_PERSON:
		key_of(key, row->owner, h->ref ? 'r' : 'n',
		       span_of(h->ref ? h->ref : h->name));
		return by_ref_or_name(&k->people, row, h->ref, h->name);
	case NOUN_UNIT:
		key_of(key, row->owner, 'c', span_of(u->callsign));
		return unit_by_callsign(m, k->d->actor->world, row->owner, u->callsign);
	default:
		buf_printf(key, "%s\n%s", dev->door, dev->identity);
		return device_by_name(m, span_of(dev->door), span_of(dev->identity));
	}
}

/* Puts the row there and refuses it when another stands there already. */
static bool
is_first(struct known *k, struct map *m, struct span key, size_t at, const char *why)
{
	const struct import_row *row = &k->im->rows[at];
	size_t other = (size_t)(uintptr_t)map_put(m, key, (void *)(uintptr_t)(at + 1));

	if (!other || other == at + 1)
		return true;
	import_wrong(k->im, row->line, "", (struct span){ 0 }, why,
		     k->im->rows[other - 1].line);
	return false;
}

/* A row without a ref is known by its name: then no other row may have it. */
static bool
is_name_its_own(struct known *k, const struct import_row *row, size_t at)
{
	const bool is_site = k->im->noun == NOUN_SITE;
	const struct site *s = (const struct site *)row->p.rec;
	const struct person *h = (const struct person *)row->p.rec;
	const char *ref = is_site ? s->ref : h->ref,
		   *name = is_site ? s->name : h->name;
	const char *why = "called as line %zu: give each a ref";
	struct buf AUTO(buf_done) key = { 0 };
	size_t other;

	if (!is_site && k->im->noun != NOUN_PERSON)
		return true;
	key_of(&key, row->owner, 'n', span_of(name));
	if (!ref)
		return is_first(k, &k->named, buf_span(&key), at, why) &&
		       is_first(k, &k->bare, buf_span(&key), at, why);
	map_put(&k->named, buf_span(&key), (void *)(uintptr_t)(at + 1));
	other = (size_t)(uintptr_t)map_get(&k->bare, buf_span(&key));
	if (!other)
		return true;
	import_wrong(k->im, row->line, "", (struct span){ 0 }, why,
		     k->im->rows[other - 1].line);
	return false;
}

static bool
settle_record(struct known *k, struct import_row *row, size_t at)
{
	struct buf AUTO(buf_done) key = { 0 };
	const struct record *rec = match(k, row, &key);

	if (!is_first(k, &k->rows, buf_span(&key), at, "the same as line %zu") ||
	    !is_name_its_own(k, row, at))
		return false;
	if ((const void *)rec == several) {
		import_wrong(k->im, row->line, "", (struct span){ 0 },
			     "more than one record is called so: give each a ref");
		return false;
	}
	if (rec &&
	    !is_first(k, &k->matched, ID_KEY(&rec->id), at,
		      "the same record as line %zu: give the record its ref first"))
		return false;
	row->fate = rec ? IMPORT_CHANGED : IMPORT_NEW;
	row->id = rec ? rec->id : (struct id){ 0 };
	return true;
}

/* --- what of a record changes -------------------------------------------------------
 */

static void
drop(struct patch *p, size_t i)
{
	const struct field *f = &p->noun->fields[i];
	void *at = (char *)p->rec + f->off;

	p->given &= ~(1ull << i);
	switch (f->type) {
	case FIELD_STR:
	case FIELD_LIST:
	case FIELD_JSON:
		free(*(char **)at);
		*(char **)at = NULL;
		break;
	case FIELD_ENUM:
		*(int *)at = 0;
		break;
	case FIELD_ID:
		*(struct id *)at = (struct id){ 0 };
		break;
	case FIELD_POS:
		*(struct position *)at = (struct position){ 0 };
		break;
	default:
		break;
	}
}

/* A code is kept as its hash only. */
static bool
is_same_code(const struct record *now, const char *code, bool is_duress)
{
	const struct site *s = (const struct site *)now;
	const char *kept = is_duress ? s->duress_hash : s->cancel_hash;
	struct buf AUTO(buf_done) hash = { 0 };

	site_code_hash(&hash, s->r.id, span_of(code));
	return kept && strcmp(kept, hash.p) == 0;
}

static bool
is_same(const struct field *f, const struct record *now, const struct record *asked)
{
	struct buf AUTO(buf_done) a = { 0 }, b = { 0 };

	if (f->flags & FIELD_ASK)
		return is_same_code(now, *(char *const *)((const char *)asked + f->off),
				    strcmp(f->name, "duress_code") == 0);
	if (f->type != FIELD_BOOL && field_is_none(f, now))
		return false;
	field_write(&a, f, now);
	field_write(&b, f, asked);
	return span_is(buf_span(&a), buf_span(&b));
}

static void
settle_change(struct decision *d, struct import *im, struct import_row *row)
{
	const struct record *now = model_find(d->m, im->noun, row->id);

	for (size_t i = 0; i < row->p.noun->n_fields; i++)
		if ((row->p.given >> i & 1) &&
		    is_same(&row->p.noun->fields[i], now, row->p.rec))
			drop(&row->p, i);
	if (!row->p.given)
		row->fate = IMPORT_SAME;
}

/* --- all of it ------------------------------------------------------------------ */

static int
put(struct decision *d, enum noun_index n, struct import_row *row)
{
	switch (n) {
	case NOUN_SITE:
		return site_put(d, row->id, &row->p, NULL);
	case NOUN_UNIT:
		return unit_put(d, row->id, &row->p, NULL);
	case NOUN_PERSON:
		return person_put(d, row->id, &row->p, NULL);
	default:
		return device_put(d, row->id, &row->p, NULL);
	}
}

static void
give_owner(struct import_row *row)
{
	const struct field *f = field_find(row->p.noun, SPAN("agency"));

	if (row->fate == IMPORT_NEW && f && (f->flags & FIELD_POST))
		*(struct id *)patch_give(&row->p, f->off) = row->owner;
}

static void
check_row(struct known *k, struct import_row *row, size_t at)
{
	struct decision *d = k->d;

	if (!settle_agency(k, row) || !settle_names(k, row) ||
	    !settle_record(k, row, at))
		return;
	if (row->fate == IMPORT_CHANGED)
		settle_change(d, k->im, row);
	give_owner(row);
	if (row->fate != IMPORT_SAME && put(d, k->im->noun, row) < 0)
		import_wrong(k->im, row->line, "", (struct span){ 0 }, "%s",
			     d->refusal.detail);
}

int
import_may(struct decision *d, enum noun_index noun)
{
	if (!d->actor || !principal_is_administrator(d->actor))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may import");
	if (noun == NOUN_DEVICE && !d->actor->is_control)
		return refuse(d, 403, "needs_control",
			      "only the control agency imports devices");
	return 0;
}

int
import_check(struct decision *d, struct import *im)
{
	struct known k;

	if (import_may(d, im->noun) < 0)
		return ERR_DENIED;
	if (im->n_bad)
		return 0;
	known_open(&k, d, im);
	d->is_dry = true;
	for (size_t i = 0; i < im->n_rows; i++)
		check_row(&k, &im->rows[i], i);
	d->is_dry = false;
	known_close(&k);
	return 0;
}

void
import_take(struct decision *d, struct import *im)
{
	for (size_t i = 0; i < im->n_rows; i++)
		/* refused after it was not: our own mistake; nothing is on disk */
		if (im->rows[i].fate != IMPORT_SAME &&
		    put(d, im->noun, &im->rows[i]) < 0)
			abort();
}

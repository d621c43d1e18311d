/* SPDX-License-Identifier: Apache-2.0 */
/* The file of the front log: its header, its records, and a look at all of it. */
#include "store/front.h"

#include "base/auto.h"
#include "base/crypt.h"

#include <endian.h>
#include <stdlib.h>

#define SECTOR 512 /* what a disk writes whole */
#define MAGIC "kumak front 1\n"
#define PIECE (1 << 16) /* the unix VFS looks at the lowest 17 bits of a length */

/* --- numbers, lowest byte first */

static uint64_t
get_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static void
put_u64(uint8_t *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof v);
}

/* --- the file */

static int
zeros(struct front *f, int64_t at, int64_t to)
{
	static const char none[PIECE];
	int rc = SQLITE_OK;

	for (; rc == SQLITE_OK && at < to; at += PIECE)
		rc = f->file->pMethods->xWrite(
			f->file, none, (int)(to - at < PIECE ? to - at : PIECE), at);
	if (rc == SQLITE_OK)
		rc = f->file->pMethods->xSync(f->file, SQLITE_SYNC_NORMAL);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_FULL ? ERR_FULL : ERR_IO;
}

int
front_open(struct front *f, sqlite3_vfs *base, const char *path, bool is_writer,
	   int64_t size)
{
	int flags = is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
			      : SQLITE_OPEN_READONLY;
	int is_there = 0, rc;
	sqlite3_file *file;
	sqlite3_int64 now;

	*f = (struct front){ .at = SECTOR };
	if (base->xAccess(base, path, SQLITE_ACCESS_EXISTS, &is_there) != SQLITE_OK)
		return ERR_IO;
	if (!is_there && !is_writer)
		return ERR_NOT_FOUND;
	file = calloc(1, (size_t)base->szOsFile);
	if (!file)
		return ERR_NOMEM;
	rc = base->xOpen(base, path, file, SQLITE_OPEN_WAL | flags, NULL);
	if (rc != SQLITE_OK) {
		free(file);
		return rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_IO;
	}
	f->file = file;
	if (file->pMethods->xFileSize(file, &now) != SQLITE_OK)
		return ERR_IO;
	f->size = now > size || !is_writer ? now : size;
	f->high = f->size; /* of an earlier run */
	return now < f->size ? zeros(f, now, f->size) : 0;
}

void
front_close(struct front *f)
{
	if (!f->file)
		return;
	f->file->pMethods->xClose(f->file);
	free(f->file);
	f->file = NULL;
}

static int
write_all(struct front *f, const char *p, size_t n, int64_t at)
{
	int rc = SQLITE_OK;

	for (size_t i = 0, m; rc == SQLITE_OK && i < n; i += m) {
		m = n - i < PIECE ? n - i : PIECE;
		rc = f->file->pMethods->xWrite(f->file, p + i, (int)m, at + (int64_t)i);
	}
	if (rc == SQLITE_OK)
		rc = f->file->pMethods->xSync(f->file, SQLITE_SYNC_NORMAL);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_FULL ? ERR_FULL : ERR_IO;
}

/* --- the header: magic, epoch, sum */

#define EPOCH_AT 16
#define HEADER_SUM_AT 24
#define HEADER_BYTES 32

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static uint64_t
header_sum(const uint8_t *h)
{
	return crypt_short((struct span){ (const char *)h, HEADER_SUM_AT });
}

static bool
is_header(const uint8_t *h)
{
	return memcmp(h, MAGIC, sizeof MAGIC) == 0 &&
	       get_u64(h + HEADER_SUM_AT) == header_sum(h);
}

int
front_claim(struct front *f, uint64_t epoch)
{
	uint8_t h[SECTOR];

	if (f->file->pMethods->xRead(f->file, h, sizeof h, 0) != SQLITE_OK)
		return ERR_IO;
	if (!is_header(h) && !is_zero(h, sizeof h))
		return ERR_CORRUPT;
	memset(h, 0, sizeof h);
	memcpy(h, MAGIC, sizeof MAGIC);
	put_u64(h + EPOCH_AT, epoch);
	put_u64(h + HEADER_SUM_AT, header_sum(h));
	f->epoch = epoch;
	return write_all(f, (const char *)h, sizeof h, 0);
}

/* Asked after the sync: who takes the file over claims it first and reads it
 * then, so either we see the claim here, or it saw our record. */
static int
check_claim(struct front *f)
{
	uint8_t h[HEADER_BYTES];

	if (f->file->pMethods->xRead(f->file, h, sizeof h, 0) != SQLITE_OK)
		return ERR_IO;
	if (!is_header(h))
		return ERR_CORRUPT;
	return get_u64(h + EPOCH_AT) == f->epoch ? 0 : ERR_STATE;
}

bool
front_fits(const struct front *f, size_t bytes)
{
	return f->at + (int64_t)bytes <= f->size;
}

void
front_rewind(struct front *f)
{
	f->at = SECTOR;
}

int
front_wipe(struct front *f)
{
	int rc = zeros(f, SECTOR, f->high);

	f->high = SECTOR;
	return rc;
}

int
front_write(struct front *f, struct span record)
{
	int rc = write_all(f, record.p, record.n, f->at);

	if (rc == 0)
		rc = check_claim(f);
	f->at += (int64_t)record.n;
	if (f->at > f->high)
		f->high = f->at;
	return rc;
}

/* --- records: a head of fixed size, then what it counts */

#define RECORD_MAGIC 0x3152464bu /* "KFR1" */
#define HEAD_BYTES 80

static uint64_t
record_sum(const char *p, size_t n)
{
	return crypt_short((struct span){ p + 16, n - 16 });
}

static void
add_u64(struct buf *b, uint64_t v)
{
	uint8_t p[8];

	put_u64(p, v);
	buf_add(b, p, sizeof p);
}

static void
add_span(struct buf *b, struct span s)
{
	add_u64(b, s.n);
	buf_add_span(b, s);
}

void
front_encode(struct buf *ret, const struct store_batch *b, uint64_t after,
	     const uint8_t prev[STORE_HASH_BYTES])
{
	size_t from = ret->n, n;
	char *head;

	add_u64(ret, RECORD_MAGIC); /* with the length, when that is known */
	add_u64(ret, 0);
	add_u64(ret, after);
	add_u64(ret, b->n_events);
	add_u64(ret, b->n_records);
	add_u64(ret, b->n_searches);
	buf_add(ret, prev, STORE_HASH_BYTES);
	for (size_t i = 0; i < b->n_events; i++) {
		const struct store_event *e = &b->events[i];

		add_u64(ret, (uint64_t)e->at);
		add_u64(ret, e->incident);
		buf_add(ret, e->hash, STORE_HASH_BYTES);
		add_span(ret, e->doc);
	}
	for (size_t i = 0; i < b->n_records; i++) {
		const struct store_record *r = &b->records[i];

		add_u64(ret, (unsigned char)r->noun);
		add_u64(ret, r->seq);
		for (int k = 0; k < STORE_COLUMNS; k++)
			add_u64(ret, (uint64_t)r->k[k]);
		add_span(ret, r->body);
	}
	for (size_t i = 0; i < b->n_searches; i++) {
		add_u64(ret, b->searches[i].incident);
		add_u64(ret, b->searches[i].is_post);
		add_span(ret, b->searches[i].text);
		add_span(ret, b->searches[i].tags);
	}
	while ((ret->n - from) % 8)
		buf_add_c(ret, 0);
	n = ret->n - from;
	head = ret->p + from;
	put_u64((uint8_t *)head, RECORD_MAGIC | (uint64_t)n << 32);
	put_u64((uint8_t *)head + 8, record_sum(head, n));
}

bool
front_take(struct span *at, struct front_head *ret)
{
	const uint8_t *p = (const uint8_t *)at->p;
	uint64_t first, n;

	if (at->n < HEAD_BYTES)
		return false;
	first = get_u64(p);
	n = first >> 32;
	if ((first & 0xffffffffu) != RECORD_MAGIC || n < HEAD_BYTES || n % 8 ||
	    n > at->n || get_u64(p + 8) != record_sum(at->p, n))
		return false;
	*ret = (struct front_head){
		.after = get_u64(p + 16),
		.n_events = (uint32_t)get_u64(p + 24),
		.n_records = (uint32_t)get_u64(p + 32),
		.n_searches = (uint32_t)get_u64(p + 40),
		.body = { at->p + HEAD_BYTES, n - HEAD_BYTES },
	};
	ret->last = ret->after + ret->n_events;
	memcpy(ret->prev, p + 48, STORE_HASH_BYTES);
	at->p += n;
	at->n -= n;
	return true;
}

/* --- a look at all of it */

static int
read_all(struct front *f, uint8_t **ret)
{
	uint8_t *p = malloc((size_t)f->size + 1);

	if (!p)
		return ERR_NOMEM;
	for (int64_t at = 0; at < f->size; at += PIECE) {
		int64_t n = f->size - at < PIECE ? f->size - at : PIECE;

		if (f->file->pMethods->xRead(f->file, p + at, (int)n, at) !=
		    SQLITE_OK) {
			free(p);
			return ERR_IO;
		}
	}
	*ret = p;
	return 0;
}

int
front_scan(struct front *f, struct front_found *ret)
{
	struct span rest, tail;
	struct front_head h;
	int rc;

	*ret = (struct front_found){ 0 };
	if (f->size < SECTOR)
		return 0;
	rc = read_all(f, &ret->bytes);
	if (rc != 0)
		return rc;
	rest = (struct span){ (char *)ret->bytes + SECTOR, (size_t)f->size - SECTOR };
	ret->records.p = rest.p;
	for (tail = rest; front_take(&tail, &h); rest = tail) {
		if (ret->records.n == 0)
			ret->after = h.after;
		else if (h.after != ret->last)
			break; /* an earlier round's */
		ret->last = ret->newest = h.last;
		ret->records.n = (size_t)(tail.p - ret->records.p);
	}
	while (rest.n >= HEAD_BYTES) {
		tail = rest;
		if (front_take(&tail, &h)) {
			if (h.last > ret->newest)
				ret->newest = h.last;
			rest = tail;
			continue;
		}
		rest.p += 8;
		rest.n -= 8;
	}
	return 0;
}

/* --- several batches as one */

static bool
take_u64(struct span *at, uint64_t *ret)
{
	if (at->n < 8)
		return false;
	*ret = get_u64((const uint8_t *)at->p);
	at->p += 8;
	at->n -= 8;
	return true;
}

static bool
take_span(struct span *at, struct span *ret)
{
	uint64_t n;

	if (!take_u64(at, &n) || n > at->n)
		return false;
	*ret = (struct span){ at->p, n };
	at->p += n;
	at->n -= n;
	return true;
}

static bool
take_event(struct span *at, struct store_event *e)
{
	uint64_t when;

	if (!take_u64(at, &when) || !take_u64(at, &e->incident) ||
	    at->n < STORE_HASH_BYTES)
		return false;
	e->at = (int64_t)when;
	memcpy(e->hash, at->p, STORE_HASH_BYTES);
	at->p += STORE_HASH_BYTES;
	at->n -= STORE_HASH_BYTES;
	return take_span(at, &e->doc);
}

static bool
take_record(struct span *at, struct store_record *r)
{
	uint64_t noun, v;

	if (!take_u64(at, &noun) || !take_u64(at, &r->seq) || noun <= ' ' || noun > '~')
		return false;
	r->noun = (char)noun;
	for (int k = 0; k < STORE_COLUMNS; k++) {
		if (!take_u64(at, &v))
			return false;
		r->k[k] = (int64_t)v;
	}
	return take_span(at, &r->body);
}

static bool
take_search(struct span *at, struct store_search *t)
{
	uint64_t is_post;

	if (!take_u64(at, &t->incident) || !take_u64(at, &is_post))
		return false;
	t->is_post = is_post != 0;
	return take_span(at, &t->text) && take_span(at, &t->tags);
}

/* One more place in a list that doubles. */
static void *
place(void **list, size_t n, size_t *cap, size_t each)
{
	if (n == *cap) {
		*cap = *cap ? *cap * 2 : 64;
		*list = realloc(*list, *cap * each);
		if (!*list)
			abort(); /* out of memory: the next start replays */
	}
	return (char *)*list + n * each;
}

/* Where the record or the text of this key stands; a new place otherwise. */
static size_t
place_of(struct front_gather *g, char kind, uint64_t seq, size_t next)
{
	char key[9] = { kind };
	size_t at;

	memcpy(key + 1, &seq, sizeof seq);
	at = (size_t)map_get(&g->places, (struct span){ key, sizeof key });
	if (at)
		return at - 1;
	map_put(&g->places, (struct span){ key, sizeof key }, (void *)(next + 1));
	return next;
}

static bool
add_records(struct front_gather *g, struct span *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct store_record r = { 0 };
		size_t k;

		if (!take_record(at, &r))
			return false;
		k = place_of(g, r.noun, r.seq, g->batch.n_records);
		if (k == g->batch.n_records) {
			place((void **)&g->records, k, &g->records_cap, sizeof r);
			g->batch.n_records++;
		}
		g->records[k] = r;
	}
	return true;
}

static bool
add_searches(struct front_gather *g, struct span *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct store_search t = { 0 };
		size_t k;

		if (!take_search(at, &t))
			return false;
		/* no letter of a noun */
		k = place_of(g, t.is_post ? 2 : 1, t.incident, g->batch.n_searches);
		if (k == g->batch.n_searches) {
			place((void **)&g->searches, k, &g->searches_cap, sizeof t);
			g->batch.n_searches++;
		}
		g->searches[k] = t;
	}
	return true;
}

int
front_add(struct front_gather *g, const struct front_head *h)
{
	struct span at = h->body;
	bool is_good = true;

	for (uint32_t i = 0; is_good && i < h->n_events; i++) {
		struct store_event e = { .seq = h->after + 1 + i };

		is_good = take_event(&at, &e);
		if (!is_good)
			break;
		place((void **)&g->events, g->batch.n_events, &g->events_cap, sizeof e);
		g->events[g->batch.n_events++] = e;
	}
	is_good = is_good && add_records(g, &at, h->n_records) &&
		  add_searches(g, &at, h->n_searches);
	g->batch.events = g->events;
	g->batch.records = g->records;
	g->batch.searches = g->searches;
	return is_good ? 0 : ERR_CORRUPT;
}

void
front_gather_clear(struct front_gather *g)
{
	map_done(&g->places);
	g->places = (struct map){ 0 };
	g->batch = (struct store_batch){ 0 };
}

void
front_gather_done(struct front_gather *g)
{
	front_gather_clear(g);
	free(g->events);
	free(g->records);
	free(g->searches);
	*g = (struct front_gather){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The imported places as one checked file, in the manner of the roads' (route/file.c).
 */
#include "base/auto.h"
#include "base/crypt.h"
#include "place/inner.h"

#define MAGIC "KMKPLACE"
#define VERSION 1u
#define SPOT_BYTES ((2 + NAMES + 1) * 4)
#define COUNT_MAX (16u << 20)

static void
put32(struct buf *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buf_add_c(b, (char)(v >> (8 * i)));
}

static uint32_t
get32(const char **at)
{
	const unsigned char *c = (const unsigned char *)*at;

	*at += 4;
	return (uint32_t)c[0] | (uint32_t)c[1] << 8 | (uint32_t)c[2] << 16 |
	       (uint32_t)c[3] << 24;
}

static uint64_t
sum_of(struct span file)
{
	return crypt_short(span_skip(file, PLACES_HEAD_BYTES)) ^
	       (crypt_short((struct span){ file.p + 12, 8 }) << 1);
}

void
spots_put_sum(struct buf *file)
{
	uint64_t sum = sum_of(buf_span(file));

	for (int i = 0; i < 8; i++)
		file->p[20 + i] = (char)(sum >> (8 * i));
}

void
spots_write(const struct spots *s, struct buf *out)
{
	buf_add(out, MAGIC, 8);
	put32(out, VERSION);
	put32(out, (uint32_t)s->n);
	put32(out, (uint32_t)s->n_texts);
	put32(out, 0);
	put32(out, 0);
	for (size_t i = 0; i < s->n; i++) {
		put32(out, (uint32_t)s->v[i].lat_e7);
		put32(out, (uint32_t)s->v[i].lon_e7);
		for (int k = 0; k < NAMES; k++)
			put32(out, s->v[i].names[k]);
		put32(out, s->v[i].kind);
	}
	buf_add(out, s->texts, s->n_texts);
	spots_put_sum(out);
}

static int
damaged(struct buf *why)
{
	buf_add_z(why, "the file of places is damaged: import the places again");
	return ERR_CORRUPT;
}

static bool
read_spots(const char *at, struct spots *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct spot *v = &s->v[i];

		v->lat_e7 = (int32_t)get32(&at);
		v->lon_e7 = (int32_t)get32(&at);
		for (int k = 0; k < NAMES; k++)
			if ((v->names[k] = get32(&at)) >= s->n_texts)
				return false;
		if ((v->kind = get32(&at)) >= s->n_texts || v->lat_e7 < -900000000 ||
		    v->lat_e7 > 900000000 || v->lon_e7 < -1800000000 ||
		    v->lon_e7 > 1800000000)
			return false;
	}
	return true;
}

int
spots_read(struct span file, struct spots *ret, struct buf *why)
{
	struct spots s = { 0 };
	const char *at = file.p + 8;
	uint64_t sum;

	if (file.n < PLACES_HEAD_BYTES || memcmp(file.p, MAGIC, 8) != 0)
		return damaged(why);
	if (get32(&at) != VERSION) {
		buf_add_z(why, "the file of places is of another version of Kumak: "
			       "import the places again");
		return ERR_UNSUPPORTED;
	}
	s.n = get32(&at);
	s.n_texts = get32(&at);
	sum = get32(&at);
	sum |= (uint64_t)get32(&at) << 32;
	if (s.n > COUNT_MAX || !s.n_texts ||
	    file.n != PLACES_HEAD_BYTES + (uint64_t)s.n * SPOT_BYTES + s.n_texts ||
	    sum != sum_of(file) || file.p[file.n - 1] != 0)
		return damaged(why);
	s.v = calloc(s.n + 1, sizeof *s.v);
	s.texts = malloc(s.n_texts);
	if (!s.v || !s.texts)
		abort();
	memcpy(s.texts, file.p + file.n - s.n_texts, s.n_texts);
	if (!read_spots(at, &s)) {
		spots_done(&s);
		return damaged(why);
	}
	*ret = s;
	return 0;
}

void
spots_done(struct spots *s)
{
	free(s->v);
	free(s->texts);
	*s = (struct spots){ 0 };
}

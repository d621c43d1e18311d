/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graph as one file: a head (magic, version, lengths, a sum of all that follows
 * and of the lengths), then the arrays as little-endian words, then the names. It is
 * read whole and every index is checked once, so that nothing later has to.
 */
#include "route/inner.h"

#include "base/auto.h"
#include "base/crypt.h"

#define MAGIC "KMKROADS"
#define VERSION 1u
#define N_COUNTS 6            /* the last is no count: where the notice stands */
#define COUNT_MAX (64u << 20) /* of anything: far beyond a country */

static void
put32(struct buf *b, uint32_t v)
{
	const unsigned char c[4] = { (unsigned char)v, (unsigned char)(v >> 8),
				     (unsigned char)(v >> 16),
				     (unsigned char)(v >> 24) };

	buf_add(b, c, sizeof c);
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
sum_of(struct span counts, struct span body)
{
	return crypt_short(body) ^ (crypt_short(counts) << 1);
}

void
roads_put_sum(struct buf *file)
{
	struct span counts = { file->p + 12, N_COUNTS * 4 };
	uint64_t sum = sum_of(counts, span_skip(buf_span(file), ROADS_HEAD_BYTES));

	for (int i = 0; i < 8; i++)
		file->p[12 + N_COUNTS * 4 + i] = (char)(sum >> (8 * i));
}

static void
put_points(struct buf *b, const struct coord *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put32(b, (uint32_t)v[i].lat_e7);
		put32(b, (uint32_t)v[i].lon_e7);
	}
}

void
roads_write(const struct roads *g, struct buf *out)
{
	const size_t counts[] = { g->n_nodes, g->n_points, g->n_edges,
				  g->n_names, g->n_texts,  g->notice };
	struct buf AUTO(buf_done) head = { 0 }, body = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		put32(&head, (uint32_t)counts[i]);
	put_points(&body, g->nodes, g->n_nodes);
	put_points(&body, g->points, g->n_points);
	for (size_t i = 0; i < g->n_edges; i++) {
		const struct edge *e = &g->edges[i];

		put32(&body, e->a);
		put32(&body, e->b);
		put32(&body, e->first);
		put32(&body, e->n_points);
		put32(&body, e->length_cm);
		put32(&body, e->name);
		put32(&body,
		      e->class | (uint32_t)e->go << 8 | (uint32_t)e->limit_kmh << 16);
	}
	for (size_t i = 0; i < g->n_names; i++) {
		put32(&body, g->names[i].name);
		put32(&body, g->names[i].en);
		put32(&body, g->names[i].ur);
		put32(&body, g->names[i].sd);
	}
	buf_add(&body, g->texts, g->n_texts);
	buf_add(out, MAGIC, 8);
	put32(out, VERSION);
	buf_add_span(out, buf_span(&head));
	put32(out, 0);
	put32(out, 0);
	buf_add_span(out, buf_span(&body));
	roads_put_sum(out);
}

/* --- reading ------------------------------------------------------------------- */

static int
damaged(struct buf *why, const char *what)
{
	buf_printf(why, "the roads' file is damaged (%s): import the roads again",
		   what);
	return ERR_CORRUPT;
}

static void *
many(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		abort();
	return p;
}

static bool
read_head(struct span file, uint32_t counts[N_COUNTS], uint64_t *ret_sum,
	  struct span *ret_body)
{
	const char *at = file.p + 12;

	for (int i = 0; i < N_COUNTS; i++) {
		counts[i] = get32(&at);
		if (counts[i] > COUNT_MAX)
			return false;
	}
	*ret_sum = get32(&at);
	*ret_sum |= (uint64_t)get32(&at) << 32;
	*ret_body = span_skip(file, ROADS_HEAD_BYTES);
	return ret_body->n == (uint64_t)counts[0] * 8 + (uint64_t)counts[1] * 8 +
				      (uint64_t)counts[2] * 28 +
				      (uint64_t)counts[3] * 16 + counts[4];
}

static bool
read_points(const char **at, struct coord *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i].lat_e7 = (int32_t)get32(at);
		v[i].lon_e7 = (int32_t)get32(at);
		if (v[i].lat_e7 < -ROAD_LAT_MAX_E7 || v[i].lat_e7 > ROAD_LAT_MAX_E7 ||
		    v[i].lon_e7 < -1800000000 || v[i].lon_e7 > 1800000000)
			return false;
	}
	return true;
}

/* Its pieces are short: what finds them in the grid relies on it. */
static bool
is_road(const struct roads *g, const struct edge *e)
{
	for (uint32_t k = e->first; k + 1 < e->first + e->n_points; k++)
		if (llabs((int64_t)g->points[k].lat_e7 - g->points[k + 1].lat_e7) >
			    PIECE_MAX_E7 ||
		    llabs((int64_t)g->points[k].lon_e7 - g->points[k + 1].lon_e7) >
			    PIECE_MAX_E7)
			return false;
	return true;
}

static bool
read_edges(const char **at, struct roads *g)
{
	for (size_t i = 0; i < g->n_edges; i++) {
		struct edge *e = &g->edges[i];
		uint32_t kinds;

		e->a = get32(at);
		e->b = get32(at);
		e->first = get32(at);
		e->n_points = get32(at);
		e->length_cm = get32(at);
		e->name = get32(at);
		kinds = get32(at);
		e->class = (uint8_t)kinds;
		e->go = (uint8_t)(kinds >> 8);
		e->limit_kmh = (uint8_t)(kinds >> 16);
		if (e->a >= g->n_nodes || e->b >= g->n_nodes || e->n_points < 2 ||
		    (uint64_t)e->first + e->n_points > g->n_points ||
		    e->name >= g->n_names || e->class >= ROAD__COUNT || !e->go ||
		    e->go > (GO_FORWARD | GO_BACK) || e->length_cm > 1000000000 ||
		    !is_road(g, e))
			return false;
	}
	return true;
}

static bool
read_names(const char **at, struct roads *g)
{
	for (size_t i = 0; i < g->n_names; i++) {
		struct name *v = &g->names[i];

		v->name = get32(at);
		v->en = get32(at);
		v->ur = get32(at);
		v->sd = get32(at);
		if (v->name >= g->n_texts || v->en >= g->n_texts ||
		    v->ur >= g->n_texts || v->sd >= g->n_texts)
			return false;
	}
	return true;
}

int
roads_read(struct span file, struct roads **ret, struct buf *why)
{
	struct roads *g;
	uint32_t counts[N_COUNTS];
	const char *at;
	struct span body;
	uint64_t sum;

	if (file.n < ROADS_HEAD_BYTES || memcmp(file.p, MAGIC, 8) != 0)
		return damaged(why, "it does not begin as one");
	at = file.p + 8;
	if (get32(&at) != VERSION) {
		buf_add_z(why, "the roads' file is of another version of Kumak: import "
			       "the roads again");
		return ERR_UNSUPPORTED;
	}
	if (!read_head(file, counts, &sum, &body))
		return damaged(why, "its length is wrong");
	if (sum != sum_of((struct span){ file.p + 12, N_COUNTS * 4 }, body))
		return damaged(why, "its sum is wrong");
	if (!counts[0] || !counts[2] || !counts[3] || !counts[4] ||
	    counts[5] >= counts[4] || body.p[body.n - 1] != 0)
		return damaged(why, "parts are missing");
	g = many(1, sizeof *g);
	g->n_nodes = counts[0];
	g->n_points = counts[1];
	g->n_edges = counts[2];
	g->n_names = counts[3];
	g->n_texts = counts[4];
	g->notice = counts[5];
	g->nodes = many(g->n_nodes, sizeof *g->nodes);
	g->points = many(g->n_points, sizeof *g->points);
	g->edges = many(g->n_edges, sizeof *g->edges);
	g->names = many(g->n_names, sizeof *g->names);
	g->texts = many(g->n_texts, 1);
	g->sum = sum;
	at = body.p;
	if (!read_points(&at, g->nodes, g->n_nodes) ||
	    !read_points(&at, g->points, g->n_points) || !read_edges(&at, g) ||
	    !read_names(&at, g)) {
		roads_free(g);
		return damaged(why, "something in it points outside");
	}
	memcpy(g->texts, at, g->n_texts);
	roads_finish(g);
	*ret = g;
	return 0;
}

void
roads_free(struct roads *g)
{
	if (!g)
		return;
	free(g->nodes);
	free(g->points);
	free(g->edges);
	free(g->names);
	free(g->texts);
	free(g->first);
	free(g->list);
	free(g->component);
	free(g->grid.first);
	free(g->grid.list);
	free(g);
}

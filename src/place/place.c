/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer as it is loaded. */
#include "base/auto.h"
#include "place/inner.h"

#include <stdio.h>

static int
read_file_of(const char *dir, struct buf *ret, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 };
	FILE *f;
	size_t n;

	buf_printf(&path, "%s/%s", dir, PLACES_FILE);
	f = fopen(path.p, "rb");
	if (!f) {
		buf_add_z(why, "no places were imported");
		return ERR_NOT_FOUND;
	}
	do {
		buf_reserve(ret, 65536);
		n = fread(ret->p + ret->n, 1, 65536, f);
		ret->n += n;
	} while (n);
	n = (size_t)ferror(f);
	fclose(f);
	if (n)
		buf_printf(why, "%s cannot be read", path.p);
	return n ? ERR_IO : 0;
}

int
places_reload(struct places *p, struct buf *why)
{
	struct buf AUTO(buf_done) file = { 0 };
	struct spots spots;
	int rc = read_file_of(p->dir, &file, why);

	if (rc == 0)
		rc = spots_read(buf_span(&file), &spots, why);
	if (rc < 0)
		return rc;
	spots_done(&p->spots);
	p->spots = spots;
	index_build(p);
	return 0;
}

void
places_streets_changed(struct places *p)
{
	index_build(p);
}

int
places_open(const char *dir, const struct route *route, struct places **ret,
	    struct buf *why)
{
	struct places *p = calloc(1, sizeof *p);
	int rc = ERR_NOT_FOUND;

	if (!p)
		return ERR_NOMEM;
	p->route = route;
	if (dir) {
		p->dir = span_dup(span_of(dir));
		rc = places_reload(p, why);
	}
	if (rc == ERR_NOT_FOUND)
		buf_clear(why);
	if (rc < 0)
		index_build(p); /* streets there are */
	*ret = p;
	return 0;
}

void
places_close(struct places *p)
{
	if (!p)
		return;
	index_done(p);
	spots_done(&p->spots);
	free(p->dir);
	free(p);
}

size_t
places_count(const struct places *p)
{
	return p->spots.n;
}

int
place_check(struct span file, struct buf *why)
{
	struct spots s;
	int rc = spots_read(file, &s, why);

	if (rc < 0)
		return rc;
	rc = (int)s.n;
	spots_done(&s);
	return rc;
}

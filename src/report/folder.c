/* SPDX-License-Identifier: Apache-2.0 */
/* A report of a node's folder: its store is opened to read, beside the node that
 * writes, and its districts are read where they are asked for. */
#include "report/report.h"

#include "base/auto.h"

#include <fcntl.h>
#include <unistd.h>

#define DISTRICTS_MAX (16 << 20)

/* DIR/districts.geojson; none is fine. */
static int
read_districts(const char *dir, struct areas **ret, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 };
	ssize_t n;
	int fd;

	buf_printf(&path, "%s/districts.geojson", dir);
	fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	do {
		buf_reserve(&text, 65536);
		n = read(fd, text.p + text.n, 65536);
		text.n += n > 0 ? (size_t)n : 0;
	} while (n > 0 && text.n < DISTRICTS_MAX);
	close(fd);
	buf_add_z(why, "districts.geojson: ");
	if (areas_read(buf_span(&text), ret, why) < 0)
		return ERR_SYNTAX;
	buf_clear(why);
	return 0;
}

int
report_of_folder(const char *dir, struct report_ask *ask, bool is_csv, struct buf *out,
		 struct buf *why)
{
	struct areas *districts = NULL;
	struct report *r = NULL;
	struct store_info info;
	struct store *s = NULL;
	int rc = ask->by == REPORT_BY_DISTRICT ? read_districts(dir, &districts, why)
					       : 0;

	ask->districts = districts;
	if (rc == 0)
		rc = store_open(dir, STORE_READ, &s, &info, why);
	if (rc == 0) {
		rc = report_make(s, ask, &r);
		if (rc < 0)
			buf_add_z(why, "a record cannot be read");
	}
	if (rc == 0)
		(is_csv ? report_csv : report_json)(r, out);
	if (rc < 0 && !why->n)
		buf_add_z(why, err_text(rc));
	report_free(r);
	store_close(s);
	areas_free(districts);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak import roads FILE…: makes the node's road graph of GeoJSON, all files as one
 * city, and puts it in place of the one before. A running node is told and reads it;
 * one that is not running finds it at its start.
 */
#include "cli/import.h"

#include "base/auto.h"
#include "base/inflate.h"
#include "route/route.h"

#include <stdio.h>

#define UNPACKED_MAX (512ull << 20) /* a country's roads */

static int
refused(const char *file, const struct buf *why)
{
	fprintf(stderr, "kumak import: %s: %s\n", file, why->p);
	return 1;
}

int
import_text(const char *path, struct buf *ret, struct buf *why)
{
	struct buf AUTO(buf_done) raw = { 0 };
	int rc = read_file(path, &raw);

	if (rc < 0) {
		buf_add_z(why, "it cannot be read");
		return rc;
	}
	if (!span_starts(buf_span(&raw), SPAN("\x1f\x8b"))) {
		buf_add_span(ret, buf_span(&raw));
		return 0;
	}
	rc = inflate_gzip(buf_span(&raw), UNPACKED_MAX, ret);
	if (rc < 0)
		buf_printf(why, "its gzip is %s", err_text(rc));
	return rc;
}

static void
say(const struct route_built *b, const struct route_facts *f)
{
	printf("roads: %zu, %.0f km, %zu junctions, %zu stretches, %zu street names\n",
	       b->roads, f->km, f->nodes, f->edges, f->streets);
	printf("hang together: %zu parts, the largest has %.0f km\n", f->components,
	       f->largest_km);
	if (b->left_out)
		printf("left out, no roads for a vehicle: %zu\n", b->left_out);
	if (b->bad_speeds)
		printf("speed limits that are no number: %zu (the class's speed "
		       "holds)\n",
		       b->bad_speeds);
	if (b->unsure_oneways)
		printf("one way by the hour: %zu (taken as open both ways)\n",
		       b->unsure_oneways);
	printf("data: %s\n", f->notice);
}

/* The node reads it now, if one runs on this folder. */
int
import_tell(const char *dir, const char *path)
{
	struct buf AUTO(buf_done) why = { 0 }, answer = { 0 };
	struct client c;
	int status;

	if (client_of_node(&c, dir, &why) < 0) {
		puts("no node runs there: it will read them when it starts");
		return 0;
	}
	status = client_call(&c, "POST", path, SPAN(""), &answer);
	client_close(&c);
	if (status == 200) {
		puts("the running node has them");
		return 0;
	}
	if (status < 0) {
		puts("no node answers there: it will read them when it starts");
		return 0;
	}
	fprintf(stderr, "kumak import: the running node did not take them: %s\n",
		answer.n ? answer.p : "no answer");
	return 1;
}

static int
keep(const char *dir, struct span graph)
{
	struct buf AUTO(buf_done) path = { 0 };

	buf_printf(&path, "%s/roads.graph", dir);
	if (write_file(path.p, graph) == 0)
		return import_tell(dir, "/api/v1/roads/reload");
	fprintf(stderr, "kumak import: %s cannot be written\n", path.p);
	return 1;
}

static void
auto_build(struct route_build **b)
{
	route_build_free(*b);
}

int
import_roads(const struct import_args *a)
{
	struct route_build AUTO(auto_build) *b = route_build_new();
	struct buf AUTO(buf_done) graph = { 0 }, why = { 0 };
	struct route_built built;
	struct route_facts facts;

	for (size_t i = 0; i < a->n_files; i++) {
		struct buf AUTO(buf_done) text = { 0 };

		if (import_text(a->files[i], &text, &why) < 0 ||
		    route_build_add(b, buf_span(&text), &why) < 0)
			return refused(a->files[i], &why);
	}
	if (route_build_end(b, &graph, &built, &why) < 0 ||
	    route_check(buf_span(&graph), &facts, &why) < 0)
		return refused(a->files[0], &why);
	say(&built, &facts);
	if (a->is_preview) {
		puts("a preview: nothing was changed");
		return 0;
	}
	return keep(a->data, buf_span(&graph));
}

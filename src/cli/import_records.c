/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak import sites|units|people|devices FILE…: the running node reads them; here the
 * files are sent, and what it says of them is printed. Each file is taken whole or not
 * at all; the first that is refused ends it.
 */
#include "cli/import.h"

#include "base/auto.h"

#include <stdio.h>

static long long
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
print_bad(const char *path, const json_t *o)
{
	const json_t *list = json_object_get(o, "bad");
	size_t k;
	json_t *v;

	json_array_foreach(list, k, v)
	{
		struct span column = json_str(v, "column"),
			    value = json_str(v, "value");

		fprintf(stderr, "%s:%lld: ", path, number(v, "line"));
		if (column.n)
			fprintf(stderr, SPAN_FMT ": ", SPAN_ARG(column));
		if (value.n)
			fprintf(stderr, "\"" SPAN_FMT "\": ", SPAN_ARG(value));
		fprintf(stderr, SPAN_FMT "\n", SPAN_ARG(json_str(v, "why")));
	}
	if (number(o, "n_bad") > (long long)json_array_size(list))
		fprintf(stderr, "and %lld more\n",
			number(o, "n_bad") - (long long)json_array_size(list));
}

static int
tell(int status, const char *path, struct span answer)
{
	json_t AUTO(auto_json) *o = json_read(answer, NULL);

	if (status == 200) {
		printf("%s: %lld rows: %lld new, %lld changed, %lld unchanged%s\n",
		       path, number(o, "rows"), number(o, "new"), number(o, "changed"),
		       number(o, "unchanged"),
		       json_is_true(json_object_get(o, "taken"))
			       ? ""
			       : " (a preview: nothing was taken)");
		return 0;
	}
	print_bad(path, o);
	fprintf(stderr, "kumak import: %s: " SPAN_FMT "\n", path,
		SPAN_ARG(json_str(o, "detail").n ? json_str(o, "detail")
						 : SPAN("the node does not answer")));
	return 1;
}

static int
send_files(const struct import_args *a, const char *kind)
{
	struct buf AUTO(buf_done) why = { 0 }, url = { 0 };
	struct client c;
	int rc = 0;

	if (client_of_node(&c, a->data, &why) < 0) {
		fprintf(stderr, "kumak import: %s\n", why.p);
		return 1;
	}
	buf_printf(&url, "/api/v1/%s/import%s", kind,
		   a->is_preview ? "?preview=1" : "");
	for (size_t i = 0; i < a->n_files && rc == 0; i++) {
		struct buf AUTO(buf_done) text = { 0 }, answer = { 0 };

		buf_clear(&why);
		if (import_text(a->files[i], &text, &why) < 0) {
			fprintf(stderr, "kumak import: %s: %s\n", a->files[i], why.p);
			rc = 1;
			break;
		}
		rc = client_call(&c, "POST", url.p, buf_span(&text), &answer);
		rc = tell(rc, a->files[i], buf_span(&answer));
	}
	client_close(&c);
	return rc;
}

int
import_sites(const struct import_args *a)
{
	return send_files(a, "sites");
}

int
import_units(const struct import_args *a)
{
	return send_files(a, "units");
}

int
import_people(const struct import_args *a)
{
	return send_files(a, "people");
}

int
import_devices(const struct import_args *a)
{
	return send_files(a, "devices");
}

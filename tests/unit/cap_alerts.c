/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of other people: the verdict of a schema checker on each file is ours too;
 * thousands of them are read; attacks by XML are refused. And rules that no schema
 * holds, one by one.
 */
#include "data_help.h"

#include "base/xml.h"
#include "cap/cap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

static int
read_span(struct span s, struct arena *arena, struct cap_alert **ret,
	  struct cap_error *why)
{
	char *exact = malloc(s.n ? s.n : 1); /* a read past the end is found */
	int rc;

	if (s.n)
		memcpy(exact, s.p, s.n);
	*ret = NULL;
	rc = cap_read((struct span){ exact, s.n }, arena, ret, why);
	free(exact);
	return rc;
}

/* --- verdicts -------------------------------------------------------------- */

static bool
agrees(struct span verdict, int rc, const struct cap_alert *a)
{
	if (span_is_z(verdict, "xsd-valid"))
		return rc == 0 && a;
	if (span_is_z(verdict, "xsd-invalid"))
		return rc == ERR_SYNTAX;
	if (span_is_z(verdict, "has-DOCTYPE"))
		return rc == ERR_DENIED;
	if (span_is_z(verdict, "not-wellformed"))
		return rc == ERR_SYNTAX;
	return span_is_z(verdict, "no-alert") && rc == 0 && !a;
}

static size_t
count(const struct cap_alert *a)
{
	size_t n = 0;

	for (; a; a = a->next)
		n++;
	return n;
}

static void
each_verdict_is_ours(void **state)
{
	struct buf AUTO(buf_done) table = { 0 };
	char path[4096];
	struct span rest;
	int n = 0, bad = 0;

	(void)state;
	if (!data_path(path, sizeof path, "cap/VERDICTS.tsv"))
		skip();
	data_read(path, &table);
	rest = buf_span(&table);
	span_cut(&rest, '\n');
	while (rest.n) {
		struct span line = span_cut(&rest, '\n'), name = span_cut(&line, '\t');
		struct span hash = span_cut(&line, '\t'), kind = span_cut(&line, '\t');
		struct span verdict = span_cut(&line, '\t');
		struct buf AUTO(buf_done) text = { 0 };
		struct arena AUTO(arena_done) arena = { 0 };
		struct cap_alert *a;
		struct cap_error why;
		char below[512];
		const char *times;
		int rc;

		(void)hash;
		snprintf(below, sizeof below, "cap/" SPAN_FMT, SPAN_ARG(name));
		assert_true(data_path(path, sizeof path, below));
		assert_true(data_read(path, &text));
		rc = read_span(buf_span(&text), &arena, &a, &why);
		if (!agrees(verdict, rc, a)) {
			print_message(SPAN_FMT ": " SPAN_FMT " wanted, got %d %s\n",
				      SPAN_ARG(name), SPAN_ARG(verdict), rc, why.text);
			bad++;
		}
		/* "1.2 x59": as many were found */
		times = memmem(kind.p, kind.n, " x", 2);
		if (rc == 0 && a)
			assert_int_equal(count(a), times ? atoi(times + 2) : 1);
		if (rc < 0)
			assert_true(strlen(why.text) > 0);
		n++;
	}
	assert_int_equal(bad, 0);
	assert_true(n > 80);
}

/* --- thousands, from zip files --------------------------------------------- */

static unsigned
le(const char *p, int n)
{
	unsigned v = 0;

	for (int k = n; k-- > 0;)
		v = v << 8 | (unsigned char)p[k];
	return v;
}

static void
inflate_to(struct buf *ret, struct span in, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };

	buf_reserve(ret, n);
	z.next_out = (Bytef *)ret->p;
	z.avail_out = (uInt)n;
	assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	ret->n = n;
}

/* Each stored file by the central directory (APPNOTE.TXT 4.3.12). */
static int
each_zipped(const char *below, void (*fn)(struct span name, struct span text))
{
	struct buf AUTO(buf_done) zip = { 0 };
	char path[4096];
	size_t end, at;
	int n = 0;

	if (!data_path(path, sizeof path, below))
		return 0;
	data_read(path, &zip);
	for (end = zip.n - 22; le(zip.p + end, 4) != 0x06054b50; end--)
		;
	at = le(zip.p + end + 16, 4);
	while (le(zip.p + at, 4) == 0x02014b50) {
		const char *h = zip.p + at, *local = zip.p + le(h + 42, 4);
		struct span name = { h + 46, le(h + 28, 2) };
		struct span data = { local + 30 + le(local + 26, 2) + le(local + 28, 2),
				     le(h + 20, 4) };
		struct buf AUTO(buf_done) text = { 0 };

		at += 46 + name.n + le(h + 30, 2) + le(h + 32, 2);
		if (!le(h + 24, 4))
			continue; /* a folder */
		if (le(h + 10, 2) == 8)
			inflate_to(&text, data, le(h + 24, 4));
		else
			buf_add_span(&text, data);
		fn(name, buf_span(&text));
		n++;
	}
	return n;
}

static void
must_be_read(struct span name, struct span text)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct cap_alert *a;
	struct cap_error why;

	if (name.n < 4 || memcmp(name.p + name.n - 4, ".xml", 4) != 0 ||
	    memmem(name.p, name.n, "__MACOSX", 8))
		return;
	if (read_span(text, &arena, &a, &why) < 0 || !a)
		fail_msg(SPAN_FMT ":%d: %s", SPAN_ARG(name), why.line, why.text);
	assert_true(a->sent != TIME_NONE && a->version == 11);
}

static void
thousands_are_read(void **state)
{
	int n;

	(void)state;
	n = each_zipped("cap/filtered-alert-hub/testdata/capAlertTestAreas.zip",
			must_be_read);
	if (!n)
		skip();
	n += each_zipped("cap/filtered-alert-hub/testdata/capAlertTestFilters.zip",
			 must_be_read);
	print_message("%d files\n", n);
	assert_true(n >= 4786);
}

/* --- attacks --------------------------------------------------------------- */

static void
attacks_are_refused(void **state)
{
	char dir[4096];
	const struct dirent *e;
	int n = 0, doctypes = 0;
	DIR *d;

	(void)state;
	if (!data_path(dir, sizeof dir, "xml-attacks/defusedxml/xmltestdata"))
		skip();
	d = opendir(dir);
	while ((e = readdir(d))) {
		struct buf AUTO(buf_done) text = { 0 };
		struct arena AUTO(arena_done) arena = { 0 };
		struct cap_alert *a;
		struct cap_error why;
		char path[8192];
		int rc;

		if (!strstr(e->d_name, ".xml"))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		assert_true(data_read(path, &text));
		rc = read_span(buf_span(&text), &arena, &a, &why);
		assert_null(a);
		if (strstr(text.p, "<!DOCTYPE")) {
			assert_int_equal(rc, ERR_DENIED);
			doctypes++;
		}
		n++;
	}
	closedir(d);
	assert_true(n > 5 && doctypes > 4);
}

static void
what_is_too_deep_or_too_much_is_refused(void **state)
{
	static const char *const opens[] = { "<a>", "<a/>", "<a b='c'/>" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(opens); k++) {
		struct buf AUTO(buf_done) b = { 0 };
		struct arena AUTO(arena_done) arena = { 0 };
		struct xml_node *root;
		struct xml_error why;

		buf_add_z(&b, "<r>");
		for (int i = 0; i < 300000; i++)
			buf_add_z(&b, opens[k]);
		assert_int_equal(xml_read(buf_span(&b), &arena, &root, &why),
				 ERR_TOO_BIG);
	}
}

/* --- rules beyond the schema ----------------------------------------------- */

#define HEAD                                                                    \
	"<alert xmlns='" CAP_NS_12 "'><identifier>a.1</identifier>"             \
	"<sender>s@example.test</sender><sent>2026-03-23T10:15:30+05:00</sent>" \
	"<status>Actual</status>"
#define INFO                                                      \
	"<info><category>Security</category><event>test</event>"  \
	"<urgency>Immediate</urgency><severity>Severe</severity>" \
	"<certainty>Observed</certainty>"

static const struct {
	const char *text, *fault; /* NULL: none */
} rules[] = {
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope></alert>", NULL },
	{ HEAD "<msgType>Update</msgType><scope>Public</scope></alert>",
	  "references: this" },
	{ HEAD "<msgType>Cancel</msgType><scope>Public</scope>"
	       "<references>x</references></alert>",
	  "references: wants" },
	{ HEAD "<msgType>Update</msgType><scope>Public</scope>"
	       "<references>s@e.test,a.0,2026-03-23T10:00:00+05:00 \n"
	       "s@e.test,a.1,2026-03-23T10:01:00+05:00</references></alert>",
	  NULL },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope><references/></alert>",
	  "references: names" },
	{ HEAD "<msgType>Alert</msgType><scope>Restricted</scope></alert>",
	  "restriction: scope" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>"
	       "<restriction>x</restriction></alert>",
	  "restriction: belongs" },
	{ HEAD "<msgType>Alert</msgType><scope>Private</scope></alert>",
	  "addresses: scope" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><polygon>1,1 1,2 2,2 1,1</polygon>"
	       "<circle>24.8,67.0 5</circle></area></info></alert>",
	  NULL },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><polygon>1,1 1,2 2,2</polygon></area>"
	       "</info></alert>",
	  "polygon" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><polygon>1,1 1,2 2,2 1,1.1</polygon>"
	       "</area></info></alert>",
	  "polygon" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><polygon>91,1 1,2 2,2 91,1</polygon>"
	       "</area></info></alert>",
	  "polygon" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><circle>24.8,67.0 -1</circle></area>"
	       "</info></alert>",
	  "circle" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc> </areaDesc></area></info></alert>",
	  "areaDesc" },
	{ HEAD "<msgType>Alert</msgType><scope>Public</scope>" INFO
	       "<area><areaDesc>x</areaDesc><ceiling>5</ceiling></area></info></alert>",
	  "ceiling" },
	{ "<alert xmlns='" CAP_NS_12 "'><identifier>a 1</identifier>"
	  "<sender>s</sender><sent>2026-03-23T10:15:30+05:00</sent>"
	  "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope></"
	  "alert>",
	  "identifier" },
	{ "<alert xmlns='" CAP_NS_11 "'><identifier>a</identifier>"
	  "<sender>s</sender><sent>2026-03-23T10:15:30Z</sent>"
	  "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope></"
	  "alert>",
	  "sent" },
};

static void
rules_of_the_text(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rules); k++) {
		struct arena AUTO(arena_done) arena = { 0 };
		struct cap_alert *a;
		struct cap_error why = { 0 };
		const struct cap_text *t;

		if (read_span(span_of(rules[k].text), &arena, &a, &why) < 0)
			fail_msg("rule %zu: %s", k, why.text);
		t = a->faults.first;
		if (!rules[k].fault && t)
			fail_msg("rule %zu: %s", k, t->text);
		if (rules[k].fault &&
		    (!t || strncmp(t->text, rules[k].fault, strlen(rules[k].fault))))
			fail_msg("rule %zu: %s, not %s", k, t ? t->text : "none",
				 rules[k].fault);
	}
}

/* Valid by the schema, and still not right: references that refer to nothing. */
static void
a_valid_file_with_errors_is_told(void **state)
{
	static const char *const names[] = {
		"cap/google-cap-library/canada.cap",
		"cap/google-cap-library/canada_errors.cap"
	};
	char path[4096];

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct buf AUTO(buf_done) text = { 0 };
		struct arena AUTO(arena_done) arena = { 0 };
		struct cap_alert *a;
		struct cap_error why;

		if (!data_path(path, sizeof path, names[k]))
			skip();
		data_read(path, &text);
		assert_int_equal(read_span(buf_span(&text), &arena, &a, &why), 0);
		assert_int_equal(a->faults.n, k ? 1 : 0);
	}
}

/* --- every field ----------------------------------------------------------- */

static void
all_fields_are_kept(void **state)
{
	static const char text[] =
		"<?xml version='1.0'?><c:alert xmlns:c='" CAP_NS_12 "'>"
		"<c:identifier>id</c:identifier><c:sender>snd</c:sender>"
		"<c:sent>2026-03-23T10:15:30-00:00</c:sent><c:status>Exercise</"
		"c:status>"
		"<c:msgType>Update</c:msgType><c:source>src</c:source>"
		"<c:scope>Restricted</c:scope><c:restriction>res</c:restriction>"
		"<c:addresses>adr</c:addresses><c:code>c1</c:code><c:code>c2</c:code>"
		"<c:note>n&amp;<![CDATA[<ote>]]></c:note>"
		"<c:references>snd,x,2026-03-23T10:00:00+00:00</c:references>"
		"<c:incidents>inc</c:incidents><c:info><c:language>ur-PK</c:language>"
		"<c:category>Fire</c:category><c:category>CBRNE</c:category>"
		"<c:event>ev</c:event><c:responseType>Avoid</c:responseType>"
		"<c:urgency>Future</c:urgency><c:severity>Minor</c:severity>"
		"<c:certainty>Likely</c:certainty><c:audience>aud</c:audience>"
		"<c:eventCode><c:valueName>vn</c:valueName><c:value>v</c:value>"
		"</c:eventCode><c:effective>2026-03-23T10:15:30-00:00</c:effective>"
		"<c:onset>2026-03-23T11:15:30-00:00</c:onset>"
		"<c:expires>2026-03-23T12:15:30-00:00</c:expires>"
		"<c:senderName>sn</c:senderName><c:headline>hl</c:headline>"
		"<c:description>de</c:description><c:instruction>in</c:instruction>"
		"<c:web>http://example.test/</c:web><c:contact>co</c:contact>"
		"<c:parameter><c:valueName>pn</c:valueName><c:value>pv</c:value>"
		"</c:parameter><c:resource><c:resourceDesc>rd</c:resourceDesc>"
		"<c:mimeType>text/plain</c:mimeType><c:size>3</c:size>"
		"<c:uri>http://example.test/r</c:uri><c:derefUri>ZGVm</c:derefUri>"
		"<c:digest>da39a3ee5e6b4b0d3255bfef95601890afd80709</c:digest>"
		"</c:resource><c:area><c:areaDesc>ad</c:areaDesc>"
		"<c:polygon>1,1 1,2 2,2 1,1</c:polygon><c:circle>1,1 2</c:circle>"
		"<c:geocode><c:valueName>gn</c:valueName><c:value>gv</c:value>"
		"</c:geocode><c:altitude>5</c:altitude><c:ceiling>6</c:ceiling></"
		"c:area>"
		"</c:info><c:info><c:category>Met</c:category><c:event>2</c:event>"
		"<c:urgency>Past</c:urgency><c:severity>Unknown</c:severity>"
		"<c:certainty>Unknown</c:certainty></c:info></c:alert>";
	struct arena AUTO(arena_done) arena = { 0 };
	struct cap_alert *a;
	struct cap_error why;
	const struct cap_info *i;
	const struct cap_area *area;
	const struct cap_resource *r;
	const struct cap_pair *pair;

	(void)state;
	assert_int_equal(read_span(span_of(text), &arena, &a, &why), 0);
	assert_int_equal(a->faults.n, 0);
	assert_string_equal(a->note, "n&<ote>");
	assert_string_equal(a->incidents, "inc");
	assert_string_equal(a->source, "src");
	assert_int_equal(a->status, CAP_EXERCISE);
	assert_int_equal(a->msg_type, CAP_UPDATE);
	assert_int_equal(a->codes.n, 2);
	assert_int_equal(a->infos.n, 2);
	i = a->infos.first;
	assert_string_equal(i->language, "ur-PK");
	assert_int_equal(i->categories.n, 2);
	assert_string_equal(((struct cap_text *)i->categories.last)->text, "CBRNE");
	assert_string_equal(((struct cap_text *)i->responses.first)->text, "Avoid");
	assert_int_equal(i->onset - i->effective, 3600000);
	assert_int_equal(i->expires - i->onset, 3600000);
	assert_string_equal(i->contact, "co");
	assert_string_equal(i->audience, "aud");
	pair = i->event_codes.first;
	assert_string_equal(pair->value, "v");
	pair = i->parameters.first;
	assert_string_equal(pair->name, "pn");
	r = i->resources.first;
	assert_string_equal(r->deref_uri, "ZGVm");
	assert_string_equal(r->size, "3");
	area = i->areas.first;
	assert_string_equal(area->ceiling, "6");
	assert_int_equal(area->polygons.n + area->circles.n + area->geocodes.n, 3);
	assert_int_equal(i->next->severity, 5);
	assert_true(i->next->expires == TIME_NONE);
}

static void
feeds_are_read(void **state)
{
	static const char feed[] =
		"<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>t</title>"
		"<entry><id>e1</id><title>one</title><updated>u</updated>"
		"<link rel='self' href='http://x.test/0'/>"
		"<link href='http://x.test/1'/>"
		"<link type='application/cap+xml' href='http://x.test/2'/></entry>"
		"<entry><id>e2</id><content type='text/xml'>" HEAD
		"<msgType>Alert</msgType><scope>Public</scope></alert></content></"
		"entry>"
		"</feed>";
	struct arena AUTO(arena_done) arena = { 0 };
	struct cap_list list;
	struct cap_error why;
	const struct cap_entry *e;

	(void)state;
	assert_int_equal(cap_feed_read(span_of(feed), &arena, &list, &why), 0);
	assert_int_equal(list.n, 2);
	e = list.first;
	assert_string_equal(e->link, "http://x.test/2");
	assert_string_equal(e->title, "one");
	assert_null(e->alert);
	e = e->next;
	assert_null(e->link);
	assert_string_equal(e->alert->identifier, "a.1");
	assert_int_equal(cap_feed_read(SPAN("<rss/>"), &arena, &list, &why),
			 ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verdict_is_ours),
		cmocka_unit_test(thousands_are_read),
		cmocka_unit_test(attacks_are_refused),
		cmocka_unit_test(what_is_too_deep_or_too_much_is_refused),
		cmocka_unit_test(rules_of_the_text),
		cmocka_unit_test(a_valid_file_with_errors_is_told),
		cmocka_unit_test(all_fields_are_kept),
		cmocka_unit_test(feeds_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

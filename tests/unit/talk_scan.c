/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as a file and what is not, archive tricks one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "talk/scan.h"

#include <zlib.h>

struct piece {
	const char *name;
	uint16_t flags, method, made_by;
	uint32_t packed, unpacked, attributes;
	const struct buf *bytes; /* NULL: packed times 'x' */
	uint16_t head_flags;
	uint32_t head_less; /* its own head says so much less than the directory */
};

static void
put(struct buf *b, uint32_t v, int bytes)
{
	for (int k = 0; k < bytes; k++)
		buf_add_c(b, (char)(v >> 8 * k));
}

static void
put_head(struct buf *b, const struct piece *p, const char *name)
{
	put(b, 0x04034b50, 4);
	put(b, 20, 2);
	put(b, p->flags | p->head_flags, 2);
	put(b, p->method, 2);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, p->packed - (p->head_flags & 8 ? p->packed : 0), 4);
	put(b, p->unpacked - p->head_less, 4);
	put(b, (uint32_t)strlen(name), 2);
	put(b, 0, 2);
	buf_add_z(b, name);
	if (p->bytes)
		buf_add_span(b, buf_span(p->bytes));
	for (uint32_t k = 0; !p->bytes && k < p->packed; k++)
		buf_add_c(b, 'x');
}

/* As an archive has it: without head and sum. */
static void
deflated(struct buf *to, uint32_t n)
{
	struct buf AUTO(buf_done) plain = { 0 };
	z_stream z = { 0 };
	uint32_t v = 1;

	for (uint32_t k = 0; k < n; k++) {
		v = v * 1664525 + 1013904223;
		buf_add_c(&plain, (char)('a' + (v >> 30)));
	}
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	buf_reserve(to, deflateBound(&z, n));
	z.next_in = (unsigned char *)plain.p;
	z.avail_in = n;
	z.next_out = (unsigned char *)to->p;
	z.avail_out = (uInt)deflateBound(&z, n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	to->n = z.total_out;
	deflateEnd(&z);
}

static void
put_entry(struct buf *b, const struct piece *p, uint32_t at)
{
	put(b, 0x02014b50, 4);
	put(b, p->made_by, 2);
	put(b, 20, 2);
	put(b, p->flags, 2);
	put(b, p->method, 2);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, p->packed, 4);
	put(b, p->unpacked, 4);
	put(b, (uint32_t)strlen(p->name), 2);
	put(b, 0, 4); /* extra, comment */
	put(b, 0, 4); /* disc, inner */
	put(b, p->attributes, 4);
	put(b, at, 4);
	buf_add_z(b, p->name);
}

static void
put_end(struct buf *b, uint32_t n, size_t dir_at)
{
	uint32_t size = (uint32_t)(b->n - dir_at);

	put(b, 0x06054b50, 4);
	put(b, 0, 4);
	put(b, n, 2);
	put(b, n, 2);
	put(b, size, 4);
	put(b, (uint32_t)dir_at, 4);
	put(b, 0, 2);
}

static bool
zip_of(const struct piece *v, size_t n, const char *inner_name)
{
	struct buf AUTO(buf_done) b = { 0 };
	uint32_t at[8];
	struct scan s;
	size_t dir;
	bool ok;

	for (size_t k = 0; k < n; k++) {
		at[k] = (uint32_t)b.n;
		put_head(&b, &v[k], inner_name ? inner_name : v[k].name);
	}
	dir = b.n;
	for (size_t k = 0; k < n; k++)
		put_entry(&b, &v[k], at[k]);
	put_end(&b, (uint32_t)n, dir);
	ok = file_scan(SPAN("a.zip"), buf_span(&b), &s);
	if (!ok)
		assert_string_equal(s.code, "bad_archive");
	return ok;
}

static bool
one(struct piece p)
{
	return zip_of(&p, 1, NULL);
}

static void
test_archives(void **state)
{
	const struct piece two[] = {
		{ .name = "a.txt", .packed = 3, .unpacked = 3 },
		{ .name = "b/c.txt", .packed = 2, .unpacked = 2 }
	};

	(void)state;
	assert_true(zip_of(two, 2, NULL));
	assert_true(one((struct piece){ .name = "a", .packed = 4, .unpacked = 4 }));
	assert_false(zip_of(two, 1, "b.txt")); /* two readers, two names */
	assert_false(one((struct piece){ .name = "../a" }));
	assert_false(one((struct piece){ .name = "/a" }));
	assert_false(one((struct piece){ .name = "a/../../b" }));
	assert_false(one((struct piece){ .name = "c:a" }));
	assert_false(one((struct piece){ .name = "a\\b" }));
	assert_false(one((struct piece){ .name = "inner.ZIP" }));
	assert_false(one((struct piece){ .name = "word/vbaProject.bin" }));
	assert_false(one((struct piece){ .name = "run.exe" }));
	assert_false(one((struct piece){ .name = "a", .flags = 1 }));
	assert_false(one((struct piece){ .name = "a", .method = 12 }));
	assert_false(one((struct piece){ .name = "a", .packed = 4, .unpacked = 5 }));
	assert_false(one((struct piece){
		.name = "l", .made_by = 3 << 8, .attributes = 0xa1ffu << 16 }));
	assert_false(one((struct piece){
		.name = "bomb", .method = 8, .packed = 1000, .unpacked = 200000 }));
}

/* What it becomes is what it said. */
static void
test_what_it_becomes(void **state)
{
	struct buf AUTO(buf_done) b = { 0 }, cut = { 0 }, more = { 0 }, none = { 0 };
	struct piece good = { .name = "a.txt", .method = 8, .unpacked = 100000 }, p;

	(void)state;
	deflated(&b, good.unpacked);
	good.bytes = &b;
	good.packed = (uint32_t)b.n;
	assert_true(one(good));
	p = good;
	p.unpacked--; /* it becomes more */
	assert_false(one(p));
	p.unpacked = 10;
	assert_false(one(p));
	p.unpacked = good.unpacked + 1; /* and less */
	assert_false(one(p));
	p = good;
	p.head_less = 1; /* two readers, two sizes */
	assert_false(one(p));
	p.head_less = p.unpacked;
	assert_false(one(p));
	p.head_flags = 8; /* but the size may stand behind the bytes */
	assert_true(one(p));
	p.head_less = 1;
	assert_false(one(p));
	p = good;
	p.head_flags = 1; /* locked for who does not read the directory */
	assert_false(one(p));
	p = good;
	buf_add(&cut, b.p, b.n - 1);
	p.bytes = &cut;
	p.packed--;
	assert_false(one(p));
	buf_add_span(&more, buf_span(&b));
	buf_add_z(&more, "hidden");
	p.bytes = &more;
	p.packed = (uint32_t)more.n;
	assert_false(one(p));
	p = good;
	p.bytes = NULL; /* no such thing at all */
	assert_false(one(p));
	deflated(&none, 0);
	assert_true(one((struct piece){ .name = "a",
					.method = 8,
					.packed = (uint32_t)none.n,
					.bytes = &none }));
}

/* Two entries of the same bytes: a small file that becomes a large one. */
static void
test_shared_bytes(void **state)
{
	const struct piece p = { .name = "a", .packed = 4, .unpacked = 4 };
	struct buf AUTO(buf_done) b = { 0 };
	struct scan s;
	size_t dir;

	(void)state;
	put_head(&b, &p, "a");
	dir = b.n;
	put_entry(&b, &p, 0);
	put_entry(&b, &p, 0);
	put_end(&b, 2, dir);
	assert_false(zip_scan(buf_span(&b), &s));
}

static void
test_names_and_types(void **state)
{
	static const struct {
		const char *name, *content, *code; /* NULL: taken */
	} rows[] = {
		{ "a.png", "\x89PNG\r\n\x1a\nrest", NULL },
		{ "A.PNG", "\x89PNG\r\n\x1a\nrest", NULL },
		{ "a.jpg", "\x89PNG\r\n\x1a\nrest", "belied_name" },
		{ "png", "\x89PNG\r\n\x1a\nrest", "belied_name" },
		{ "a.pdf", "%PDF-1.7", NULL },
		{ "a.amr", "#!AMR\n", NULL },
		{ "a.amr", "#!AMR-WB\n", "bad_type" },
		{ "a.ogg", "#!AMR\n", "belied_name" },
		{ "a.txt", "words\n", NULL },
		{ "a.csv", "1,2\r\n", NULL },
		{ "a.txt", "\x1b[2J", "bad_type" },
		{ "a.txt", "\xff\xfe", "bad_type" },
		{ "a.html", "<p>", "bad_type" },
		{ "a.js", "alert(1)", "bad_type" },
		{ "a.exe", "MZ", "bad_type" },
		{ "../a.txt", "x", "bad_name" },
		{ "a/b.txt", "x", "bad_name" },
		{ ".txt", "x", "bad_name" },
		{ "a\n.txt", "x", "bad_name" },
		{ "a.txt", "", "empty_file" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct scan s;
		bool ok =
			file_scan(span_of(rows[k].name), span_of(rows[k].content), &s);

		if (ok != !rows[k].code || (!ok && strcmp(s.code, rows[k].code) != 0))
			fail_msg("%s: %s", rows[k].name, ok ? s.media : s.code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_what_it_becomes),
		cmocka_unit_test(test_shared_bytes),
		cmocka_unit_test(test_names_and_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

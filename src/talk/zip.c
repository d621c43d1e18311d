/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives, judged by their directory first (PKWARE APPNOTE 6.3.9, 4.3): how many
 * entries, how much they become, where they would land, what is in them. The directory
 * and each entry's own head must say the same, and no two entries may share bytes, or
 * two readers would see two archives. Then each entry is unpacked, and only counted: it
 * must become what was said, to the byte, so the whole is bounded by what was said.
 */
#include "talk/scan.h"

#include "base/inflate.h"
#include "base/utf8.h"

#include <stdlib.h>

#define ENTRIES_MAX 2000
#define UNPACKED_MAX (200ull << 20)
#define RATIO_MAX 120    /* text packs to a tenth; only bombs go beyond */
#define RATIO_FROM 65536 /* below it a ratio says nothing */

struct entry {
	uint32_t method, packed, unpacked, at;
	struct span name;
};
struct range { /* of an entry with its head; its bytes are the last of it */
	uint64_t from, to;
	struct entry e;
};

static bool
refused(struct scan *ret, const char *detail)
{
	*ret = (struct scan){ NULL, "bad_archive", detail };
	return false;
}

static uint32_t
le16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)(u[0] | u[1] << 8);
}

static uint32_t
le32(const char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/* The end record: the last thing, its comment reaches the end of the file. */
static const char *
find_end(struct span s)
{
	for (size_t back = 22; back <= s.n && back <= 22 + 65535; back++) {
		const char *p = s.p + s.n - back;

		if (le32(p) == 0x06054b50 && le16(p + 20) == back - 22)
			return p;
	}
	return NULL;
}

static bool
ends_in(struct span name, const char *ending)
{
	struct span e = span_of(ending);

	return name.n > e.n &&
	       span_is_nocase((struct span){ name.p + name.n - e.n, e.n }, e);
}

static bool
name_is_safe(struct span name)
{
	struct span rest = name;

	if (!name.n || name.p[0] == '/' || !utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == '\\' ||
		    name.p[i] == ':')
			return false;
	while (rest.n) {
		struct span part = span_cut(&rest, '/');

		if (span_is_z(part, "..") || span_is_z(part, "."))
			return false;
	}
	return true;
}

/* Archives in archives, programs, and macros of office papers. */
static bool
is_unwelcome(struct span name)
{
	static const char *const endings[] = {
		".zip", ".7z",  ".rar", ".gz",  ".bz2",
		".xz",  ".tar", ".jar", ".apk", ".exe",
		".dll", ".scr", ".com", ".bat", ".cmd",
		".ps1", ".vbs", ".js",  ".msi", ".lnk",
		".iso", ".img", ".hta", ".sh",  "vbaProject.bin",
	};

	for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
		if (ends_in(name, endings[k]))
			return true;
	return false;
}

static bool
check_entry(const struct entry *e, uint32_t flags, uint32_t made_by,
	    uint32_t attributes, struct scan *ret)
{
	if (flags & 1)
		return refused(ret, "the archive is locked: it cannot be looked into");
	if (e->method != 0 && e->method != 8)
		return refused(ret, "the archive is packed in an unusual way");
	if (!name_is_safe(e->name))
		return refused(ret, "the archive would unpack outside its folder");
	if (is_unwelcome(e->name))
		return refused(ret, "the archive holds an archive or a program");
	/* made on Unix: a link leads elsewhere */
	if (made_by >> 8 == 3 && (attributes >> 16 & 0xf000) == 0xa000)
		return refused(ret, "the archive holds a link");
	if (e->method == 0 && e->packed != e->unpacked)
		return refused(ret, "the archive contradicts itself");
	if (e->unpacked > RATIO_FROM &&
	    (uint64_t)e->unpacked > (uint64_t)e->packed * RATIO_MAX)
		return refused(ret, "the archive becomes far too large");
	return true;
}

static bool
size_agrees(uint32_t head, uint32_t directory, bool is_said_later)
{
	return head == directory || (is_said_later && !head);
}

/* The head before the bytes says the same as the directory. */
static bool
check_head(struct span s, const struct entry *e, uint64_t dir_at, struct range *range,
	   struct scan *ret)
{
	const char *p = s.p + e->at;
	uint64_t data;
	bool is_said_later; /* the sizes stand behind the bytes too: APPNOTE 4.4.4 */

	if ((uint64_t)e->at + 30 > dir_at || le32(p) != 0x04034b50)
		return refused(ret, "the archive contradicts itself");
	data = (uint64_t)e->at + 30 + le16(p + 26) + le16(p + 28);
	if (data + e->packed > dir_at || le16(p + 8) != e->method ||
	    !span_is((struct span){ p + 30, le16(p + 26) }, e->name))
		return refused(ret, "the archive contradicts itself");
	is_said_later = le16(p + 6) & 8;
	if ((le16(p + 6) & 1) || !size_agrees(le32(p + 18), e->packed, is_said_later) ||
	    !size_agrees(le32(p + 22), e->unpacked, is_said_later))
		return refused(ret, "the archive contradicts itself");
	*range = (struct range){ e->at, data + e->packed, *e };
	return true;
}

static int
by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool
check_apart(struct range *v, size_t n, struct scan *ret)
{
	qsort(v, n, sizeof *v, by_start);
	for (size_t k = 1; k < n; k++)
		if (v[k].from < v[k - 1].to)
			return refused(ret, "entries of the archive share bytes");
	return true;
}

/* It becomes as many bytes as it says, of all the bytes that it has. */
static bool
unpacks_as_said(struct span packed, uint32_t unpacked)
{
	return inflate_pieces(packed, false, unpacked, NULL, NULL) == unpacked;
}

static bool
check_bytes(struct span s, const struct range *v, size_t n, struct scan *ret)
{
	for (size_t k = 0; k < n; k++) {
		const struct entry *e = &v[k].e;
		struct span packed = { s.p + v[k].to - e->packed, e->packed };

		if (e->method == 8 && !unpacks_as_said(packed, e->unpacked))
			return refused(ret, "the archive is not what it says it is");
	}
	return true;
}

static bool
check_directory(struct span s, uint64_t at, uint64_t end, size_t n,
		struct range *ranges, struct scan *ret)
{
	uint64_t dir_at = at, unpacked = 0;

	for (size_t k = 0; k < n; k++) {
		const char *p = s.p + at;
		struct entry e;

		if (at + 46 > end || le32(p) != 0x02014b50 ||
		    at + 46 + le16(p + 28) > end)
			return refused(ret, "the archive is cut or damaged");
		e = (struct entry){ .method = le16(p + 10),
				    .packed = le32(p + 20),
				    .unpacked = le32(p + 24),
				    .at = le32(p + 42),
				    .name = { p + 46, le16(p + 28) } };
		if (!check_entry(&e, le16(p + 8), le16(p + 4), le32(p + 38), ret) ||
		    !check_head(s, &e, dir_at, &ranges[k], ret))
			return false;
		unpacked += e.unpacked;
		at += 46 + (uint64_t)le16(p + 28) + le16(p + 30) + le16(p + 32);
	}
	if (at != end)
		return refused(ret, "the archive is cut or damaged");
	if (unpacked > UNPACKED_MAX)
		return refused(ret, "the archive becomes far too large");
	return check_apart(ranges, n, ret) && check_bytes(s, ranges, n, ret);
}

bool
zip_scan(struct span s, struct scan *ret)
{
	const char *end = s.n >= 22 ? find_end(s) : NULL;
	uint64_t at, size, end_at;
	struct range *ranges;
	size_t n;
	bool ok;

	if (!end)
		return refused(ret, "the archive is cut or damaged");
	n = le16(end + 10);
	size = le32(end + 12);
	at = le32(end + 16);
	end_at = (uint64_t)(end - s.p);
	/* several discs, 64-bit sizes: not for what fits here */
	if (le16(end + 4) || le16(end + 6) || le16(end + 8) != n || n == 0xffff ||
	    at + size != end_at)
		return refused(ret, "the archive is packed in an unusual way");
	if (n > ENTRIES_MAX)
		return refused(ret, "the archive holds too many files");
	ranges = calloc(n + 1, sizeof *ranges);
	if (!ranges)
		abort();
	ok = check_directory(s, at, end_at, n, ranges, ret);
	free(ranges);
	return ok;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be sent: pictures, recordings, papers, tables, plain archives. The type is
 * found in the content and must be one that the name's ending stands for: what claims
 * to be a picture and is none is refused, not renamed.
 */
#include "talk/scan.h"

#include "base/utf8.h"

static const struct {
	const char *media;
	const char *endings; /* each between dots */
	size_t at;
	const char *magic;
	size_t n;
} types[] = {
	{ "image/jpeg", ".jpg.jpeg.", 0, "\xff\xd8\xff", 3 },
	{ "image/png", ".png.", 0, "\x89PNG\r\n\x1a\n", 8 },
	{ "image/gif", ".gif.", 0, "GIF8", 4 },
	{ "image/webp", ".webp.", 8, "WEBP", 4 },
	{ "application/pdf", ".pdf.", 0, "%PDF-", 5 },
	{ "audio/ogg", ".ogg.oga.opus.", 0, "OggS", 4 },
	{ "video/webm", ".webm.weba.", 0, "\x1a\x45\xdf\xa3", 4 },
	{ "audio/amr", ".amr.", 0, "#!AMR\n", 6 },
	{ "audio/wav", ".wav.", 8, "WAVE", 4 },
	{ "audio/mp4", ".m4a.", 4, "ftypM4A", 7 },
	{ "video/mp4", ".mp4.m4v.mov.3gp.", 4, "ftyp", 4 },
	{ "application/zip", ".zip.docx.xlsx.pptx.odt.ods.odp.", 0, "PK\x03\x04", 4 },
};

static const char text_endings[] = ".txt.csv.geojson.json.ics.md.log.";

static bool
refused(struct scan *ret, const char *code, const char *detail)
{
	*ret = (struct scan){ NULL, code, detail };
	return false;
}

/* The name ends in one of ".a.b.". */
static bool
ends_as(struct span name, const char *endings)
{
	char want[24] = ".";
	size_t dot = name.n, n = 1;

	while (dot && name.p[dot - 1] != '.')
		dot--;
	if (!dot || name.n - dot > sizeof want - 3)
		return false;
	for (; dot < name.n; dot++)
		want[n++] = name.p[dot] >= 'A' && name.p[dot] <= 'Z'
				    ? (char)(name.p[dot] | 0x20)
				    : name.p[dot];
	want[n++] = '.';
	want[n] = 0;
	return n > 2 && strstr(endings, want);
}

/* Letters and lines: nothing that a terminal or a browser would obey. */
static bool
is_text(struct span s)
{
	if (!utf8_is_valid(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return false;
	}
	return true;
}

static bool
is_good_name(struct span name)
{
	if (!name.n || name.n > 200 || !utf8_is_valid(name) || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < 0x20 || c == 0x7f || strchr("/\\:*?\"<>|", c))
			return false;
		/* marks that turn the reading direction hide an ending */
		if (c == 0xe2 && i + 2 < name.n &&
		    (unsigned char)name.p[i + 1] == 0x80 &&
		    (unsigned char)name.p[i + 2] >= 0xaa &&
		    (unsigned char)name.p[i + 2] <= 0xae)
			return false;
	}
	return true;
}

bool
file_scan(struct span name, struct span content, struct scan *ret)
{
	if (!is_good_name(name))
		return refused(ret, "bad_name",
			       "name: 1 to 200 bytes, without paths and controls");
	if (!content.n)
		return refused(ret, "empty_file", "the file is empty");
	for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
		if (content.n < types[k].at + types[k].n ||
		    memcmp(content.p + types[k].at, types[k].magic, types[k].n) != 0)
			continue;
		if (!ends_as(name, types[k].endings))
			return refused(ret, "belied_name",
				       "the name's ending is not of this content");
		if (types[k].magic[0] == 'P' && types[k].magic[1] == 'K' &&
		    !zip_scan(content, ret))
			return false;
		*ret = (struct scan){ types[k].media, NULL, NULL };
		return true;
	}
	if (ends_as(name, text_endings) && is_text(content)) {
		*ret = (struct scan){ "text/plain; charset=utf-8", NULL, NULL };
		return true;
	}
	return refused(ret, "bad_type", "files of this type are not taken");
}

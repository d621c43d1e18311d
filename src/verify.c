/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak-verify: a program of its own for whoever kept heads. It reads a folder (or a
 * copy of one) or an exported file of events, and says whether the history is intact,
 * damaged, rewritten or cut off. It changes nothing and asks no network.
 *
 * Exit: 0 intact; 1 cannot be read; 2 wrong usage; 3 cut off; 4 rewritten; 5 damaged;
 * 6 a head is not signed as it says, or not by the node's key.
 */
#include "base/auto.h"
#include "cli/cli.h"
#include "cli/heads.h"

#include <stdio.h>
#include <sys/stat.h>

enum { INTACT, UNREAD, USAGE, CUT, REWRITTEN, DAMAGED, UNSIGNED };

#define FIRST_LINE "kumak events 1"

static int
usage(void)
{
	fputs("kumak-verify " KUMAK_VERSION ": is this history the one that heads were "
	      "made for?\n"
	      "usage: kumak-verify [--heads FILE]… [--head SEQ:HASH]… [--key HEX] "
	      "FOLDER|EVENTS\n"
	      "       kumak-verify --export EVENTS FOLDER\n"
	      "exit: 0 intact, 1 cannot be read, 2 usage, 3 cut off, 4 rewritten,\n"
	      "      5 damaged, 6 a head whose signature is not good\n",
	      stderr);
	return USAGE;
}

static int
complain(int code, const char *what)
{
	fprintf(stderr, "kumak-verify: %s\n", what);
	return code;
}

/* --- a file of events ----------------------------------------------------------- */

static bool
export_one(void *ctx, const struct store_event *e)
{
	struct buf AUTO(buf_done) line = { 0 };

	crypt_hex(&line, e->hash, STORE_HASH_BYTES);
	buf_add_c(&line, ' ');
	buf_add_span(&line, e->doc);
	buf_add_c(&line, '\n');
	return fwrite(line.p, 1, line.n, ctx) == line.n;
}

static int
export_events(const char *to, const char *dir)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct store_info info;
	struct store *s;
	FILE *f;
	int rc;

	if (store_open(dir, STORE_READ, &s, &info, &why) < 0)
		return complain(UNREAD, why.p);
	f = fopen(to, "wxe");
	if (!f) {
		store_close(s);
		return complain(UNREAD, "the file to export to is there, or cannot be");
	}
	fputs(FIRST_LINE "\n", f);
	rc = store_events(s, 0, 0, SIZE_MAX >> 1, export_one, f);
	store_close(s);
	if (rc < 0 || fflush(f) != 0 || ferror(f) || fclose(f) != 0)
		return complain(UNREAD, "the events could not be written");
	return INTACT;
}

/* Only what the chain needs is read here; chain_take() decodes and compares. */
static bool
take_line(struct chain_walk *w, struct span line)
{
	struct store_event e = { 0 };
	struct field_error wrong;
	struct event told;

	if (line.n < 66 || line.p[64] != ' ' ||
	    !crypt_unhex((struct span){ line.p, 64 }, e.hash, sizeof e.hash))
		return false;
	e.doc = span_skip(line, 65);
	if (event_decode(e.doc, NULL, &told, &wrong) < 0)
		return false;
	e.seq = told.seq;
	e.at = told.at;
	e.incident = told.incident.seq;
	event_done(&told);
	return chain_take(w, &e);
}

static int
walk_file(const char *path, struct heads *h, struct chain_report *ret)
{
	struct chain_walk w;
	char *line = NULL;
	size_t cap = 0, number = 1;
	FILE *f = fopen(path, "re");
	ssize_t n = f ? getline(&line, &cap, f) : -1;
	bool is_good = n > 0 && strcmp(line, FIRST_LINE "\n") == 0;

	if (!is_good) {
		free(line);
		if (f)
			fclose(f);
		return complain(UNREAD, "neither a folder of a node nor its events");
	}
	chain_begin(&w, h->list, h->n, ret);
	while (is_good && (n = getline(&line, &cap, f)) > 0) {
		number++;
		n -= line[n - 1] == '\n';
		is_good = take_line(&w, (struct span){ line, (size_t)n });
	}
	free(line);
	fclose(f);
	if (!is_good && !ret->bad_seq) {
		ret->bad_seq = ret->seq + 1;
		ret->finding = CHAIN_DAMAGED;
		snprintf(ret->why, sizeof ret->why, "line %zu is no event", number);
	}
	if (is_good)
		chain_end(&w);
	return INTACT;
}

/* --- a folder --------------------------------------------------------------------- */

static int
walk_folder(const char *dir, struct heads *h, struct chain_report *ret)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct store_info info;
	struct store *s;
	int rc;

	if (store_open(dir, STORE_READ, &s, &info, &why) < 0)
		return complain(UNREAD, why.p);
	rc = chain_verify(s, h->list, h->n, ret);
	store_close(s);
	return rc < 0 && !ret->bad_seq ? complain(UNREAD, err_text(rc)) : INTACT;
}

static int
verify(const char *path, struct heads *h)
{
	static const int codes[] = { [CHAIN_INTACT] = INTACT,
				     [CHAIN_DAMAGED] = DAMAGED,
				     [CHAIN_REWRITTEN] = REWRITTEN,
				     [CHAIN_CUT] = CUT };
	static const char *const words[] = { "INTACT", "DAMAGED", "REWRITTEN",
					     "CUT OFF" };
	struct buf AUTO(buf_done) hex = { 0 };
	struct chain_report r = { 0 };
	struct stat st;
	int rc;

	heads_sort(h);
	rc = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? walk_folder(path, h, &r)
							 : walk_file(path, h, &r);
	if (rc)
		return rc;
	if (r.finding != CHAIN_INTACT) {
		printf("%s: %s\n", words[r.finding], r.why);
		return codes[r.finding];
	}
	crypt_hex(&hex, r.hash, sizeof r.hash);
	printf("INTACT: %llu events to %llu:%s; %zu heads are of it%s\n",
	       (unsigned long long)r.events, (unsigned long long)r.seq, hex.p, h->n,
	       h->n ? "" : " (without one, a history made anew would look intact too)");
	return INTACT;
}

int
main(int argc, char **argv)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct heads h = { 0 };
	const char *path = NULL;
	int rc = INTACT;

	if (crypt_start() < 0)
		return complain(UNREAD, "no cryptography on this machine");
	if (argc == 4 && strcmp(argv[1], "--export") == 0)
		return export_events(argv[2], argv[3]);
	for (int i = 1; i + 1 < argc; i++) /* before the heads that it judges */
		if (strcmp(argv[i], "--key") == 0)
			h.has_node_pub = crypt_unhex(span_of(argv[i + 1]), h.node_pub,
						     sizeof h.node_pub);
	for (int i = 1; rc == INTACT && i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strncmp(argv[i], "--", 2) != 0 && !path)
			path = argv[i];
		else if (value && strcmp(argv[i++], "--heads") == 0)
			rc = heads_read_file(&h, value, &why) ? INTACT : UNSIGNED;
		else if (value && strcmp(argv[i - 1], "--head") == 0)
			rc = heads_read_word(&h, value) ? INTACT : USAGE;
		else if (!value || strcmp(argv[i - 1], "--key") != 0 || !h.has_node_pub)
			rc = USAGE;
	}
	if (rc == UNSIGNED)
		complain(rc, why.p);
	else if (rc == USAGE || !path)
		rc = usage();
	else
		rc = verify(path, &h);
	heads_done(&h);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak import calls FILE…: closed calls of another system, into the world of history.
 * All files are read before the first call is taken. What a broken-off run took is not
 * taken again: the calls of a file are numbered by their order in it.
 */
#include "cli/calls.h"
#include "cli/import.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 30)
#define CALLS_A_BATCH 200

struct input {
	const char *path;
	struct buf text;
	char source[40]; /* "import:" and a hash of the bytes */
	size_t had;      /* calls of it that are there already */
	struct calls_told told;
};

struct importer {
	const struct import_args *args;
	const char *zone, *columns_path;
	struct calls_columns columns;
	struct input *inputs;
	size_t n;

	struct maker maker;
	struct input *at; /* being taken */
	size_t seen, taken, waiting;
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak import calls: %s\n"
		"usage: kumak import calls FILE… --zone America/Chicago "
		"[--columns FILE] [--data DIR] [--preview]\n",
		why);
	return 2;
}

/* --- files --------------------------------------------------------------------------
 */

/* Through gzip, which every Debian has. */
static int
unpack(const char *path, struct buf *ret)
{
	int fds[2], status = 0;
	ssize_t n = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return ERR_IO;
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		execlp("gzip", "gzip", "-dc", "--", path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	do {
		buf_reserve(ret, 1 << 16);
		n = pid < 0 ? -1 : read(fds[0], ret->p + ret->n, 1 << 16);
		ret->n += n > 0 ? (size_t)n : 0;
	} while ((n > 0 || (n < 0 && errno == EINTR)) && ret->n < FILE_MAX);
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	return n == 0 && pid > 0 && status == 0 ? 0 : ERR_IO;
}

static bool
read_input(struct input *in)
{
	struct span magic;
	uint64_t hash;
	int rc = read_file(in->path, &in->text);

	magic = buf_span(&in->text);
	if (rc == 0 && magic.n > 2 && memcmp(magic.p, "\x1f\x8b", 2) == 0) {
		buf_clear(&in->text);
		rc = unpack(in->path, &in->text);
	}
	if (rc < 0) {
		fprintf(stderr, "kumak import: %s cannot be read\n", in->path);
		return false;
	}
	hash = crypt_short(buf_span(&in->text));
	snprintf(in->source, sizeof in->source, "import:%016llx",
		 (unsigned long long)hash);
	return true;
}

static int
read_calls(struct importer *m, struct input *in,
	   bool (*fn)(void *ctx, const struct history_call *c))
{
	struct calls_reader r = { .columns = &m->columns,
				  .csv = { .in = buf_span(&in->text) },
				  .fn = fn,
				  .ctx = m };
	int rc = calls_read(&r);

	if (rc < 0 && r.why.n)
		fprintf(stderr, "kumak import: %s: %s\n", in->path, r.why.p);
	in->told = r.told;
	buf_done(&r.why);
	return rc;
}

/* --- taking -------------------------------------------------------------------------
 */

static bool
check_only(void *ctx, const struct history_call *c)
{
	(void)ctx;
	(void)c;
	return true;
}

static bool
count_had(void *ctx, const struct record *rec)
{
	struct importer *m = ctx;
	const struct incident *i = (const struct incident *)rec;

	for (size_t k = 0; i->r.world == WORLD_HISTORY && i->source && k < m->n; k++)
		m->inputs[k].had += strcmp(i->source, m->inputs[k].source) == 0;
	return true;
}

/* What is on disk need not stay in memory: it may be years of calls. */
static void
forget(struct model *model)
{
	static const enum noun_index nouns_of[] = { NOUN_ASSIGNMENT, NOUN_INCIDENT };
	void *rec;

	for (size_t k = 0; k < ARRAY_LEN(nouns_of); k++) {
		struct map *table = &model->tables[nouns_of[k]];

		for (size_t at = 0; map_next(table, &at, NULL, &rec);)
			if (((struct record *)rec)->world == WORLD_HISTORY)
				model_evict(model, nouns_of[k], rec);
	}
}

static void
end_batch(struct importer *m)
{
	journal_turn_end(m->maker.journal);
	forget(journal_model(m->maker.journal));
	m->waiting = 0;
}

static bool
take(void *ctx, const struct history_call *c)
{
	struct importer *m = ctx;
	struct decision *d;
	struct history_call call = *c;
	struct id id;

	if (m->seen++ < m->at->had)
		return true;
	call.source = span_of(m->at->source);
	d = journal_begin(m->maker.journal, &m->maker.admin);
	if (history_take(d, &call, &id) < 0) {
		fprintf(stderr, "kumak import: %s\n", d->refusal.detail);
		return false;
	}
	m->taken++;
	if (++m->waiting == CALLS_A_BATCH)
		end_batch(m);
	return true;
}

static bool
open_node(struct importer *m)
{
	struct buf AUTO(buf_done) path = { 0 }, why = { 0 };
	const struct node *node;

	buf_printf(&path, "%s/store.db", m->args->data);
	if (access(path.p, F_OK) < 0) {
		fprintf(stderr, "kumak import: %s holds no node\n", m->args->data);
		return false;
	}
	if (maker_open(&m->maker, m->args->data, &why) < 0) {
		fprintf(stderr, "kumak import: %s (stop the node first)\n", why.p);
		return false;
	}
	node = journal_model(m->maker.journal)->node;
	if (!node) {
		fprintf(stderr, "kumak import: %s holds no node\n", m->args->data);
		return false;
	}
	m->maker.admin = (struct principal){ .role = ROLE_ADMINISTRATOR,
					     .agency = node->control,
					     .is_control = true,
					     .is_verified = true,
					     .name = "import" };
	return true;
}

static int
take_all(struct importer *m)
{
	struct store_query all = { .noun = noun_incident.letter,
				   .column = -1,
				   .limit = SIZE_MAX >> 1 };
	int rc = 0;

	if (!open_node(m))
		return 1;
	if (journal_records(m->maker.journal, &all, count_had, m) < 0) {
		fputs("kumak import: a record cannot be read\n", stderr);
		return 1;
	}
	for (size_t k = 0; rc == 0 && k < m->n; k++) {
		m->at = &m->inputs[k];
		m->seen = 0;
		rc = read_calls(m, m->at, take);
	}
	end_batch(m);
	return rc < 0;
}

/* --- the verb -----------------------------------------------------------------------
 */

/* What is not a flag with its value is a file. */
static bool
read_args(struct importer *m)
{
	const struct import_args *a = m->args;

	m->inputs = calloc(a->n_files, sizeof *m->inputs);
	if (!m->inputs)
		abort();
	for (size_t k = 0; k < a->n_files; k++) {
		bool is_zone = strcmp(a->files[k], "--zone") == 0;

		if (strncmp(a->files[k], "--", 2) != 0) {
			m->inputs[m->n++].path = a->files[k];
			continue;
		}
		if ((!is_zone && strcmp(a->files[k], "--columns") != 0) ||
		    k + 1 == a->n_files)
			return false;
		*(is_zone ? &m->zone : &m->columns_path) = a->files[++k];
	}
	return m->n > 0;
}

static bool
set_zone(const char *zone)
{
	char path[200];

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	if (!*zone || *zone == '/' || strstr(zone, "..") || access(path, R_OK) < 0)
		return false;
	snprintf(path, sizeof path, ":%s", zone);
	setenv("TZ", path, 1);
	tzset();
	return true;
}

static bool
read_columns(struct importer *m)
{
	struct buf AUTO(buf_done) text = { 0 }, why = { 0 };

	calls_columns_standard(&m->columns);
	if (!m->columns_path)
		return true;
	if (read_file(m->columns_path, &text) < 0)
		buf_add_z(&why, "cannot be read");
	else
		calls_columns_read(&m->columns, buf_span(&text), &why);
	if (why.n)
		fprintf(stderr, "kumak import: %s: %s\n", m->columns_path, why.p);
	return !why.n;
}

static void
say(const struct importer *m)
{
	for (size_t k = 0; k < m->n; k++) {
		const struct input *in = &m->inputs[k];

		printf("%s: %zu calls, %zu units on them; %zu arrivals past midnight, "
		       "%zu times before their dispatch and %zu repeated ones not "
		       "taken; %zu calls were there already\n",
		       in->path, in->told.calls, in->told.unit_rows, in->told.crossings,
		       in->told.out_of_order, in->told.repeats, in->had);
	}
	if (m->args->is_preview)
		puts("nothing was taken");
	else
		printf("%zu calls taken into the world of history\n", m->taken);
}

static int
run(struct importer *m)
{
	for (size_t k = 0; k < m->n; k++)
		if (!read_input(&m->inputs[k]) ||
		    read_calls(m, &m->inputs[k], check_only) < 0)
			return 1;
	if (!m->args->is_preview && take_all(m))
		return 1;
	say(m);
	return 0;
}

int
import_calls(const struct import_args *a)
{
	struct importer m = { .args = a };
	int rc;

	if (!read_args(&m))
		rc = usage("files, and flags with their values");
	else if (!m.zone || !set_zone(m.zone))
		rc = usage("--zone wants the time zone of the file's times");
	else
		rc = read_columns(&m) ? run(&m) : 1;
	if (m.maker.journal)
		maker_close(&m.maker);
	for (size_t k = 0; k < m.n; k++)
		buf_done(&m.inputs[k].text);
	arena_done(&m.columns.arena);
	free(m.inputs);
	return rc;
}

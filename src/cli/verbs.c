/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of the program: name, function, sentence. serve() is main.c's, which alone
 * knows all rooms.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <stdio.h>

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv); /* behind the verb; NULL: serve */
	bool takes_itself;                 /* argv begins with the verb */
	const char *words, *sentence;      /* NULL: told with another one */
} verbs[] = {
	{ "serve", NULL, false, "[options]", "runs a node; --demo: a demo city" },
	{ "init", cli_init, false, "...", "makes a real node" },
	{ "agency", cli_admin, true, "|account|device|token|invite ...",
	  "administration of a running node" },
	{ "account", cli_admin, true, NULL, NULL },
	{ "device", cli_admin, true, NULL, NULL },
	{ "token", cli_admin, true, NULL, NULL },
	{ "invite", cli_admin, true, NULL, NULL },
	{ "import", cli_import, false, "KIND FILE...",
	  "takes a city's data from files" },
	{ "verify", cli_verify, false, "...", "checks the chain of events" },
	{ "backup", cli_backup, false, "FILE ...",
	  "copies a node, also while it runs" },
	{ "restore", cli_restore, false, "FILE ...", "makes a folder of a copy" },
	{ "doctor", cli_doctor, false, "[options]", "what is wrong with this machine" },
	{ "witness", cli_witness, false, "...", "a second machine that keeps heads" },
	{ "bench", cli_bench, false, "device ...", "plays devices at a door" },
};

static int
usage(int code)
{
	struct buf AUTO(buf_done) b = { 0 };
	FILE *out = code ? stderr : stdout;

	fprintf(out,
		"kumak %s: an open command network for police rooms and the places "
		"they protect\n\n",
		KUMAK_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		const struct verb *v = &verbs[i];
		bool is_joined = v->words && *v->words == '|';

		buf_clear(&b);
		buf_printf(&b, "%s%s%s", v->name, is_joined ? "" : " ",
			   v->words ? v->words : "");
		if (v->sentence)
			fprintf(out, "  kumak %-37s %s\n", b.p, v->sentence);
	}
	buf_clear(&b);
	options_help(&b);
	fprintf(out, "\noptions of serve and doctor (with their defaults):\n%s", b.p);
	return code;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0;
}

int
cli_run(int argc, char **argv, int (*serve)(int argc, char **argv))
{
	if (argc < 2)
		return usage(2);
	if (strcmp(argv[1], "--version") == 0) {
		puts("kumak " KUMAK_VERSION);
		return 0;
	}
	if (is_help(argv[1]) || (argc > 2 && strcmp(argv[2], "--help") == 0))
		return usage(0);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		const struct verb *v = &verbs[i];
		int skip = v->takes_itself ? 1 : 2;

		if (strcmp(argv[1], v->name) == 0)
			return (v->run ? v->run : serve)(argc - skip, argv + skip);
	}
	return usage(2);
}

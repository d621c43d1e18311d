/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak agency|account|device|token|invite: administration on the machine itself,
 * through the running node and its public API, with the folder's own secret.
 *   kumak agency add NAME KIND [name_ur=TEXT short_name=WORD …]
 *   kumak agency list
 *   kumak account add LOGIN ROLE [agency=ID unit=ID site=ID …]
 *   kumak account disable ID        kumak account list
 *   kumak account reset_totp ID     takes a lost second factor off
 *   kumak device add DOOR IDENTITY [bound_to=ID trust=verified]
 *   kumak device bind ID UNIT|SITE  kumak device list
 *   kumak token add ROLE [agency=ID unit=ID site=ID label=TEXT]
 *   kumak token revoke ID           kumak token list
 *   kumak invite SITE [label=TEXT]  prints the code, the address and a QR code
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "base/qr.h"

#include <stdio.h>

static int
usage(void)
{
	fputs("usage: kumak agency add NAME KIND [key=value…] | list\n"
	      "       kumak account add LOGIN ROLE [key=value…] | disable ID | "
	      "reset_totp ID | list\n"
	      "       kumak device add DOOR IDENTITY [key=value…] | bind ID BEARER | "
	      "list\n"
	      "       kumak token add ROLE [key=value…] | revoke ID | list\n"
	      "       kumak invite SITE [label=TEXT]\n"
	      "       each with --data DIR (kumak-data)\n",
	      stderr);
	return 2;
}

/* key=value words as members; values that say true or false are booleans. */
static int
write_pairs(struct buf *b, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		char *eq = strchr(argv[i], '=');

		if (!eq)
			return ERR_SYNTAX;
		*eq = 0;
		if (strcmp(eq + 1, "true") == 0 || strcmp(eq + 1, "false") == 0)
			jw_kbool(b, argv[i], eq[1] == 't');
		else
			jw_kz(b, argv[i], eq + 1);
	}
	jw_close(b, '}');
	return 0;
}

static int
call(const char *dir, const char *method, const char *path, struct buf *body)
{
	struct buf AUTO(buf_done) why = { 0 }, answer = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	struct client c;
	int status;

	if (client_of_node(&c, dir, &why) < 0) {
		fprintf(stderr, "kumak: %s\n", why.p);
		return 1;
	}
	status = client_call(&c, method, path, buf_span(body), &answer);
	client_close(&c);
	if (status < 0) {
		fprintf(stderr, "kumak: the node on %s does not answer\n", dir);
		return 1;
	}
	o = json_read(buf_span(&answer), NULL);
	if (status >= 300) {
		fprintf(stderr, "kumak: %s\n",
			json_string_value(json_object_get(o, "detail"))
				? json_string_value(json_object_get(o, "detail"))
				: "refused");
		return 1;
	}
	if (json_object_get(o, "qr_svg")) {
		printf("%s\ncode: %s\nstands until %s\n",
		       json_string_value(json_object_get(o, "url")),
		       json_string_value(json_object_get(o, "code")),
		       json_string_value(json_object_get(o, "expires_at")));
		buf_clear(&answer);
		qr_terminal(&answer, json_string_value(json_object_get(o, "url")));
		fputs(answer.p, stdout);
		return 0;
	}
	if (answer.n)
		printf("%s\n", answer.p);
	return 0;
}

static int
agency(const char *dir, int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return call(dir, "GET", "/api/v1/agencies?limit=500", &b);
	jw_open(&b, '{');
	if (argc < 3 || strcmp(argv[0], "add") != 0)
		return usage();
	jw_kz(&b, "name", argv[1]);
	jw_kz(&b, "kind", argv[2]);
	if (write_pairs(&b, argc - 3, argv + 3) < 0)
		return usage();
	return call(dir, "POST", "/api/v1/agencies", &b);
}

static int
account(const char *dir, int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 }, path = { 0 };

	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return call(dir, "GET", "/api/v1/accounts?limit=500", &b);
	jw_open(&b, '{');
	if (argc == 2 && strcmp(argv[0], "disable") == 0) {
		jw_kbool(&b, "disabled", true);
		jw_close(&b, '}');
		buf_printf(&path, "/api/v1/accounts/%s", argv[1]);
		return call(dir, "PATCH", path.p, &b);
	}
	if (argc == 2 && strcmp(argv[0], "reset_totp") == 0) {
		jw_kbool(&b, "reset_totp", true);
		jw_close(&b, '}');
		buf_printf(&path, "/api/v1/accounts/%s", argv[1]);
		return call(dir, "PATCH", path.p, &b);
	}
	if (argc < 3 || strcmp(argv[0], "add") != 0)
		return usage();
	jw_kz(&b, "login", argv[1]);
	jw_kz(&b, "role", argv[2]);
	if (write_pairs(&b, argc - 3, argv + 3) < 0)
		return usage();
	return call(dir, "POST", "/api/v1/accounts", &b);
}

static int
device(const char *dir, int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 }, path = { 0 };

	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return call(dir, "GET", "/api/v1/devices?limit=500", &b);
	jw_open(&b, '{');
	if (argc == 3 && strcmp(argv[0], "bind") == 0) {
		jw_kz(&b, "bound_to", argv[2]);
		jw_close(&b, '}');
		buf_printf(&path, "/api/v1/devices/%s", argv[1]);
		return call(dir, "PATCH", path.p, &b);
	}
	if (argc < 3 || strcmp(argv[0], "add") != 0)
		return usage();
	jw_kz(&b, "door", argv[1]);
	jw_kz(&b, "identity", argv[2]);
	if (write_pairs(&b, argc - 3, argv + 3) < 0)
		return usage();
	return call(dir, "POST", "/api/v1/devices", &b);
}

static int
token(const char *dir, int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 }, path = { 0 };

	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return call(dir, "GET", "/api/v1/tokens?limit=500", &b);
	jw_open(&b, '{');
	if (argc == 2 && strcmp(argv[0], "revoke") == 0) {
		jw_kz(&b, "state", "revoked");
		jw_close(&b, '}');
		buf_printf(&path, "/api/v1/tokens/%s", argv[1]);
		return call(dir, "PATCH", path.p, &b);
	}
	if (argc < 2 || strcmp(argv[0], "add") != 0)
		return usage();
	jw_kz(&b, "role", argv[1]);
	if (write_pairs(&b, argc - 2, argv + 2) < 0)
		return usage();
	return call(dir, "POST", "/api/v1/tokens", &b);
}

static int
invite(const char *dir, int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (argc < 1)
		return usage();
	jw_open(&b, '{');
	jw_kz(&b, "site", argv[0]);
	if (write_pairs(&b, argc - 1, argv + 1) < 0)
		return usage();
	return call(dir, "POST", "/api/v1/invitations", &b);
}

int
cli_admin(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*fn)(const char *dir, int argc, char **argv);
	} verbs[] = { { "agency", agency },
		      { "account", account },
		      { "device", device },
		      { "token", token },
		      { "invite", invite } };
	const char *verb = argv[0], *dir = "kumak-data";
	int n = 0;

	/* --data may stand anywhere */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
			dir = argv[++i];
		else
			argv[n++] = argv[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verb, verbs[i].verb) == 0)
			return verbs[i].fn(dir, n, argv);
	return usage();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: verbs besides serve, the table of options, and the small
 * blocking HTTP client that administration verbs and the demo's actors use.
 * Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 */
#pragma once
#include "base/json.h"
#include "journal/journal.h"

/* --- options (options.c): one table for flags and the file ------------------- */
struct options {
	const char *data, *config, *listen, *listen_tls, *public_url;
	const char *tls_cert, *tls_key, *tls_names, *proxy;
	const char *second_path, *print_program;
	int64_t print_every_min, synthetic_every_s, invitation_min;
	int64_t nudge_after_s, nudge_apart_s, file_max_mb;
	int64_t keep_tracks_days, keep_incidents_days, keep_media_days;
	const char *cap_sender;
	const char *shifts;
	const char *witness, *witness_dir, *witness_authority;
	int64_t witness_every_s;
	int64_t utc_offset_min;
	const char *sms_gateway, *sms_user, *sms_password, *sms_number, *sms_authority;
	const char *sms_secret;
	const char *mqtt, *mqtt_user, *mqtt_password, *mqtt_authority, *mqtt_rules;
	bool sms_answers, sms_believe;
	bool demo, still, public_feed;
	const char *devices[32]; /* NAME=ADDR:PORT */
	size_t n_devices;
	const char *cap_feeds[16]; /* URLs */
	size_t n_cap_feeds;
	int64_t cap_feed_every_min;
	const char *cap_feed_authority;
	const char *road_speeds, *road_hours;
	int64_t road_clock_min;
	bool listen_given;
	struct arena arena; /* holds what came from the file */
};
/* argv after the verb. ERR_SYNTAX with *why. */
int options_read(int argc, char **argv, struct options *ret, struct buf *why);
void options_help(struct buf *b);

/* The verb of the command line; serve: of a node, which main.c runs (verbs.c). */
int cli_run(int argc, char **argv, int (*serve)(int argc, char **argv));

/* --- verbs: return the exit code ---------------------------------------------- */
int cli_init(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_figures(int argc, char **argv); /* verify --figures */
int cli_import(int argc, char **argv);
int cli_witness(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_doctor(int argc, char **argv);
/* Positions and files of a data folder, copied into another folder that carries the
 * mark: what is there already stays, what is gone goes; many at once only if is_sure.
 * And the other way round (backup_more.c). */
int backup_more(const char *from, const char *to, struct span mark, bool is_sure,
		struct buf *why);
/* That a key (as node_key_load has it) is of the node in that folder. */
int cli_check_key(const char *dir, const uint8_t key[64], struct buf *why);
int restore_more(const char *from, const char *to, struct buf *why);
void backup_more_remove(const char *dir);
int cli_bench(int argc, char **argv); /* device: plays one at a door */
int cli_admin(int argc, char **argv); /* agency, account, device … */

/* --- a node in the making (make.c) --------------------------------------------- */
struct maker {
	struct store *store;
	struct journal *journal;
	struct principal admin; /* whom the makers act as */
};
/* Opens DIR for making a node; the folder is created 0700. */
int maker_open(struct maker *m, const char *dir, struct buf *why);
int maker_node(struct maker *m, const struct node_args *a, struct buf *why);
void maker_close(struct maker *m);
/* The standard run cards of a new node. */
void maker_run_cards(struct maker *m);
/* One account with this password (NULL: a one-time one is appended to *ret). */
int maker_account(struct maker *m, struct span login, enum role role, struct id agency,
		  struct id unit, struct id site, const char *password,
		  struct buf *ret_password, struct id *ret);
int maker_token(struct maker *m, enum role role, struct id agency, struct id unit,
		struct id site, struct span label, bool sos_only,
		struct buf *ret_secret);

/* The node's own certificate for these names (comma-separated), PEM, made with
 * its own authority in DIR/tls when absent or near its end (tls.c). */
int cli_own_certificate(const char *dir, const char *names, struct buf *ret_cert,
			struct buf *ret_key, struct buf *why);

/* --- the demo city (demo.c, actors.c) ------------------------------------------- */
/* Makes it in dir when dir holds no node; 1: dir holds a real one. */
int demo_make(const char *dir, struct buf *why);
/* Writes DIR/demo.json anew with url and doors. doors: pairs name, address. */
int demo_write(const char *dir, const char *url, const char *const *doors, size_t n,
	       struct buf *why);
/* Plays the city's people through the public doors until its parent ends. */
int demo_actors(const char *dir, bool is_still);

/* --- the client (client.c) -------------------------------------------------------- */
struct client {
	char host[128];
	int port, fd;
	char *token;
};
/* "http://127.0.0.1:8080" */
int client_open(struct client *c, const char *url, const char *token);
void client_close(struct client *c);
/* One request; body may be empty. Returns the status, or < 0. */
int client_call(struct client *c, const char *method, const char *path,
		struct span body, struct buf *ret_body);
/* The running node of a folder: its url and local secret, from DIR/serve.json. */
int client_of_node(struct client *c, const char *dir, struct buf *why);
/* A whole file; ERR_NOT_FOUND, ERR_IO. */
int read_file(const char *path, struct buf *ret);
/* Written aside, synced, renamed over: never half. mode 0600. */
int write_file(const char *path, struct span text);

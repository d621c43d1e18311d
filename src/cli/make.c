/* SPDX-License-Identifier: Apache-2.0 */
/* Making a node in a folder: the same commands as a running one takes. */
#include "cli/cli.h"

#include "base/auto.h"
#include "auth/auth.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static void
on_failure(const char *why)
{
	fprintf(stderr, "kumak: the store failed: %s\n", why);
}

int
maker_open(struct maker *m, const char *dir, struct buf *why)
{
	struct journal_config cfg = { .dir = dir,
				      .clock = &clock_system,
				      .on_failure = on_failure };
	int rc;

	*m = (struct maker){ 0 };
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		buf_printf(why, "%s: %s", dir, strerror(errno));
		return ERR_IO;
	}
	rc = store_open(dir, STORE_WRITE, &m->store, &cfg.info, why);
	if (rc < 0)
		return rc;
	cfg.store = m->store;
	rc = journal_open(&cfg, &m->journal, why);
	if (rc < 0) {
		store_close(m->store);
		m->store = NULL;
	}
	return rc;
}

void
maker_close(struct maker *m)
{
	journal_close(m->journal);
	store_close(m->store);
	*m = (struct maker){ 0 };
}

int
maker_node(struct maker *m, const struct node_args *a, struct buf *why)
{
	struct decision *d = journal_begin(m->journal, NULL);
	struct id control;

	if (node_make(d, a, &control) < 0) {
		buf_add_z(why, d->refusal.detail);
		return ERR_EXISTS;
	}
	m->admin = (struct principal){
		.role = ROLE_ADMINISTRATOR,
		.agency = control,
		.is_control = true,
		.is_verified = true,
		.name = "setup",
	};
	journal_turn_end(m->journal);
	return 0;
}

void
maker_run_cards(struct maker *m)
{
	static const struct {
		const char *name;
		int site_class, priority, units;
	} cards[] = {
		{ "SOS of a consulate", SITE_CONSULATE, PRIORITY_P1, 2 },
		{ "SOS of another site", 0, PRIORITY_P1, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cards); i++) {
		struct patch p;

		patch_init(&p, &noun_run_card);
		PATCH_STR(&p, run_card, name, span_of(cards[i].name));
		if (cards[i].site_class)
			PATCH_ENUM(&p, run_card, site_class, cards[i].site_class);
		PATCH_ENUM(&p, run_card, priority, cards[i].priority);
		PATCH_INT(&p, run_card, units, cards[i].units);
		PATCH_INT(&p, run_card, offer_timeout_s, 30);
		run_card_put(journal_begin(m->journal, &m->admin), (struct id){ 0 }, &p,
			     NULL);
	}
	journal_turn_end(m->journal);
}

int
maker_account(struct maker *m, struct span login, enum role role, struct id agency,
	      struct id unit, struct id site, const char *password,
	      struct buf *ret_password, struct id *ret)
{
	char hash[PASSWORD_HASH_MAX];
	struct buf AUTO(buf_done) one_time = { 0 };
	struct patch p;

	if (!password)
		auth_new_password(&one_time);
	if (crypt_password_hash(hash, span_of(password ? password : one_time.p)) < 0)
		return ERR_NOMEM;
	patch_init(&p, &noun_account);
	PATCH_ID(&p, account, agency, agency);
	PATCH_STR(&p, account, login, login);
	PATCH_STR(&p, account, name, login);
	PATCH_ENUM(&p, account, role, role);
	PATCH_ID(&p, account, unit, unit);
	PATCH_ID(&p, account, site, site);
	if (account_put(journal_begin(m->journal, &m->admin), (struct id){ 0 }, &p,
			span_of(hash), !password, ret) < 0) {
		patch_done(&p);
		return ERR_DENIED;
	}
	if (ret_password)
		buf_add_z(ret_password, password ? password : one_time.p);
	journal_turn_end(m->journal);
	return 0;
}

int
maker_token(struct maker *m, enum role role, struct id agency, struct id unit,
	    struct id site, struct span label, bool sos_only, struct buf *ret_secret)
{
	struct buf AUTO(buf_done) hash = { 0 };
	struct id id;

	auth_new_secret(ret_secret, &hash);
	return token_make(journal_begin(m->journal, &m->admin),
			  &(struct token_args){
				  .role = role,
				  .agency = agency,
				  .unit = unit,
				  .site = site,
				  .label = label,
				  .hash = buf_span(&hash),
				  .sos_only = sos_only,
			  },
			  &id);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, tokens, invitations, devices: tables and commands. */
#include "model/commands.h"

#include "base/auto.h"

#include <stdio.h>

const char *const role_names[] = { "",           "administrator", "dispatcher",
				   "supervisor", "duty_officer",  "responder",
				   "site",       "liaison",       "oversight",
				   "board",      "device",        "feed",
				   NULL };
const char *const trust_names[] = { "", "unverified", "verified", NULL };
static const char *const device_states[] = { "", "pending", "bound", "revoked", NULL };
static const char *const link_names[] = { "", "live", "late", "lost", NULL };

static const char *const invited_names[] = { "", "liaison", NULL };

static const struct field account_fields[] = {
	NOUN_WORLD(account),
	NOUN_LINE(account, agency, ID, FIELD_POST,
		  .doc = "the caller's own when left out"),
	NOUN_LINE(account, login, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 96,
		  .doc = "made by its own agency it ends in @ and the agency's short "
			 "name"),
	NOUN_LINE(account, name, STR, GIVE | FIELD_SEALED, .max = 95,
		  .doc = "of the person"),
	NOUN_LINE(account, role, ENUM, NEED, .names = role_names,
		  .doc = "one role in one agency"),
	NOUN_LINE(account, unit, ID, GIVE, .doc = "a responder's"),
	NOUN_LINE(account, site, ID, GIVE,
		  .doc = "of mission staff; none: all of the agency"),
	NOUN_LINE(account, person, ID, GIVE, .doc = "whose login it is"),
	NOUN_LINE(account, language, STR, GIVE, .max = 8,
		  .doc = "of screens and receipts"),
	NOUN_LINE(account, phone, STR, GIVE | FIELD_SEALED, .max = 24,
		  .doc = "number that content-free nudges go to"),
	NOUN_LINE(account, quiet_from, STR, GIVE, .max = 5,
		  .doc = "no nudges from this time of day, HH:MM, but of a P1"),
	NOUN_LINE(account, quiet_to, STR, GIVE, .max = 5, .doc = "until, HH:MM"),
	NOUN_LINE(account, utc_offset_min, INT, GIVE, .min = -720, .max = 840,
		  .doc = "of the person's clock; none: 300"),
	NOUN_LINE(account, disabled, BOOL, GIVE,
		  .doc = "ends sessions and streams within 5 s"),
	NOUN_LINE(account, password, STR, GIVE | FIELD_ASK, .min = 10, .max = 128,
		  .doc = "write only; a one-time one is made when left out"),
	NOUN_LINE(account, password_hash, STR, FIELD_SECRET, .doc = "argon2id"),
	NOUN_LINE(account, must_change_password, BOOL, 0,
		  .doc = "it is a one-time password"),
	NOUN_LINE(account, reset_password, BOOL, FIELD_PATCH | FIELD_ASK,
		  .doc = "asks for a new one-time password"),
	NOUN_LINE(account, totp, BOOL, 0, .doc = "signing in asks for a code too"),
	NOUN_LINE(account, totp_secret, STR, FIELD_SECRET | FIELD_SEALED,
		  .doc = "of its codes"),
	NOUN_LINE(account, totp_asked, STR, FIELD_SECRET | FIELD_SEALED,
		  .doc = "not confirmed yet"),
	NOUN_LINE(account, totp_step, INT, FIELD_SECRET,
		  .doc = "half minute of the last code: none is used twice"),
	NOUN_LINE(account, reset_totp, BOOL, FIELD_PATCH | FIELD_ASK,
		  .doc = "takes the second factor off"),
	NOUN_LINE(account, key_slot, INT, FIELD_SECRET,
		  .doc = "key of the sealed name"),
	NOUN_LINE(account, looks, STR, FIELD_SECRET,
		  .doc = "counts of its looks, by hour and day"),
};
NOUN_TABLE(noun_account, 'a', "account", "accounts", account, account_fields);

static const struct field token_fields[] = {
	NOUN_LINE(token, agency, ID, 0, .doc = "whose"),
	NOUN_LINE(token, role, ENUM, 0, .names = role_names, .doc = "what it may"),
	NOUN_LINE(token, unit, ID, 0, .doc = "a responder's"),
	NOUN_LINE(token, site, ID, 0, .doc = "a button's"),
	NOUN_LINE(token, device, ID, 0, .doc = "a device's, which speaks by it"),
	NOUN_LINE(token, label, STR, 0, .max = 95, .doc = "where it is kept"),
	NOUN_LINE(token, sos_only, BOOL, 0, .doc = "presses, follows, tests; no more"),
	NOUN_LINE(token, revoked, BOOL, 0, .doc = "no longer valid"),
	NOUN_LINE(token, hash, STR, FIELD_SECRET, .doc = "of the secret"),
	NOUN_LINE(token, invitation, ID, 0, .doc = "that made it"),
	NOUN_LINE(token, looks, STR, FIELD_SECRET,
		  .doc = "counts of its looks, by hour and day"),
};
NOUN_TABLE(noun_token, 'k', "token", "tokens", token, token_fields);

static const struct field invitation_fields[] = {
	NOUN_LINE(invitation, agency, ID, FIELD_POST,
		  .doc = "whose; of a person: the caller's own when left out"),
	NOUN_LINE(invitation, site, ID, FIELD_POST, .doc = "the button's site"),
	NOUN_LINE(invitation, role, ENUM, FIELD_POST, .names = invited_names,
		  .doc = "liaison: a person joins the agency's desk; none: a button"),
	NOUN_LINE(invitation, label, STR, FIELD_POST, .max = 95,
		  .doc = "where the button will be"),
	NOUN_LINE(invitation, hash, STR, FIELD_SECRET, .doc = "of the code"),
	NOUN_LINE(invitation, created_at, TIME, 0, .doc = ""),
	NOUN_LINE(invitation, expires_at, TIME, 0, .doc = ""),
	NOUN_LINE(invitation, used_at, TIME, 0, .doc = ""),
	NOUN_LINE(invitation, token, ID, FIELD_INNER, .doc = "that it was turned into"),
	NOUN_LINE(invitation, account, ID, 0, .doc = "that it was turned into"),
	NOUN_LINE(invitation, revoked, BOOL, FIELD_INNER, .doc = ""),
};
NOUN_TABLE(noun_invitation, 'v', "invitation", "invitations", invitation,
	   invitation_fields);

static const struct field device_fields[] = {
	NOUN_LINE(device, agency, ID, 0, .doc = "of what it is bound to"),
	NOUN_LINE(device, door, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 16,
		  .doc = "the protocol it speaks"),
	NOUN_LINE(device, identity, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 79,
		  .doc = "as it calls itself"),
	NOUN_LINE(device, state, ENUM, FIELD_PATCH, .names = device_states, .doc = ""),
	NOUN_LINE(device, bound_to, ID, GIVE, .doc = "a unit, a site or a person"),
	NOUN_LINE(device, person, ID, GIVE, .doc = "who carries it"),
	NOUN_LINE(device, trust, ENUM, GIVE, .names = trust_names,
		  .doc = "verified: a secret, a certificate or a private APN backs it"),
	NOUN_LINE(device, first_seen_at, TIME, 0, .doc = ""),
	NOUN_LINE(device, claim, BOOL, FIELD_INNER,
		  .doc = "the control agency has not given it the name"),
	NOUN_LINE(device, link, ENUM, 0, .names = link_names,
		  .doc = "against its promised interval"),
	NOUN_LINE(device, link_at, TIME, 0, .doc = "since when the link is so"),
	NOUN_LINE(
		device, carrier, STR, GIVE, .max = 40,
		.doc = "the operator or private APN that carries it, or wired: what is "
		       "lost together is shown by it"),
	NOUN_LINE(device, model, STR, GIVE, .max = 60, .doc = "maker and model"),
	NOUN_LINE(device, phone, STR, GIVE | FIELD_SEALED, .max = 24,
		  .doc = "number of its SIM card"),
	NOUN_LINE(device, key, STR, GIVE | FIELD_SECRET | FIELD_SEALED, .max = 64,
		  .doc = "write only: hex of the key that it encrypts with"),
	NOUN_LINE(device, key_slot, INT, FIELD_SECRET, .doc = "of its sealed fields"),
	NOUN_LINE(device, interval_s, INT, GIVE, .min = 5, .max = 86400,
		  .doc = "promised between reports"),
	NOUN_LINE(device, flags, LIST, FIELD_PATCH,
		  .doc = "what was odd: jump, second_address, wrong_door; an empty "
			 "list ends it"),
	NOUN_LINE(device, flagged_at, TIME, 0, .doc = "last"),
	NOUN_LINE(device, said, ENUM, 0, .names = device_said_names,
		  .doc = "what it told last that calls nobody"),
	NOUN_LINE(device, said_code, STR, 0, .doc = "as its panel writes it"),
	NOUN_LINE(device, said_area, INT, 0, .doc = "as its panel counts"),
	NOUN_LINE(device, said_zone, INT, 0, .doc = "as its panel counts"),
	NOUN_LINE(device, said_at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_device, 'd', "device", "devices", device, device_fields);

static const struct field session_fields[] = {
	NOUN_LINE(session, account, ID, 0, .doc = "whose"),
	NOUN_LINE(session, hash, STR, FIELD_SECRET, .doc = "of the cookie"),
	NOUN_LINE(session, opened_at, TIME, 0, .doc = ""),
	NOUN_LINE(session, expires_at, TIME, 0, .doc = ""),
	NOUN_LINE(session, totp_step, INT, FIELD_SECRET, .doc = ""),
	NOUN_LINE(session, peer, STR, 0, .doc = "address it was opened from"),
	NOUN_LINE(session, ended, BOOL, 0, .doc = ""),
};
NOUN_TABLE(noun_session, 'l', "session", "sessions", session, session_fields);

static int
needs_admin_of(struct decision *d, struct id agency)
{
	const struct principal *who = d->actor;

	if (!who)
		return 0;
	if (!principal_is_administrator(who))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may do this");
	if (!who->is_control && !id_is(agency, who->agency))
		return refuse_hidden(d);
	return 0;
}

/* --- accounts ------------------------------------------------------------- */

static int
check_account(struct decision *d, const struct account *now, const struct patch *p,
	      int world)
{
	const struct account *asked = (const struct account *)p->rec;
	enum role role = asked->role ? asked->role : now ? now->role : 0;
	struct id agency = now ? now->agency : asked->agency;
	struct id unit = id_is_set(asked->unit) ? asked->unit
			 : now                  ? now->unit
						: (struct id){ 0 };
	const struct unit *u = unit_find(d->m, unit);
	const struct site *s = site_find(d->m, asked->site);

	if (!agency_find(d->m, agency))
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	if (role == ROLE_DEVICE || role == ROLE_FEED)
		return refuse(d, 422, "bad_role", "role: %s is not for accounts",
			      role_names[role]);
	if (role == ROLE_RESPONDER && (!u || !id_is(u->agency, agency)))
		return refuse(d, 422, "needs_unit",
			      "unit: a responder needs a unit of the same agency");
	if (id_is_set(asked->site) && (!s || !id_is(s->agency, agency)))
		return refuse(d, 422, "no_such_site",
			      "site: no such site of the agency");
	return person_check(d, asked->person, agency, world);
}

/* Minutes of the day of "HH:MM"; -1: none, -2: not a time. */
static int
minutes_of(const char *s)
{
	int h, m;
	char end;

	if (!s || !*s)
		return -1;
	if (strlen(s) != 5 || sscanf(s, "%2d:%2d%c", &h, &m, &end) != 2 || h < 0 ||
	    h > 23 || m < 0 || m > 59)
		return -2;
	return h * 60 + m;
}

static int
check_reach(struct decision *d, const struct account *asked)
{
	const char *phone = asked->phone;

	if (minutes_of(asked->quiet_from) == -2 || minutes_of(asked->quiet_to) == -2)
		return refuse(d, 422, "bad_field", "quiet_from, quiet_to: HH:MM");
	for (const char *c = phone; c && *c; c++)
		if (!strchr("0123456789 +-", *c))
			return refuse(
				d, 422, "bad_field",
				"phone: digits, with + before and blanks between");
	return 0;
}

bool
account_is_quiet(const struct account *a, int64_t now)
{
	int from = minutes_of(a->quiet_from), to = minutes_of(a->quiet_to);
	int64_t offset = a->utc_offset_min == FIELD_NONE ? 300 : a->utc_offset_min;
	int64_t at = (now / 60000 + offset) % 1440;

	if (from < 0 || to < 0 || from == to)
		return false;
	return from < to ? at >= from && at < to : at >= from || at < to;
}

int
account_put(struct decision *d, struct id id, struct patch *p,
	    struct span password_hash, bool is_one_time, struct id *ret)
{
	struct account *now = account_find(d->m, id), *asked = (struct account *)p->rec;
	int world = now ? now->r.world : d->actor ? d->actor->world : WORLD_LIVE;
	struct buf AUTO(buf_done) login = { 0 };

	if (id_is_set(id) && !now)
		return refuse_hidden(d);
	if (!now && !id_is_set(asked->agency) && d->actor)
		PATCH_ID(p, account, agency, d->actor->agency);
	if (needs_admin_of(d, now ? now->agency : asked->agency) < 0 ||
	    (!now && world_for(d, asked->ask_world, &world) < 0) ||
	    check_account(d, now, p, world) < 0 || check_reach(d, asked) < 0)
		return ERR_DENIED;
	if (!now) {
		if (login_settle(d, asked->agency, span_of(asked->login), &login) < 0)
			return ERR_DENIED;
		PATCH_STR(p, account, login, buf_span(&login));
	}
	if (now && d->actor && id_is(id, d->actor->id) && asked->disabled)
		return refuse(d, 409, "own_account",
			      "you cannot disable your own account");
	if (now && d->actor && id_is(id, d->actor->id) && asked->reset_totp)
		return refuse(d, 409, "own_account",
			      "your own second factor is taken off with a code");
	if (now && asked->reset_totp)
		totp_patch_off(p);
	if (password_hash.n) {
		PATCH_STR(p, account, password_hash, password_hash);
		PATCH_BOOL(p, account, must_change_password, is_one_time);
	}
	if (!now) /* one person, one key to destroy */
		PATCH_INT(p, account, key_slot,
			  id_is_set(asked->person)
				  ? person_find(d->m, asked->person)->key_slot
				  : d->m->node->key_slots_used);
	return config_put(d, EVENT_ACCOUNT_CHANGED, world, id, p, ret);
}

int
account_set_own(struct decision *d, struct span password_hash, struct span language)
{
	struct account *a = account_find(d->m, d->actor->id);
	struct event e;

	if (!a)
		return refuse_hidden(d);
	event_begin(d, &e, EVENT_ACCOUNT_CHANGED, a->r.world, a->r.id);
	if (password_hash.n) {
		PATCH_STR(&e.body, account, password_hash, password_hash);
		PATCH_BOOL(&e.body, account, must_change_password, false);
	}
	if (language.n)
		PATCH_STR(&e.body, account, language, language);
	event_emit(d, &e);
	return 0;
}

int
account_set_reach(struct decision *d, struct patch *p)
{
	const struct account *a = account_find(d->m, d->actor->id);

	if (!a)
		return refuse_hidden(d);
	if (check_reach(d, (const struct account *)p->rec) < 0)
		return ERR_DENIED;
	return config_put(d, EVENT_ACCOUNT_CHANGED, a->r.world, a->r.id, p, NULL);
}

/* --- tokens and invitations ----------------------------------------------- */

int
token_make(struct decision *d, const struct token_args *a, struct id *ret)
{
	struct event e;

	*ret = next_id(d, NOUN_TOKEN);
	event_begin(d, &e, EVENT_TOKEN_CHANGED, a->world, *ret);
	PATCH_ID(&e.body, token, agency, a->agency);
	PATCH_ENUM(&e.body, token, role, a->role);
	PATCH_ID(&e.body, token, unit, a->unit);
	PATCH_ID(&e.body, token, site, a->site);
	PATCH_ID(&e.body, token, device, a->device);
	PATCH_STR(&e.body, token, label, a->label);
	PATCH_BOOL(&e.body, token, sos_only, a->sos_only);
	PATCH_STR(&e.body, token, hash, a->hash);
	PATCH_ID(&e.body, token, invitation, a->invitation);
	event_emit(d, &e);
	return 0;
}

int
token_revoke(struct decision *d, struct id id)
{
	struct token *t = token_find(d->m, id);
	struct event e;

	if (!t)
		return refuse_hidden(d);
	if (needs_admin_of(d, t->agency) < 0)
		return ERR_DENIED;
	event_begin(d, &e, EVENT_TOKEN_CHANGED, t->r.world, id);
	PATCH_BOOL(&e.body, token, revoked, true);
	event_emit(d, &e);
	return 0;
}

int
invitation_make(struct decision *d, struct id site, struct span label, struct span hash,
		int64_t expires_at, struct id *ret)
{
	struct site *s = site_find(d->m, site);
	struct event e;

	/* first who asks: else the answer tells whether there is such a site */
	if (d->actor && !principal_is_administrator(d->actor))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may do this");
	if (!s || (d->actor && s->r.world != d->actor->world))
		return refuse(d, 422, "no_such_site", "site: no such site");
	if (needs_admin_of(d, s->agency) < 0)
		return d->refusal.status == 404
			       ? refuse(d, 422, "no_such_site", "site: no such site")
			       : ERR_DENIED;
	*ret = next_id(d, NOUN_INVITATION);
	event_begin(d, &e, EVENT_INVITATION_MADE, s->r.world, *ret);
	PATCH_ID(&e.body, invitation, agency, s->agency);
	PATCH_ID(&e.body, invitation, site, site);
	PATCH_STR(&e.body, invitation, label, label);
	PATCH_STR(&e.body, invitation, hash, hash);
	PATCH_INT(&e.body, invitation, created_at, d->now);
	PATCH_INT(&e.body, invitation, expires_at, expires_at);
	event_emit(d, &e);
	return 0;
}

static struct invitation *
invitation_by_code(const struct model *m, struct span code_hash, bool is_person)
{
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_INVITATION], &i, NULL, &rec);) {
		struct invitation *v = rec;

		if (span_is_z(code_hash, v->hash) && (v->role != 0) == is_person)
			return v;
	}
	return NULL;
}

static int
check_invitation(struct decision *d, const struct invitation *v)
{
	if (!v)
		return refuse(d, 404, "no_such_code", "no such invitation");
	if (v->revoked || v->used_at != TIME_NONE)
		return refuse(d, 409, "code_used",
			      "this invitation was used or withdrawn");
	if (v->expires_at < d->now)
		return refuse(d, 410, "code_expired",
			      "this invitation is too old: ask for a new one");
	return 0;
}

/* An administrator of the agency; and who leads the control agency's desk, so that a
 * mission is in within minutes. */
int
invitation_make_person(struct decision *d, struct id agency, struct span label,
		       struct span hash, int64_t expires_at, struct id *ret)
{
	const struct principal *p = d->actor;
	bool leads = p && p->is_control && !p->sos_only && p->world == WORLD_LIVE &&
		     (p->role == ROLE_LIAISON || principal_is_supervisor_up(p));
	struct event e;

	if (!leads && p && !principal_is_administrator(p))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may do this");
	if (!id_is_set(agency) && p)
		agency = p->agency;
	if (!agency_find(d->m, agency) || (!leads && needs_admin_of(d, agency) < 0))
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	*ret = next_id(d, NOUN_INVITATION);
	event_begin(d, &e, EVENT_INVITATION_MADE, p ? p->world : WORLD_LIVE, *ret);
	PATCH_ID(&e.body, invitation, agency, agency);
	PATCH_ENUM(&e.body, invitation, role, 1);
	PATCH_STR(&e.body, invitation, label, label);
	PATCH_STR(&e.body, invitation, hash, hash);
	PATCH_INT(&e.body, invitation, created_at, d->now);
	PATCH_INT(&e.body, invitation, expires_at, expires_at);
	event_emit(d, &e);
	return 0;
}

int
invitation_join(struct decision *d, struct span code_hash, const struct enrol_args *a,
		struct id *ret_account)
{
	struct invitation *v = invitation_by_code(d->m, code_hash, true);
	struct account asked = { .phone = a->phone.n ? (char *)(uintptr_t)a->phone.p
						     : NULL };
	struct buf AUTO(buf_done) login = { 0 };
	struct event e;
	struct id id;

	if (check_invitation(d, v) < 0 || check_reach(d, &asked) < 0)
		return ERR_DENIED;
	if (!a->password_hash.n)
		return 0;
	if (login_settle(d, v->agency, a->login, &login) < 0)
		return ERR_DENIED;
	id = next_id(d, NOUN_ACCOUNT);
	event_begin(d, &e, EVENT_ACCOUNT_CHANGED, v->r.world, id);
	PATCH_ID(&e.body, account, agency, v->agency);
	PATCH_STR(&e.body, account, login, buf_span(&login));
	PATCH_STR(&e.body, account, name, a->name);
	PATCH_ENUM(&e.body, account, role, ROLE_LIAISON);
	PATCH_STR(&e.body, account, password_hash, a->password_hash);
	PATCH_INT(&e.body, account, key_slot, d->m->node->key_slots_used);
	if (a->phone.n)
		PATCH_STR(&e.body, account, phone, a->phone);
	if (a->language.n)
		PATCH_STR(&e.body, account, language, a->language);
	event_emit(d, &e);
	event_begin(d, &e, EVENT_INVITATION_USED, v->r.world, v->r.id);
	PATCH_INT(&e.body, invitation, used_at, d->now);
	PATCH_ID(&e.body, invitation, account, id);
	event_emit(d, &e);
	*ret_account = id;
	return 0;
}

int
invitation_use(struct decision *d, struct span code_hash, struct span token_hash,
	       struct id *ret_invitation, struct id *ret_token)
{
	struct invitation *v = invitation_by_code(d->m, code_hash, false);
	struct event e;

	if (check_invitation(d, v) < 0)
		return ERR_DENIED;
	token_make(d,
		   &(struct token_args){
			   .role = ROLE_SITE,
			   .agency = v->agency,
			   .site = v->site,
			   .invitation = v->r.id,
			   .label = span_of(v->label ? v->label : ""),
			   .hash = token_hash,
			   .sos_only = true,
			   .world = v->r.world,
		   },
		   ret_token);
	event_begin(d, &e, EVENT_INVITATION_USED, v->r.world, v->r.id);
	PATCH_INT(&e.body, invitation, used_at, d->now);
	PATCH_ID(&e.body, invitation, token, *ret_token);
	event_emit(d, &e);
	*ret_invitation = v->r.id;
	return 0;
}

int
invitation_revoke(struct decision *d, struct id id)
{
	struct invitation *v = invitation_find(d->m, id);
	const struct account *a;
	struct token *t;
	struct event e;

	if (!v)
		return refuse_hidden(d);
	if (needs_admin_of(d, v->agency) < 0)
		return ERR_DENIED;
	t = token_find(d->m, v->token);
	a = account_find(d->m, v->account);
	event_begin(d, &e, EVENT_INVITATION_REVOKED, v->r.world, id);
	PATCH_BOOL(&e.body, invitation, revoked, true);
	event_emit(d, &e);
	if (t && !t->revoked) {
		event_begin(d, &e, EVENT_TOKEN_CHANGED, t->r.world, t->r.id);
		PATCH_BOOL(&e.body, token, revoked, true);
		event_emit(d, &e);
	}
	if (a && !a->disabled) {
		event_begin(d, &e, EVENT_ACCOUNT_CHANGED, a->r.world, a->r.id);
		PATCH_BOOL(&e.body, account, disabled, true);
		event_emit(d, &e);
	}
	return 0;
}

/* --- sessions -------------------------------------------------------------- */

int
session_open(struct decision *d, struct id account, struct span hash,
	     int64_t expires_at, struct span peer, int64_t totp_step, struct id *ret)
{
	struct account *a = account_find(d->m, account);
	struct event e;

	if (!a || a->disabled)
		return refuse(d, 401, "bad_login", "login or password is wrong");
	if (a->totp && (totp_step == FIELD_NONE || totp_step <= a->totp_step))
		return refuse(d, 401, "bad_totp", "the code is wrong, or was used");
	*ret = next_id(d, NOUN_SESSION);
	event_begin(d, &e, EVENT_SESSION_OPENED, a->r.world, *ret);
	e.actor = account;
	PATCH_ID(&e.body, session, account, account);
	PATCH_STR(&e.body, session, hash, hash);
	PATCH_INT(&e.body, session, opened_at, d->now);
	PATCH_INT(&e.body, session, expires_at, expires_at);
	PATCH_STR(&e.body, session, peer, peer);
	if (totp_step != FIELD_NONE)
		PATCH_INT(&e.body, session, totp_step, totp_step);
	event_emit(d, &e);
	return 0;
}

int
session_end(struct decision *d, struct id id)
{
	struct session *s = session_find(d->m, id);
	struct event e;

	if (!s || s->ended)
		return 0;
	event_begin(d, &e, EVENT_SESSION_ENDED, s->r.world, id);
	PATCH_BOOL(&e.body, session, ended, true);
	event_emit(d, &e);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command, in one list: what may be asked of the law. Each checks the
 * rights of d->actor and the state, then emits events; 0, or ERR_DENIED with
 * d->refusal filled and nothing emitted.
 */
#pragma once
#include "model/model.h"

/* --- settled records (patches were read from a request; consumed) --------- */
struct node_args {
	struct span node, name, agency_name, emergency_phone, room_phone, head_key;
	int64_t number_seed;
	bool is_demo;
};
int node_make(struct decision *d, const struct node_args *a, struct id *ret_control);
void node_emit(struct decision *d, struct event *e, enum event_type type);
int config_put(struct decision *d, enum event_type type, int world, struct id id,
	       struct patch *p, struct id *ret);

/* Each of a JSON list as an id of that noun (0: any); refuses what is none. */
int each_id(struct decision *d, const char *field, const char *json, char noun,
	    int (*check)(struct decision *d, void *ctx, struct id id), void *ctx);
/* A record that a request names in the field called as its noun: the actor sees it,
 * or it is refused like one that is not there. */
int check_named(struct decision *d, enum noun_index n, struct id id, const char *code);

/* The world of a new record: the actor's, or the one asked for. */
int world_for(struct decision *d, int asked, int *ret);
int agency_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int site_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int unit_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int run_card_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int person_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
/* That a record of this agency may point to the person, if any. */
int person_check(struct decision *d, struct id person, struct id agency, int world);
/* What an account of the agency is called that is asked for as `asked`. */
int login_settle(struct decision *d, struct id agency, struct span asked,
		 struct buf *ret_login);
int short_name_check(struct decision *d, const struct agency *now, struct span asked);
/* A short name made of a name; empty: none that is free. */
void short_name_of(const struct model *m, struct span name, struct buf *ret);
/* password_hash: of the password that the caller hashed, or empty. */
int account_put(struct decision *d, struct id id, struct patch *p,
		struct span password_hash, bool is_one_time, struct id *ret);
int account_set_own(struct decision *d, struct span password_hash,
		    struct span language);
/* phone, quiet hours and clock of one's own account; p is of noun_account. */
int account_set_reach(struct decision *d, struct patch *p);

struct token_args {
	enum role role;
	struct id agency, unit, site, device, invitation;
	struct span label, hash;
	bool sos_only;
	int world;
};
int token_make(struct decision *d, const struct token_args *a, struct id *ret);
int token_revoke(struct decision *d, struct id id);
int invitation_make(struct decision *d, struct id site, struct span label,
		    struct span hash, int64_t expires_at, struct id *ret);
/* token_hash: of the token that the caller made. */
int invitation_use(struct decision *d, struct span code_hash, struct span token_hash,
		   struct id *ret_invitation, struct id *ret_token);
int invitation_revoke(struct decision *d, struct id id);

int session_open(struct decision *d, struct id account, struct span hash,
		 int64_t expires_at, struct span peer, int64_t totp_step,
		 struct id *ret);
int session_end(struct decision *d, struct id id);

/* --- the room ------------------------------------------------------------- */
int room_mute(struct decision *d);
void room_snapshot(struct decision *d, int64_t forms);
void synthetic_ran(struct decision *d, int64_t day, int64_t runs);
int closure_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
void closure_end(struct decision *d, const struct closure *c);
int unit_shift(struct decision *d, struct id unit, bool on);

/* --- calls for help ------------------------------------------------------- */
struct press_args {
	struct span key, kind, message, language, door, raw;
	struct id site; /* as claimed; unset: the caller's own */
	struct position position;
	int64_t claimed_at;
	bool is_test, is_silent;
	struct span labels; /* JSON list of what was odd, or empty */
};
struct press_result {
	struct id signal, incident;
	bool is_duplicate, is_new_incident;
};
int signal_amend(struct decision *d, struct id signal, const struct press_args *a);
int signal_press(struct decision *d, const struct press_args *a,
		 struct press_result *ret);

enum cancel_answer { CANCEL_ANSWER_ACCEPTED = 1, CANCEL_ANSWER_REFUSED };
int incident_cancel(struct decision *d, struct id signal, struct span code,
		    enum cancel_answer *ret);

/* --- handling ------------------------------------------------------------- */
struct call_args {
	struct span kind, message, phone, name, form, late_times;
	enum priority priority;
	struct id site;
	struct position position;
	/* late entry from paper: typed times, else TIME_NONE */
	int64_t typed[MS__COUNT];
	enum disposition disposition;
};
/* The next number for radio and paper: "K41012". */
void incident_number(const struct node *node, char out[24]);
/* Whoever acts on a ringing incident has taken it. */
void incident_take(struct decision *d, struct incident *i);
int incident_open_call(struct decision *d, const struct call_args *a, struct id *ret);
int incident_acknowledge(struct decision *d, struct id id);
int incident_present(struct decision *d, struct id id);
struct note_args {
	struct span text;
	bool to_owner;  /* the site's agency reads it */
	bool is_shared; /* all agencies that handle the incident */
};
int incident_note(struct decision *d, struct id id, const struct note_args *a,
		  struct id *ret);
int incident_set_priority(struct decision *d, struct id id, enum priority priority);
int incident_call_back(struct decision *d, struct id id, struct span outcome,
		       bool challenge_ok, struct span phone);
int incident_close(struct decision *d, struct id id, enum disposition disposition,
		   struct span note);
int incident_reopen(struct decision *d, struct id id);
int incident_link(struct decision *d, struct id id, struct id to);
int incident_release(struct decision *d, struct id id);
int incident_escalate(struct decision *d, struct id id, int64_t step, struct span text);
int incident_unit_near(struct decision *d, struct id id);
int page_owe(struct decision *d, struct id incident, struct span text, struct id *ret);
/* To a phone, about an incident: a duty officer's (account), or of one who called. */
int page_tell(struct decision *d, struct id incident, struct id account,
	      struct span phone, struct span text);
/* A content-free word to a person's phone. */
int nudge_owe(struct decision *d, struct id account);
/* Not sent and next_at TIME_NONE: dropped, it is not tried again. */
int page_result(struct decision *d, struct id page, bool is_sent, int64_t next_at);

#define OFFER_UNITS_MAX 32
struct offer_args {
	struct id incident;
	const struct id *units;
	size_t n_units;
	bool is_partial, is_at_once;
	int64_t expires_in_ms;
	struct span fixes;
};
struct offer_result {
	struct id made[OFFER_UNITS_MAX];
	size_t n_made;
	struct {
		struct id unit;
		char reason[80];
	} refused[OFFER_UNITS_MAX];
	size_t n_refused;
};
int assignment_offer(struct decision *d, const struct offer_args *a,
		     struct offer_result *ret);
int assignment_set(struct decision *d, struct id id, enum assignment_state to,
		   bool by_voice, struct span key);
/* What the room says of its choice; the offer did not wait for it. */
int assignment_explain(struct decision *d, struct id id, enum override_reason why,
		       struct span note);
int assignment_time_out(struct decision *d, struct id id);

/* The run card for a call: the most specific that fits; NULL: built-in times. */
const struct run_card *run_card_for(const struct model *m, int site_class,
				    struct span kind, int priority);
int64_t run_card_time(const struct run_card *c, int64_t value, int64_t built_in);
#include "model/commands_liaison.h"
#include "model/commands_sharing.h"
#include "model/commands_register.h"
#include "model/commands_keep.h"
#include "model/commands_devices.h"
#include "model/talk_commands.h"

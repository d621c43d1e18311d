/* SPDX-License-Identifier: Apache-2.0 */
/* The part of commands.h that is about channels; never included by itself. */
#pragma once

/* --- channels ------------------------------------------------------------- */
/* The missions' group, and its next spoke. */
void missions_make(struct decision *d);
void missions_add(struct decision *d, struct id agency);
int channel_make(struct decision *d, struct patch *p, struct id *ret);
int channel_change(struct decision *d, struct id id, struct patch *p);
int member_add(struct decision *d, struct id channel, const struct member *asked,
	       struct id *ret);
int member_remove(struct decision *d, struct id id);

/* Checks p and settles the rest of it, as post_make would: for a preview. */
int post_draft(struct decision *d, struct id channel, struct patch *p);
/* *ret_is_new false: this key was sent before. */
int post_make(struct decision *d, struct id channel, struct patch *p, struct id *ret,
	      bool *ret_is_new);
struct post *post_by_key(struct decision *d, struct id author, struct span key);
int broadcast_settle(struct decision *d, struct patch *p, const struct channel *c);
struct post_words {
	struct span subject, text, language;
};
#define POST_VERSIONS_MAX 20
int post_correct(struct decision *d, struct id id, const struct post_words *w,
		 struct span reason);
int post_translate(struct decision *d, struct id id, const struct post_words *w);
int post_pin(struct decision *d, struct id id, bool on);
int post_hold(struct decision *d, struct id id, bool on);
int post_acknowledge(struct decision *d, struct id id);
int post_expire(struct decision *d, struct id id);
int post_chase(struct decision *d, struct id id);
int post_settle(struct decision *d, struct id id); /* all have acknowledged */
#define POST_CHASES_MAX 6
/* The desk has yet to do something with it by time. */
bool post_is_watched(const struct post *b);
bool post_is_due_to_erase(const struct model *m, const struct post *b, int64_t now);
int post_erase(struct decision *d, struct id id);
int receipt_move(struct decision *d, struct id channel, struct id delivered,
		 struct id read);

struct file_args {
	struct span name, media, hash, stored, content_key;
	int64_t size;
};
/* place: a channel, or an order for report. */
int file_may_send(struct decision *d, struct id place);
int file_keep(struct decision *d, struct id place, const struct file_args *a,
	      struct id *ret);
/* What the bearer of a device recorded while his call for help is open. */
int evidence_keep(struct decision *d, struct id device, const struct file_args *a,
		  struct id *ret);
/* A post or an order shows it from now on. */
int file_attach(struct decision *d, struct id id, struct id to);
int file_erase(struct decision *d, struct id id);
int duty_phone_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int duty_phone_remove(struct decision *d, struct id id);
int export_ask(struct decision *d, struct id channel, struct patch *p, struct id *ret);
int export_decide(struct decision *d, struct id id, bool approve, struct span reason);
/* A track, or protected people. */
int export_ask_kept(struct decision *d, struct patch *p, struct id *ret);
/* One of the two fetches it; hash: of its first line. */
int export_may_open(struct decision *d, struct id id);
int export_open(struct decision *d, struct id id, struct span hash);

/* --- joining -------------------------------------------------------------- */
/* A person of an agency's liaison desk is invited, and joins. */
int invitation_make_person(struct decision *d, struct id agency, struct span label,
			   struct span hash, int64_t expires_at, struct id *ret);
struct enrol_args {
	struct span login, name, password_hash, phone, language;
};
/* password_hash empty: only whether the code is good. */
int invitation_join(struct decision *d, struct span code_hash,
		    const struct enrol_args *a, struct id *ret_account);

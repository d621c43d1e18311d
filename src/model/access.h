/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may see what: decided for each viewer at publish and at query, from the
 * state as it is then. No role, no agency: no.
 */
#pragma once
#include "model/account.h"

struct model;
struct event;
struct incident;
struct assignment;
struct grant;

enum view {
	VIEW_NONE,    /* 404, exactly like a record that does not exist */
	VIEW_OWNER,   /* its own agency: no FIELD_ROOM */
	VIEW_UNIT,    /* its responder */
	VIEW_ROOM,    /* the control agency's room */
	VIEW_ADMIN,   /* administers it */
	VIEW_GRANTED, /* another agency, by a grant: the parts that it names */
	VIEW__COUNT
};

enum view access_record(const struct model *m, const struct principal *p,
			enum noun_index n, const struct record *rec);
/* The rows of it that are about advisories, meetings and what comes of them. */
enum view access_liaison(const struct model *m, const struct principal *p,
			 enum noun_index n, const struct record *rec);
/* An event of theirs, heard by this viewer? */
enum view access_liaison_event(const struct model *m, const struct principal *p,
			       const struct event *e);
/* Flags of fields that this view does not show. */
unsigned view_hides(enum view v);
/* Of channels (post_access.c, file.c). */
struct channel;
struct member;
struct post;
struct ack;
struct receipt;
struct file;
enum view access_channel(const struct model *m, const struct principal *p,
			 const struct channel *c);
enum view access_member(const struct model *m, const struct principal *p,
			const struct member *e);
enum view access_post(const struct model *m, const struct principal *p,
		      const struct post *b);
enum view access_ack(const struct model *m, const struct principal *p,
		     const struct ack *a);
enum view access_receipt(const struct model *m, const struct principal *p,
			 const struct receipt *q);
enum view access_file(const struct model *m, const struct principal *p,
		      const struct file *f);
struct duty_phone;
struct export;
enum view access_duty_phone(const struct model *m, const struct principal *p,
			    const struct duty_phone *h);
enum view access_hold(const struct principal *p);
struct erasure;
enum view access_erasure(const struct principal *p, const struct erasure *x);
enum view access_export(const struct model *m, const struct principal *p,
			const struct export *x);
bool post_is_sender(const struct model *m, const struct principal *p,
		    const struct post *b);
bool access_event(const struct model *m, const struct principal *p,
		  const struct event *e, const struct incident *incident,
		  enum view *ret_view);
/* The oldest grant by which p sees this incident or site, and the parts of all
 * (enum grant_part); NULL: none. */
struct grant *access_grant(const struct model *m, const struct principal *p,
			   enum noun_index n, const struct record *rec,
			   unsigned *ret_parts);
/* Fields, as bits, that these parts leave of a record or event. */
uint64_t granted_fields(enum noun_index n, unsigned parts);
enum view access_grant_record(const struct principal *p, const struct grant *g);
/* The site's side sees nothing of an incident after an accepted cancel: a
 * true cancel and one under duress must look the same in every byte. */
bool incident_is_frozen_for(const struct incident *i, const struct principal *p);
/* Fills a principal from the state as it is now. */
void principal_of_account(const struct model *m, const struct account *a,
			  struct principal *ret);
void principal_of_token(const struct model *m, const struct token *t,
			struct principal *ret);
void principal_of_device(const struct model *m, const struct device *d,
			 struct principal *ret);
/* Who carries it, if that is told. */
struct id device_person(const struct device *d);
/* Its person's unit or site as they are now, or its own. False: its person has left. */
bool device_home(const struct model *m, const struct device *d, struct unit **ret_unit,
		 struct site **ret_site);
/* Guests (missions, companies) never see one another; the police side sees all. */
bool agency_is_guest(const struct model *m, struct id agency);
void principal_anonymous(struct principal *ret, const char *peer);
/* The account or token that p was made from still stands as it was. */
bool principal_is_current(const struct model *m, const struct principal *p);

/* SPDX-License-Identifier: Apache-2.0 */
/* Commands between agencies: grants, and incidents handled together. */
#pragma once
#include "model/model.h"

int grant_propose(struct decision *d, struct patch *p, struct id *ret);
/* The second key: yes or no. */
int grant_answer(struct decision *d, struct id id, bool is_yes, struct span reason);
int grant_withdraw(struct decision *d, struct id id, struct span reason);
int grant_tick(struct decision *d, struct id id);
/* d->actor looks at what by this grant; repeats within five minutes are one. */
int grant_open(struct decision *d, struct id id, struct id what);
/* What the actor was told a reason for, once: the owner sees it. */
struct opening_args {
	enum opening_kind kind;
	struct id grant, what, owner;
	struct span reason;
	int64_t from, until; /* of a track */
	int64_t found;       /* of a search */
	bool is_idle;        /* nothing is open that would explain it */
};
void opening_make(struct decision *d, enum event_type type,
		  const struct opening_args *a);
/* The actor looks at where a unit was. Its own responder gives no reason. */
int track_look(struct decision *d, struct id unit, struct span reason, int64_t from,
	       int64_t until);
/* The cell opens one protected person. */
int person_look(struct decision *d, struct id person, struct span reason);
/* The cell looks for people of one mission: before anybody is looked for. */
int people_look(struct decision *d, struct id agency, struct span reason);
void people_found(struct decision *d, struct id agency, struct span reason,
		  int64_t found);
void grants_end_with(struct decision *d, const struct incident *i);
struct join_args {
	struct id incident, agency;
	enum grant_role role;
	const char *parts; /* JSON list; NULL: the usual ones */
	struct span purpose;
};
int incident_ask_in(struct decision *d, const struct join_args *a, struct id *ret);
int incident_lead(struct decision *d, struct id id, struct id to);
void incident_lead_back(struct decision *d, const struct grant *g);
/* The live grant by which an agency handles it, or was asked to. */
struct grant *grant_joining(const struct model *m, const struct incident *i,
			    struct id agency);
struct id incident_leader(const struct model *m, const struct incident *i);
bool principal_leads(const struct model *m, const struct principal *p,
		     const struct incident *i);

/* The caller's own second factor; `step` is of the code that was right. */
int totp_ask(struct decision *d, struct span secret);
int totp_set(struct decision *d, bool is_on, int64_t step);
void totp_patch_off(struct patch *p);
/* totp_step: of the code that was right; FIELD_NONE: none was given. */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the liaison room: advisories, meetings, matters and actions, orders
 * for report. Included by commands.h, whose rules hold here.
 */
#pragma once
#include "model/model.h"

/* --- advisories ------------------------------------------------------------ */
int advisory_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int advisory_issue(struct decision *d, struct id id);
int advisory_update(struct decision *d, struct id id, struct patch *p);
/* A draft or what came from outside is dismissed; what was issued is cancelled. */
int advisory_cancel(struct decision *d, struct id id, struct span reason);
int advisory_expire(struct decision *d, struct id id);
/* From outside; p holds its texts and what numbers it. is_issued: the rule says so. */
int advisory_take(struct decision *d, struct patch *p, int world, bool is_issued,
		  struct id *ret);
int advisory_withdraw(struct decision *d, struct id id, bool is_trusted);
int cap_rule_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
/* The first rule that fits; NULL: none, so pending. */
const struct cap_rule *cap_rule_for(const struct model *m, struct span sender,
				    struct span code, int severity);

/* --- meetings -------------------------------------------------------------- */
int series_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
/* The meeting of a series at that start; made if it is not there yet. */
int meeting_plan(struct decision *d, struct id series, int64_t start, struct id *ret);
int meeting_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int meeting_cancel(struct decision *d, struct id id, struct span reason);
int meeting_answer(struct decision *d, struct id id, struct id account,
		   enum meeting_answer answer);
struct hold_args {
	struct span present; /* JSON list of account ids */
	struct span minutes, shared_minutes;
};
int meeting_hold(struct decision *d, struct id id, const struct hold_args *a);
int meeting_minute(struct decision *d, struct id id, struct span minutes,
		   struct span shared_minutes);
int calendar_make(struct decision *d, struct span label, struct span hash,
		  struct id *ret);
int calendar_revoke(struct decision *d, struct id id);

#define AGENDA_MAX 256
struct agenda_item {
	enum noun_index noun; /* a matter or an action */
	struct id id;
};
/* As it is settled, or as it would be now. Returns how many. */
size_t meeting_agenda(const struct model *m, const struct meeting *w,
		      struct agenda_item items[AGENDA_MAX]);

/* --- matters and actions ---------------------------------------------------------- */
int matter_raise(struct decision *d, struct patch *p, struct id *ret);
int matter_propose(struct decision *d, struct id id, struct span title);
int matter_schedule(struct decision *d, struct id id, struct id meeting);
int matter_decide(struct decision *d, struct id id, enum matter_outcome outcome,
		  struct span text);
int matter_report(struct decision *d, struct id id, struct span text);
int action_make(struct decision *d, struct patch *p, struct id *ret);
int action_put(struct decision *d, struct id id, struct patch *p);
int action_end(struct decision *d, struct id id, bool is_done, struct span note);
int action_chase(struct decision *d, struct id id);
int action_escalate(struct decision *d, struct id id);
int action_carry(struct decision *d, struct id id, struct id meeting);

/* --- orders for report ----------------------------------------------------- */
int order_issue(struct decision *d, struct patch *p, struct id *ret);
int order_acknowledge(struct decision *d, struct id id);
/* files: JSON list of ids, or NULL; each was sent for this order by the officer. */
int order_deliver(struct decision *d, struct id id, struct span report,
		  const char *files);
int order_may_enclose(struct decision *d, struct id id);
/* What the command sends its officer has at once; his own waits for his delivery. */
void order_enclose(struct decision *d, struct order *o, struct id file);
int order_judge(struct decision *d, struct id id, bool is_accepted, struct span reason,
		int64_t due_at);
int order_withdraw(struct decision *d, struct id id, struct span reason);
int order_shout(struct decision *d, struct id id);

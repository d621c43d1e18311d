/* SPDX-License-Identifier: Apache-2.0 */
/* Run cards: who is sent to what, and the times of the ladder. */
#include "model/commands.h"

const char *const priority_names[] = { "", "P1", "P2", "P3", NULL };

#define SECONDS .min = 1, .max = 3600
static const struct field fields[] = {
	NOUN_LINE(run_card, name, STR, NEED, .min = 1, .max = 120,
		  .doc = "what people call it"),
	NOUN_LINE(run_card, site_class, ENUM, GIVE, .names = site_class_names,
		  .doc = "any when left out"),
	NOUN_LINE(run_card, kind, STR, GIVE, .max = 40, .doc = "any when left out"),
	NOUN_LINE(run_card, priority, ENUM, GIVE, .names = priority_names,
		  .doc = "given to such a press"),
	NOUN_LINE(run_card, units, INT, GIVE, .min = 1, .max = 32,
		  .doc = "how many are sent"),
	NOUN_LINE(run_card, capabilities, LIST, GIVE, .doc = "wanted, as words"),
	NOUN_LINE(run_card, min_cover, INT, GIVE, .min = 0, .max = 1000,
		  .doc = "units that stay free"),
	NOUN_LINE(run_card, offer_at_once, BOOL, GIVE,
		  .doc = "offer without a person, from verified sources"),
	NOUN_LINE(run_card, offer_timeout_s, INT, GIVE, SECONDS,
		  .doc = "an offer comes back after"),
	NOUN_LINE(run_card, supervisor_s, INT, GIVE, SECONDS,
		  .doc = "unacknowledged: the supervisor at"),
	NOUN_LINE(run_card, duty_officer_s, INT, GIVE, SECONDS,
		  .doc = "unacknowledged: second path at"),
	NOUN_LINE(run_card, repeat_s, INT, GIVE, SECONDS, .doc = "then each"),
	NOUN_LINE(run_card, undispatched_s, INT, GIVE, SECONDS,
		  .doc = "acknowledged, no unit accepted: duty officer at"),
	NOUN_LINE(run_card, province_s, INT, GIVE, SECONDS,
		  .doc = "a P1 shows at the province at"),
	NOUN_LINE(run_card, disabled, BOOL, GIVE, .doc = "not used"),
};
NOUN_TABLE(noun_run_card, 'r', "run_card", "run_cards", run_card, fields);

int
run_card_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	if (d->actor &&
	    (!principal_is_administrator(d->actor) || !d->actor->is_control))
		return refuse(
			d, 403, "needs_administrator",
			"only an administrator of the control agency may do this");
	return config_put(d, EVENT_RUN_CARD_CHANGED, WORLD_LIVE, id, p, ret);
}

const struct run_card *
run_card_for(const struct model *m, int site_class, struct span kind, int priority)
{
	const struct run_card *best = NULL;
	int best_score = -1;
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_RUN_CARD], &i, NULL, &rec);) {
		const struct run_card *c = rec;
		int score = (c->kind ? 4 : 0) + (c->site_class ? 2 : 0) +
			    (c->priority && priority ? 1 : 0);

		if (c->disabled || (c->site_class && c->site_class != site_class) ||
		    (c->kind && !span_is_z(kind, c->kind)) ||
		    (c->priority && priority && c->priority != priority))
			continue;
		if (score > best_score ||
		    (score == best_score && c->r.id.seq < best->r.id.seq)) {
			best = c;
			best_score = score;
		}
	}
	return best;
}

int64_t
run_card_time(const struct run_card *c, int64_t value, int64_t built_in)
{
	return c && value != FIELD_NONE ? value * 1000 : built_in * 1000;
}

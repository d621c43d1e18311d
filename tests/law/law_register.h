/* SPDX-License-Identifier: Apache-2.0 */
/* A site's register with one of everything, for the tests of the law. */
#pragma once
#include "law_help.h"

struct law_register {
	struct id book, plan, post, visit, review, finding;
};

static inline struct law_register
register_make(struct town *t, const struct principal *owner, struct id site,
	      struct id person)
{
	struct law_register r;
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;

	patch_init(&p, &noun_book);
	buf_add_z(&list, "[{\"person\":");
	jw_id(&list, person);
	buf_add_z(&list, ",\"role\":\"duty\"}]");
	PATCH_STR(&p, book, contacts, buf_span(&list));
	assert_int_equal(register_put(town_by(t, owner), site, &p), 0);
	patch_done(&p);
	r.book = site_find(t->m, site)->book->r.id;
	assert_int_equal(register_threat(town_by(t, owner), site, THREAT_SEVERE,
					 SPAN("zzthreat"), TIME_NONE),
			 0);
	patch_init(&p, &noun_plan);
	PATCH_ID(&p, plan, site, site);
	PATCH_ENUM(&p, plan, kind, 1);
	PATCH_STR(&p, plan, title, SPAN("zzplan"));
	PATCH_STR(&p, plan, sections,
		  SPAN("[{\"title\":\"gates\",\"text\":\"zzsection\"}]"));
	assert_int_equal(plan_put(town_by(t, owner), NO_ID, &p, &r.plan), 0);
	patch_init(&p, &noun_point);
	PATCH_ID(&p, point, site, site);
	PATCH_ENUM(&p, point, kind, POINT_WATCH_TOWER);
	PATCH_STR(&p, point, name, SPAN("zzpost"));
	PATCH_INT(&p, point, every_s, 1800);
	assert_int_equal(point_put(town_by(t, owner), NO_ID, &p, &r.post), 0);
	assert_int_equal(
		point_check_in(town_by(t, owner), r.post, SPAN("zzvisit"), &r.visit),
		0);
	patch_init(&p, &noun_review);
	PATCH_ID(&p, review, site, site);
	PATCH_ENUM(&p, review, kind, REVIEW_AUDIT);
	PATCH_STR(&p, review, title, SPAN("zzaudit"));
	PATCH_INT(&p, review, held_at, t->wall);
	assert_int_equal(review_put(town_by(t, owner), NO_ID, &p, &r.review), 0);
	patch_init(&p, &noun_finding);
	PATCH_ID(&p, finding, review, r.review);
	PATCH_STR(&p, finding, text, SPAN("zzfinding"));
	PATCH_ENUM(&p, finding, severity, 3);
	PATCH_INT(&p, finding, due_at, t->wall + 86400000);
	assert_int_equal(finding_put(town_by(t, owner), NO_ID, &p, &r.finding), 0);
	town_settle(t);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor of an account: asked for, confirmed by a code, taken off by
 * a code or by an administrator. Which code is right is auth's business; that
 * none is used twice, and that no session opens without, is the law's.
 */
#include "model/commands.h"

static struct account *
own(struct decision *d)
{
	struct account *a = d->actor ? account_find(d->m, d->actor->id) : NULL;

	if (!a)
		refuse_hidden(d);
	return a;
}

int
totp_ask(struct decision *d, struct span secret)
{
	struct account *a = own(d);
	struct event e;

	if (!a)
		return ERR_DENIED;
	if (a->totp)
		return refuse(d, 409, "totp_on",
			      "the second factor is on: take it off first");
	event_begin(d, &e, EVENT_ACCOUNT_CHANGED, a->r.world, a->r.id);
	PATCH_STR(&e.body, account, totp_asked, secret);
	event_emit(d, &e);
	return 0;
}

void
totp_patch_off(struct patch *p)
{
	PATCH_BOOL(p, account, totp, false);
	PATCH_STR(p, account, totp_secret, (struct span){ 0 });
	PATCH_STR(p, account, totp_asked, (struct span){ 0 });
}

int
totp_set(struct decision *d, bool is_on, int64_t step)
{
	struct account *a = own(d);
	struct event e;

	if (!a)
		return ERR_DENIED;
	if (is_on ? a->totp || !a->totp_asked : !a->totp)
		return refuse(d, 409, "totp_not_asked",
			      is_on ? "ask for a second factor first"
				    : "there is no second factor");
	if (a->totp_step != FIELD_NONE && step <= a->totp_step)
		return refuse(d, 403, "bad_totp", "code: it was used");
	event_begin(d, &e, EVENT_ACCOUNT_CHANGED, a->r.world, a->r.id);
	if (is_on) {
		PATCH_BOOL(&e.body, account, totp, true);
		PATCH_STR(&e.body, account, totp_secret, span_of(a->totp_asked));
		PATCH_STR(&e.body, account, totp_asked, (struct span){ 0 });
	} else {
		totp_patch_off(&e.body);
	}
	PATCH_INT(&e.body, account, totp_step, step);
	event_emit(d, &e);
	return 0;
}

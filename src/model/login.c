/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins. One that an agency makes for itself carries the agency's short name
 * ("gate@arvandia"), so that no one learns from a refusal what others have; the
 * control agency, which sees all accounts, also makes bare ones. Signing in
 * takes a bare login of an agency with its short name behind it, too.
 */
#include "model/commands.h"

#include "base/auto.h"

#define LOCAL_MAX 64 /* bytes before the @ */
#define SHORT_MAX 24

/* An agency that has none is named by its number: "g62". */
static void
number_name(const struct agency *g, struct buf *b)
{
	buf_printf(b, "g%llu", (unsigned long long)g->r.id.seq);
}

void
agency_short_name(const struct agency *g, struct buf *b)
{
	if (g->short_name)
		buf_add_z(b, g->short_name);
	else
		number_name(g, b);
}

static bool
is_called(const struct agency *g, struct span name)
{
	struct buf AUTO(buf_done) number = { 0 };

	number_name(g, &number);
	return (g->short_name && span_is_z(name, g->short_name)) ||
	       span_is(name, buf_span(&number));
}

static struct agency *
agency_called(const struct model *m, struct span name)
{
	void *g;

	for (size_t i = 0; map_next(&m->tables[NOUN_AGENCY], &i, NULL, &g);)
		if (is_called(g, name))
			return g;
	return NULL;
}

/* "gate@arvandia" in two; without an @ the second is empty. */
static void
split(struct span login, struct span *ret_local, struct span *ret_agency)
{
	const char *at = login.n ? memchr(login.p, '@', login.n) : NULL;

	*ret_local = login;
	*ret_agency = (struct span){ 0 };
	if (!at)
		return;
	*ret_local = (struct span){ login.p, (size_t)(at - login.p) };
	*ret_agency = span_skip(login, ret_local->n + 1);
}

static struct account *
with_name(const struct model *m, struct span local, const char *name)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (!name)
		return NULL;
	buf_add_span(&b, local);
	buf_add_c(&b, '@');
	buf_add_z(&b, name);
	return account_by_login(m, buf_span(&b));
}

/* The agency's account of that login, whatever form it was made in. */
static struct account *
find_own(const struct model *m, const struct agency *g, struct span local)
{
	struct account *a = account_by_login(m, local);
	struct buf AUTO(buf_done) number = { 0 };

	if (a && id_is(a->agency, g->r.id))
		return a;
	number_name(g, &number);
	a = with_name(m, local, g->short_name);
	if (!a)
		a = with_name(m, local, number.p);
	return a && id_is(a->agency, g->r.id) ? a : NULL;
}

struct account *
account_for_sign_in(const struct model *m, struct span login)
{
	struct account *a = account_by_login(m, login);
	struct span local, name;
	struct agency *g;

	split(login, &local, &name);
	if (a || !name.n)
		return a;
	g = agency_called(m, name);
	return g ? find_own(m, g, local) : NULL;
}

int
login_settle(struct decision *d, struct id agency, struct span asked,
	     struct buf *ret_login)
{
	const struct agency *g = agency_find(d->m, agency);
	struct span local, name;

	split(asked, &local, &name);
	if (!g)
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	if (!local.n || local.n > LOCAL_MAX)
		return refuse(d, 422, "bad_login_name",
			      "login: 1 to %d bytes before the @", LOCAL_MAX);
	if (name.p && !is_called(g, name)) {
		struct buf AUTO(buf_done) own = { 0 };

		agency_short_name(g, &own);
		return refuse(d, 422, "bad_login_name",
			      "login: after the @ comes the agency's short name, %s",
			      own.p);
	}
	buf_add_span(ret_login, local);
	if (name.p || (d->actor && !d->actor->is_control)) {
		buf_add_c(ret_login, '@');
		agency_short_name(g, ret_login);
	}
	if (find_own(d->m, g, local) || account_by_login(d->m, buf_span(ret_login)))
		return refuse(d, 409, "login_taken", "login %s is taken", ret_login->p);
	return 0;
}

/* --- short names ------------------------------------------------------------ */

static bool
is_short_name(struct span s)
{
	bool has_letter = false, is_number = s.n > 1 && s.p[0] == 'g';

	for (size_t i = 0; i < s.n; i++) {
		bool is_letter = s.p[i] >= 'a' && s.p[i] <= 'z';
		bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';

		if (!is_letter && !is_digit && (s.p[i] != '-' || !i || i + 1 == s.n))
			return false;
		has_letter |= is_letter;
		is_number &= !i || is_digit;
	}
	return has_letter && !is_number && s.n >= 2 && s.n <= SHORT_MAX;
}

/* Also by an old login that ends in it: what an agency makes must be free. */
static bool
is_short_name_taken(const struct model *m, const struct agency *but, struct span name)
{
	const struct agency *g = agency_called(m, name);
	void *a;

	if (g && g != but)
		return true;
	for (size_t i = 0; map_next(&m->tables[NOUN_ACCOUNT], &i, NULL, &a);) {
		struct span local, suffix;

		split(span_of(((struct account *)a)->login), &local, &suffix);
		if (span_is(suffix, name) &&
		    (!but || !id_is(((struct account *)a)->agency, but->r.id)))
			return true;
	}
	return false;
}

void
short_name_of(const struct model *m, struct span name, struct buf *ret)
{
	for (size_t i = 0; i < name.n && ret->n < SHORT_MAX; i++) {
		char c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_add_c(ret, c);
		else if (ret->n && ret->p[ret->n - 1] != '-')
			buf_add_c(ret, '-');
	}
	while (ret->n && ret->p[ret->n - 1] == '-')
		ret->n--;
	if (!is_short_name(buf_span(ret)) ||
	    is_short_name_taken(m, NULL, buf_span(ret)))
		buf_clear(ret);
}

int
short_name_check(struct decision *d, const struct agency *now, struct span asked)
{
	if (now && now->short_name)
		return span_is_z(asked, now->short_name)
			       ? 0
			       : refuse(d, 409, "short_name_fixed",
					"short_name: it is part of logins and stays %s",
					now->short_name);
	if (!is_short_name(asked))
		return refuse(d, 422, "bad_short_name",
			      "short_name: 2 to %d of a-z, 0-9 and - between them, "
			      "not g and a number",
			      SHORT_MAX);
	if (is_short_name_taken(d->m, now, asked))
		return refuse(d, 409, "short_name_taken", "short_name %.*s is taken",
			      SPAN_ARG(asked));
	return 0;
}

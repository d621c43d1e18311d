/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demo city: like Karachi in shape, plainly invented in people and places.
 * 28 missions, 60 units of two agencies, one account and one token per role.
 * Secrets are random per folder and written to DIR/demo.json, nowhere else.
 */
#include "cli/demo.h"

#include "base/auto.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_MISSIONS 28
#define N_UNITS 60
#define N_POLICE 40  /* the rest are the second agency's */
#define N_TOKENED 12 /* units with a responder token in demo.json */

static const struct {
	const char *en, *ur;
} countries[N_MISSIONS] = {
	{ "Arvandia", "اروندیا" },    { "Belmora", "بیلمورا" },
	{ "Castavia", "کستاویا" },    { "Dorelle", "ڈوریل" },
	{ "Estmark", "ایسٹ مارک" },   { "Fenlandia", "فین لینڈیا" },
	{ "Galdoria", "گالڈوریا" },   { "Hestrova", "ہیسٹروا" },
	{ "Ilmaria", "المیریا" },     { "Jorvania", "جوروینیا" },
	{ "Kestralia", "کیسٹریلیا" }, { "Lunavia", "لوناویا" },
	{ "Merovia", "میروویا" },     { "Nordhal", "نورڈہال" },
	{ "Ostvale", "اوسٹ ویل" },    { "Pellandia", "پیلینڈیا" },
	{ "Quorra", "کوارا" },        { "Rovenia", "روینیا" },
	{ "Sarkesh", "سرکیش" },       { "Talmera", "تالمیرا" },
	{ "Ulmaria", "اولماریا" },    { "Vestania", "ویسٹانیا" },
	{ "Wendoria", "وینڈوریا" },   { "Xanthea", "زینتھیا" },
	{ "Yllamar", "یلامار" },      { "Zephyra", "زیفائرا" },
	{ "Brightsea", "برائٹ سی" },  { "Corvia", "کورویا" },
};

/* A fixed walk, so that every demo city has the same shape. */
static double
wobble(unsigned n, unsigned salt)
{
	uint32_t h = (n + 1) * 2654435761u ^ (salt + 1) * 40503u;

	h ^= h >> 15;
	h *= 2246822519u;
	h ^= h >> 13;
	return (h % 10000) / 10000.0;
}

static struct position
place(double lat, double lon)
{
	struct position p;

	geo_position(lat, lon, &p);
	return p;
}

static void
open_list(struct buf *b, const char *key)
{
	jw_key(b, key);
	jw_open(b, '[');
}

static void
digits(struct buf *b, int n)
{
	for (int i = 0; i < n; i++) {
		uint8_t r;

		do
			crypt_random(&r, 1);
		while (r >= 250);
		buf_add_c(b, (char)('0' + r % 10));
	}
}

static struct id
make_agency(struct demo *d, const char *name, const char *name_ur,
	    const char *short_name, enum agency_kind kind, bool lends)
{
	struct buf AUTO(buf_done) lower = { 0 };
	struct patch p;
	struct id id;

	patch_init(&p, &noun_agency);
	PATCH_STR(&p, agency, name, span_of(name));
	PATCH_STR(&p, agency, name_ur, span_of(name_ur));
	for (const char *c = short_name; *c; c++)
		buf_add_c(&lower, (char)(*c | 0x20));
	PATCH_STR(&p, agency, short_name, buf_span(&lower));
	PATCH_ENUM(&p, agency, kind, kind);
	PATCH_BOOL(&p, agency, lends_units, lends);
	agency_put(journal_begin(d->m.journal, &d->m.admin), (struct id){ 0 }, &p, &id);
	jw_open(&d->agencies, '{');
	jw_kid(&d->agencies, "id", id);
	jw_kz(&d->agencies, "name", name);
	jw_close(&d->agencies, '}');
	return id;
}

static struct id
make_site(struct demo *d, unsigned n, struct id agency)
{
	struct buf AUTO(buf_done) name = { 0 }, name_ur = { 0 }, cancel = { 0 },
				  duress = { 0 }, phones = { 0 };
	struct position at =
		place(24.812 + 0.045 * wobble(n, 1), 67.015 + 0.055 * wobble(n, 2));
	struct patch p;
	struct id id;

	buf_printf(&name, "Consulate of %s (demo)", countries[n].en);
	buf_printf(&name_ur, "قونصلیٹ %s (نمونہ)", countries[n].ur);
	digits(&cancel, 6);
	do {
		buf_clear(&duress);
		digits(&duress, 6);
	} while (strcmp(cancel.p, duress.p) == 0);
	buf_printf(&phones,
		   "[{\"label\":\"guard room\",\"number\":\"+92 21 0000 %04u\"}]",
		   1000 + n);
	patch_init(&p, &noun_site);
	PATCH_ID(&p, site, agency, agency);
	PATCH_STR(&p, site, name, buf_span(&name));
	PATCH_STR(&p, site, name_ur, buf_span(&name_ur));
	PATCH_ENUM(&p, site, class, SITE_CONSULATE);
	PATCH_POS(&p, site, position, at);
	PATCH_STR(&p, site, address, SPAN("an invented address in the demo city"));
	PATCH_INT(&p, site, response_time_s, 420);
	PATCH_INT(&p, site, link_class_s, 90);
	PATCH_STR(&p, site, phones, buf_span(&phones));
	PATCH_STR(&p, site, challenge_word, SPAN("lantern"));
	PATCH_STR(&p, site, cancel_code, buf_span(&cancel));
	PATCH_STR(&p, site, duress_code, buf_span(&duress));
	site_put(journal_begin(d->m.journal, &d->m.admin), (struct id){ 0 }, &p, &id);
	jw_open(&d->sites, '{');
	jw_kid(&d->sites, "id", id);
	jw_kid(&d->sites, "agency", agency);
	jw_kstr(&d->sites, "name", buf_span(&name));
	jw_kpos(&d->sites, "position", &at);
	jw_kstr(&d->sites, "cancel_code", buf_span(&cancel));
	jw_kstr(&d->sites, "duress_code", buf_span(&duress));
	jw_close(&d->sites, '}');
	return id;
}

static struct id
make_unit(struct demo *d, unsigned n, struct id agency)
{
	static const char *const caps[] = {
		"[\"armed\",\"patrol\"]", "[\"motorcycle\",\"first_response\"]",
		"[\"armed\",\"first_response\",\"medical\"]", "[\"armed\",\"escort\"]"
	};
	struct position beat =
		place(24.82 + 0.12 * wobble(n, 3), 67.0 + 0.12 * wobble(n, 4));
	char callsign[16];
	struct patch p;
	struct id id;

	if (n < N_POLICE)
		snprintf(callsign, sizeof callsign, "K-%02u", n + 1);
	else
		snprintf(callsign, sizeof callsign, "R-%02u", n - N_POLICE + 1);
	patch_init(&p, &noun_unit);
	PATCH_ID(&p, unit, agency, agency);
	PATCH_STR(&p, unit, callsign, span_of(callsign));
	PATCH_ENUM(&p, unit, kind, UNIT_PATROL + n % 4);
	PATCH_STR(&p, unit, capabilities, span_of(caps[n % 4]));
	PATCH_INT(&p, unit, crew, 2 + n % 3);
	PATCH_POS(&p, unit, beat, beat);
	unit_put(journal_begin(d->m.journal, &d->m.admin), (struct id){ 0 }, &p, &id);
	unit_shift(journal_begin(d->m.journal, NULL), id, true);
	jw_open(&d->units, '{');
	jw_kid(&d->units, "id", id);
	jw_kz(&d->units, "callsign", callsign);
	jw_kid(&d->units, "agency", agency);
	jw_close(&d->units, '}');
	d->unit[n] = id;
	return id;
}

static void
make_device(struct demo *d, const char *door, const char *identity, struct id bearer,
	    bool is_listed)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_device);
	PATCH_STR(&p, device, door, span_of(door));
	PATCH_STR(&p, device, identity, span_of(identity));
	PATCH_ID(&p, device, bound_to, bearer);
	PATCH_ENUM(&p, device, trust, TRUST_VERIFIED);
	if (device_put(journal_begin(d->m.journal, &d->m.admin), (struct id){ 0 }, &p,
		       &id) < 0 ||
	    !is_listed)
		return;
	jw_open(&d->devices, '{');
	jw_kid(&d->devices, "id", id);
	jw_kz(&d->devices, "door", door);
	jw_kz(&d->devices, "identity", identity);
	jw_kid(&d->devices, "bound_to", bearer);
	jw_close(&d->devices, '}');
}

static void
make_account(struct demo *d, const char *login, enum role role, struct id agency,
	     struct id unit, struct id site)
{
	struct buf AUTO(buf_done) password = { 0 };
	struct buf *b = &d->accounts;

	auth_new_password(&password);
	if (maker_account(&d->m, span_of(login), role, agency, unit, site, password.p,
			  NULL, NULL) < 0)
		return;
	jw_open(b, '{');
	jw_kz(b, "login", login);
	jw_kstr(b, "password", buf_span(&password));
	jw_kz(b, "role", role_names[role]);
	jw_kid(b, "agency", agency);
	jw_kid(b, "unit", unit);
	jw_kid(b, "site", site);
	jw_close(b, '}');
}

static void
make_token(struct demo *d, enum role role, struct id agency, struct id unit,
	   struct id site, const char *label)
{
	struct buf AUTO(buf_done) secret = { 0 };
	struct buf *b = &d->tokens;

	maker_token(&d->m, role, agency, unit, site, span_of(label), false, &secret);
	jw_open(b, '{');
	jw_kstr(b, "token", buf_span(&secret));
	jw_kz(b, "role", role_names[role]);
	jw_kid(b, "agency", agency);
	jw_kid(b, "unit", unit);
	jw_kid(b, "site", site);
	jw_close(b, '}');
}

/* Each agency's people are made by an administrator of its own. */
static void
make_person(struct demo *d, unsigned n, struct id agency, struct id site,
	    struct id unit, const char *rank)
{
	static const struct {
		const char *en, *ur;
	} names[] = { { "Arlen", "آرلن" },  { "Birra", "بیرا" },  { "Corvin", "کورون" },
		      { "Dalma", "ڈلما" },  { "Edrin", "ایڈرن" }, { "Fayla", "فائلا" },
		      { "Gorran", "گوران" } };
	struct principal admin = d->m.admin;
	struct buf AUTO(buf_done) name = { 0 }, name_ur = { 0 }, phones = { 0 };
	struct patch p;

	admin.agency = agency;
	admin.is_control = id_is(agency, d->m.admin.agency);
	buf_printf(&name, "%s Demo-%02u", names[n % ARRAY_LEN(names)].en, n + 1);
	buf_printf(&name_ur, "%s نمونہ %02u", names[n % ARRAY_LEN(names)].ur, n + 1);
	buf_printf(&phones, "[{\"label\":\"duty\",\"number\":\"+92 300 000 %04u\"}]",
		   2000 + n);
	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, buf_span(&name));
	PATCH_STR(&p, person, name_ur, buf_span(&name_ur));
	PATCH_STR(&p, person, rank, span_of(rank));
	PATCH_STR(&p, person, phones, buf_span(&phones));
	PATCH_STR(&p, person, languages,
		  n % 2 ? SPAN("[\"ur\",\"en\"]") : SPAN("[\"ur\",\"sd\"]"));
	PATCH_ID(&p, person, site, site);
	PATCH_ID(&p, person, unit, unit);
	person_put(journal_begin(d->m.journal, &admin), (struct id){ 0 }, &p, NULL);
}

/* Two of a crew for the units with a tablet, two at each mission's gate. */
static void
make_staff(struct demo *d)
{
	struct id none = { 0 };
	unsigned n = 0;

	for (unsigned u = 0; u < N_TOKENED; u++, n += 2) {
		make_person(d, n, d->m.admin.agency, none, d->unit[u], "sub-inspector");
		make_person(d, n + 1, d->m.admin.agency, none, d->unit[u], "constable");
	}
	for (unsigned m = 0; m < N_MISSIONS; m++, n += 2) {
		make_person(d, n, d->mission[m], d->site[m], none, "security officer");
		make_person(d, n + 1, d->mission[m], d->site[m], none, "gate guard");
	}
}

static void
make_accounts(struct demo *d)
{
	static const enum role room[] = { ROLE_ADMINISTRATOR, ROLE_DISPATCHER,
					  ROLE_SUPERVISOR,    ROLE_DUTY_OFFICER,
					  ROLE_LIAISON,       ROLE_OVERSIGHT,
					  ROLE_BOARD };
	struct id control = d->m.admin.agency, none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(room); i++) {
		make_account(d, role_names[room[i]], room[i], control, none, none);
		make_token(d, room[i], control, none, none, role_names[room[i]]);
	}
	make_account(d, "responder", ROLE_RESPONDER, control, d->unit[0], none);
	for (unsigned n = 0; n < N_TOKENED; n++)
		make_token(d, ROLE_RESPONDER, control, d->unit[n], none, "tablet");
	for (unsigned n = 0; n < 2; n++) {
		char login[16];

		snprintf(login, sizeof login, "site%u", n + 1);
		make_account(d, login, ROLE_SITE, d->mission[n], none, d->site[n]);
	}
	make_account(d, "mission1", ROLE_ADMINISTRATOR, d->mission[0], none, none);
	for (unsigned n = 0; n < N_MISSIONS; n++)
		make_token(d, ROLE_SITE, d->mission[n], none, d->site[n], "gate desk");
}

static void
make_city(struct demo *d)
{
	struct id control = d->m.admin.agency, rangers;
	char identity[24];

	jw_open(&d->agencies, '{');
	jw_kid(&d->agencies, "id", control);
	jw_kz(&d->agencies, "name", "Demo City Police");
	jw_close(&d->agencies, '}');
	rangers = make_agency(d, "Demo Rangers", "نمونہ رینجرز", "rangers",
			      AGENCY_RANGERS, true);
	for (unsigned n = 0; n < N_MISSIONS; n++) {
		struct buf AUTO(buf_done) name = { 0 }, name_ur = { 0 };

		buf_printf(&name, "Mission of %s (demo)", countries[n].en);
		buf_printf(&name_ur, "مشن %s (نمونہ)", countries[n].ur);
		d->mission[n] = make_agency(d, name.p, name_ur.p, countries[n].en,
					    AGENCY_MISSION, false);
		d->site[n] = make_site(d, n, d->mission[n]);
	}
	for (unsigned n = 0; n < N_UNITS; n++) {
		make_unit(d, n, n < N_POLICE ? control : rangers);
		snprintf(identity, sizeof identity, "demo-%02u", n + 1);
		make_device(d, "osmand", identity, d->unit[n], n == N_TOKENED + 1);
	}
	make_device(d, "watch", "9600000001", d->unit[N_TOKENED], true);
	make_device(d, "dc09", "9701", d->site[0], true);
	make_device(d, "gt06", "960000000000023", d->unit[N_TOKENED + 2], true);
	make_device(d, "jt808", "96000000015", d->unit[N_TOKENED + 3], true);
	make_device(d, "h02", "9600000013", d->unit[N_TOKENED + 4], true);
	make_device(d, "teltonika", "960000000000031", d->unit[N_TOKENED + 5], true);
	make_device(d, "minifinder2", "960000000000049", d->unit[N_TOKENED + 6], true);
	make_device(d, "eelink", "960000000000056", d->unit[N_TOKENED + 7], true);
	make_device(d, "topin", "960000000000064", d->unit[N_TOKENED + 8], true);
	make_device(d, "owntracks", "owntracks/demo/phone", d->unit[N_TOKENED + 9],
		    true);
	make_device(d, "sms", "+929600000001", d->site[0], true);
	make_staff(d);
	make_accounts(d);
	journal_turn_end(d->m.journal);
	demo_liaison(d);
}

static void
write_secrets(struct demo *d, struct buf *b)
{
	const struct {
		const char *key;
		struct buf *list;
	} lists[] = { { "accounts", &d->accounts }, { "agencies", &d->agencies },
		      { "sites", &d->sites },       { "units", &d->units },
		      { "devices", &d->devices },   { "tokens", &d->tokens } };

	jw_open(b, '{');
	jw_kz(b, "node", "khi");
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		open_list(b, lists[i].key);
		buf_add_span(b, buf_span(lists[i].list));
		jw_close(b, ']');
		buf_done(lists[i].list);
	}
	jw_close(b, '}');
}

static bool
exists(const char *dir, const char *name)
{
	struct buf AUTO(buf_done) path = { 0 };

	buf_printf(&path, "%s/%s", dir, name);
	return access(path.p, F_OK) == 0;
}

int
demo_make(const char *dir, struct buf *why)
{
	struct demo d = { 0 };
	struct buf AUTO(buf_done) text = { 0 }, path = { 0 }, key = { 0 };
	uint8_t keys[64], pub[32], sec[64];
	int rc;

	if (exists(dir, "node.key")) {
		if (exists(dir, "demo.json"))
			return 0;
		buf_printf(why, "%s holds a real node: the demo takes another folder",
			   dir);
		return ERR_EXISTS;
	}
	rc = maker_open(&d.m, dir, why);
	if (rc < 0)
		return rc;
	node_key_load(dir, false, keys, why);
	crypt_sign_seed(keys, pub, sec);
	crypt_hex(&key, pub, sizeof pub);
	rc = maker_node(
		&d.m,
		&(struct node_args){
			.node = SPAN("khi"),
			.name = SPAN("Demo City Command (invented)"),
			.agency_name = SPAN("Demo City Police"),
			.emergency_phone = SPAN("15"),
			.room_phone = SPAN("+92 21 0000 0015"),
			.head_key = buf_span(&key),
			.number_seed = (int64_t)(*(uint64_t *)(void *)keys >> 24),
			.is_demo = true,
		},
		why);
	crypt_wipe(sec, sizeof sec);
	if (rc == 0) {
		maker_run_cards(&d.m);
		make_city(&d);
		write_secrets(&d, &text);
		buf_printf(&path, "%s/demo.json", dir);
		rc = write_file(path.p, buf_span(&text));
	}
	maker_close(&d.m);
	return rc;
}

int
demo_write(const char *dir, const char *url, const char *const *doors, size_t n,
	   struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	json_t *map = json_object();
	char *out;
	int rc;

	buf_printf(&path, "%s/demo.json", dir);
	if (read_file(path.p, &text) < 0 || !(o = json_read(buf_span(&text), NULL))) {
		buf_printf(why, "%s cannot be read", path.p);
		json_decref(map);
		return ERR_IO;
	}
	for (size_t i = 0; i < n; i++)
		json_object_set_new(map, doors[2 * i], json_string(doors[2 * i + 1]));
	json_object_set_new(o, "url", json_string(url));
	json_object_set_new(o, "doors", map);
	out = json_dumps(o, JSON_INDENT(1));
	rc = write_file(path.p, span_of(out));
	free(out);
	return rc;
}

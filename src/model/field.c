/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic work on records through their field tables: making, merging,
 * freeing. Owns no record; knows no noun. Text forms are in field_json.c.
 */
#include "model/field.h"

#include "base/auto.h"
#include "base/utf8.h"

const char *const world_names[] = { "live", "training", "history", NULL };

static void *
at(const struct field *f, const struct record *rec)
{
	return (char *)rec + f->off;
}

static bool
is_text(const struct field *f)
{
	return f->type == FIELD_STR || f->type == FIELD_LIST || f->type == FIELD_JSON;
}

static size_t
width(const struct field *f)
{
	switch (f->type) {
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_ENUM:
		return sizeof(int);
	case FIELD_ID:
		return sizeof(struct id);
	case FIELD_POS:
		return sizeof(struct position);
	case FIELD_STR:
	case FIELD_LIST:
	case FIELD_JSON:
		return sizeof(char *);
	default:
		return sizeof(int64_t);
	}
}

static void
set_none(const struct field *f, struct record *rec)
{
	memset(at(f, rec), 0, width(f));
	if (f->type == FIELD_INT || f->type == FIELD_TIME)
		*(int64_t *)at(f, rec) = FIELD_NONE;
}

_Static_assert(TIME_NONE == FIELD_NONE, "one none for numbers and times");

bool
field_is_none(const struct field *f, const struct record *rec)
{
	switch (f->type) {
	case FIELD_BOOL:
		return !*(bool *)at(f, rec);
	case FIELD_ENUM:
		return *(int *)at(f, rec) == 0;
	case FIELD_ID:
		return !id_is_set(*(struct id *)at(f, rec));
	case FIELD_POS:
		return !((struct position *)at(f, rec))->is_set;
	case FIELD_STR:
	case FIELD_LIST:
	case FIELD_JSON:
		return !*(char **)at(f, rec);
	default:
		return *(int64_t *)at(f, rec) == FIELD_NONE;
	}
}

static struct record *
blank(const struct noun *noun, struct arena *arena)
{
	struct record *rec =
		arena ? arena_alloc(arena, noun->size) : calloc(1, noun->size);

	if (!rec)
		abort();
	for (size_t i = 0; i < noun->n_fields; i++)
		set_none(&noun->fields[i], rec);
	return rec;
}

struct record *
record_new(const struct noun *noun, struct id id, int world)
{
	struct record *rec = blank(noun, NULL);

	rec->id = id;
	rec->world = world;
	return rec;
}

void
record_free(const struct noun *noun, struct record *rec)
{
	if (!rec)
		return;
	for (size_t i = 0; i < noun->n_fields; i++)
		if (is_text(&noun->fields[i]))
			free(*(char **)at(&noun->fields[i], rec));
	free(rec);
}

void
patch_init_in(struct patch *p, const struct noun *noun, struct arena *arena)
{
	*p = (struct patch){ noun, 0, blank(noun, arena), arena };
}

void
patch_init(struct patch *p, const struct noun *noun)
{
	patch_init_in(p, noun, NULL);
}

void
patch_done(struct patch *p)
{
	if (p->rec && !p->arena)
		record_free(p->noun, p->rec);
	*p = (struct patch){ 0 };
}

void
patch_apply(struct patch *p, struct record *rec)
{
	for (size_t i = 0; i < p->noun->n_fields; i++) {
		const struct field *f = &p->noun->fields[i];

		if (!(p->given >> i & 1))
			continue;
		if ((f->flags & FIELD_ONCE) && !field_is_none(f, rec))
			continue;
		if (is_text(f))
			free(*(char **)at(f, rec));
		memcpy(at(f, rec), at(f, p->rec), width(f));
		if (is_text(f) && *(char **)at(f, rec))
			*(char **)at(f, rec) = span_dup(span_of(*(char **)at(f, rec)));
	}
}

size_t
field_at(const struct noun *noun, size_t off)
{
	for (size_t i = 0; i < noun->n_fields; i++)
		if (noun->fields[i].off == off)
			return i;
	abort(); /* our own mistake: a member without a line in the table */
}

void *
patch_give(struct patch *p, size_t off)
{
	p->given |= 1ull << field_at(p->noun, off);
	return (char *)p->rec + off;
}

/* Values as a replay will read them (law 3): JSON in one form, whoever composed
 * it, and none where it is not what the table says; text valid and within its
 * limit. */
static void
read_json_again(const struct field *f, struct patch *p, char **z, struct span s)
{
	json_t AUTO(auto_json) *v = json_read(s, NULL);
	struct field_error ignored;
	char *text;

	if (v)
		field_read(f, p->rec, v, &ignored);
	if (!p->arena || !*z)
		return;
	text = *z;
	*z = arena_dup(p->arena, span_of(text));
	free(text);
}

static struct span
text_again(const struct field *f, struct span s, struct buf *mended)
{
	size_t most = f->max ? (size_t)f->max : FIELD_STR_MAX;

	s.n = strnlen(s.p, s.n);
	if (!utf8_is_valid(s)) {
		utf8_mend(mended, s);
		s = buf_span(mended);
	}
	if (s.n > most)
		for (s.n = most; !utf8_is_valid(s);)
			s.n--; /* not in the middle of a letter */
	return s;
}

void
patch_str(struct patch *p, size_t off, struct span s)
{
	const struct field *f = &p->noun->fields[field_at(p->noun, off)];
	struct buf AUTO(buf_done) mended = { 0 };
	char **z = patch_give(p, off);

	if (!p->arena)
		free(*z);
	*z = NULL;
	if (!s.p)
		return;
	if (f->type != FIELD_STR) {
		read_json_again(f, p, z, s);
		return;
	}
	s = text_again(f, s, &mended);
	*z = p->arena ? arena_dup(p->arena, s) : span_dup(s);
}

const struct field *
field_find(const struct noun *noun, struct span name)
{
	for (size_t i = 0; i < noun->n_fields; i++)
		if (span_is_z(name, noun->fields[i].name))
			return &noun->fields[i];
	return NULL;
}

int
enum_find(const char *const *names, struct span name)
{
	if (name.n == 0)
		return 0;
	for (int i = 1; names[i]; i++)
		if (span_is_z(name, names[i]))
			return i;
	return 0;
}

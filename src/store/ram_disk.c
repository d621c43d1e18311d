/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk of memory from outside: the store's lease, reserve and space, and
 * what tests do to it: faults by number, power cuts, spoiled bytes.
 */
#include "store/ram_inside.h"

#include <stdlib.h>

/* --- struct disk */

static struct ram *
ram_of(struct disk *d)
{
	return ((struct ram_disk *)d)->ram;
}

static const char *
disk_name(struct disk *d)
{
	(void)d;
	return "store.db";
}

static int
disk_lease(struct disk *d, struct buf *why)
{
	if (ram_of(d)->is_leased) {
		buf_add_z(why, "the disk of memory is open already");
		return ERR_BUSY;
	}
	ram_of(d)->is_leased = true;
	((struct ram_disk *)d)->has_lease = true;
	return 0;
}

static void
disk_unlease(struct disk *d)
{
	if (((struct ram_disk *)d)->has_lease)
		ram_of(d)->is_leased = false;
	((struct ram_disk *)d)->has_lease = false;
}

static int
disk_reserve(struct disk *d, int64_t bytes)
{
	struct ram *r = ram_of(d);
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	if (r->plan.capacity && !r->reserve && ram_used(r) + bytes > r->plan.capacity)
		rc = ERR_FULL;
	else
		r->reserve = bytes;
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static bool
disk_release(struct disk *d)
{
	struct ram *r = ram_of(d);
	bool had;

	pthread_mutex_lock(&r->lock);
	had = r->reserve > 0;
	r->reserve = 0;
	pthread_mutex_unlock(&r->lock);
	return had;
}

static int
disk_space(struct disk *d, struct store_space *ret)
{
	struct ram *r = ram_of(d);
	int64_t n, cap;

	pthread_mutex_lock(&r->lock);
	n = ram_used(r);
	cap = r->plan.capacity ? r->plan.capacity : INT64_MAX / 128;
	ret->used_percent = (int)((n * 100 + cap - 1) / cap);
	ret->free_bytes = cap - n;
	ret->is_reserve_gone = !r->reserve;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

static void
disk_free(struct disk *d)
{
	disk_unlease(d);
	ram_unref(ram_of(d));
	free(d);
}

struct disk *
ram_disk(struct ram *r)
{
	struct ram_disk *d = r ? calloc(1, sizeof *d) : NULL;

	if (!d) {
		ram_unref(r);
		return NULL;
	}
	d->face = (struct disk){
		.base = &r->vfs,
		.name = disk_name,
		.lease = disk_lease,
		.unlease = disk_unlease,
		.reserve = disk_reserve,
		.release = disk_release,
		.space = disk_space,
		.free = disk_free,
	};
	d->ram = r;
	return &d->face;
}

/* --- for tests */

void
ram_plan(struct ram *r, const struct ram_plan *plan)
{
	r->plan = *plan;
	r->writes = r->syncs = r->operations = 0;
}

struct ram_count
ram_count(struct ram *r)
{
	return (struct ram_count){ r->writes, r->syncs, r->operations, ram_used(r) };
}

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Each sector of the change survives or not. */
static void
change_tear(struct ram_file *f, const struct change *c, uint64_t *seed)
{
	int n;

	if (c->n < 0) {
		if (draw(seed) & 1)
			change_apply(f, c);
		return;
	}
	for (int64_t at = c->at; at < c->at + c->n; at += n) {
		n = (int)(SECTOR - at % SECTOR);
		if (at + n > c->at + c->n)
			n = (int)(c->at + c->n - at);
		if (draw(seed) & 1 &&
		    !bytes_write(&f->safe, c->bytes + (at - c->at), n, at))
			abort();
	}
}

static void
file_power_on(struct ram_file *f, enum ram_loss loss, uint64_t *seed)
{
	for (struct change *c = f->changes; c; c = c->next) {
		if (loss == RAM_KEEP || (loss == RAM_SOME && draw(seed) & 1))
			change_apply(f, c);
		else if (loss == RAM_TEAR)
			change_tear(f, c, seed);
	}
	changes_drop(f);
	if (loss == RAM_KEEP || (loss != RAM_DROP && draw(seed) & 1))
		f->is_safe = f->is_seen;
	f->is_seen = f->is_safe;
	bytes_size(&f->seen, 0);
	if (!f->is_safe)
		bytes_size(&f->safe, 0);
	else if (!bytes_write(&f->seen, f->safe.p, f->safe.n, 0))
		abort();
}

void
ram_power_on(struct ram *r, enum ram_loss loss, uint64_t seed)
{
	for (struct ram_file *f = r->files; f; f = f->next)
		file_power_on(f, loss, &seed);
	r->is_cut = false;
	r->plan = (struct ram_plan){ .is_tracking = true };
}

char *
ram_bytes(struct ram *r, const char *leaf, size_t *ret_n)
{
	struct ram_file *f = ram_file_find(r, leaf);

	if (!f || !f->is_seen)
		return NULL;
	*ret_n = (size_t)f->seen.n;
	return f->seen.p;
}

struct ram *
ram_clone(struct ram *r)
{
	struct ram *copy = ram_new();

	if (!copy)
		abort();
	copy->plan = r->plan;
	copy->is_cut = r->is_cut;
	for (struct ram_file *f = r->files; f; f = f->next) {
		struct ram_file *g = ram_file_new(f->name);

		if (!g || !bytes_write(&g->seen, f->seen.p, f->seen.n, 0) ||
		    !bytes_write(&g->safe, f->safe.p, f->safe.n, 0))
			abort();
		for (struct change *c = f->changes; c; c = c->next)
			change_add(g, c->bytes, c->n, c->at);
		g->is_seen = f->is_seen;
		g->is_safe = f->is_safe;
		g->next = copy->files;
		copy->files = g;
	}
	return copy;
}

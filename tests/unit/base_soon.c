/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that is let in soon is else as it was, and what it makes asks for nothing.
 */
#include "base/soon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define RESET_ON_FORK 1u

/* sched_setattr(2): the headers of the kernel and of the library do not go together. */
struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static struct attr
mine(void)
{
	struct attr a = { .size = sizeof a };

	assert_int_equal(syscall(SYS_sched_getattr, 0, &a, sizeof a, 0), 0);
	return a;
}

/* Linux 6.12 and later keep a slice of a thread's own. */
static bool
is_heard(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 12);
}

static void *
child(void *ctx)
{
	*(struct attr *)ctx = mine();
	return NULL;
}

static void
soon_and_nothing_else(void **state)
{
	struct attr before = mine(), after, made;
	pthread_t thread;

	(void)state;
	thread_soon();
	after = mine();
	assert_int_equal(after.policy, before.policy);
	assert_int_equal(after.nice, before.nice);
	assert_true(after.flags & RESET_ON_FORK);
	if (is_heard())
		assert_true(after.runtime < before.runtime);
	assert_int_equal(pthread_create(&thread, NULL, child, &made), 0);
	pthread_join(thread, NULL);
	assert_int_equal(made.nice, before.nice);
	assert_int_equal(made.runtime, before.runtime);
}

static void *
patient(void *ctx)
{
	struct attr a = { .size = sizeof a, .policy = SCHED_BATCH };

	assert_int_equal(syscall(SYS_sched_setattr, 0, &a, 0), 0);
	thread_soon();
	*(struct attr *)ctx = mine();
	return NULL;
}

static void
who_chose_another_class_keeps_it(void **state)
{
	struct attr made;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, patient, &made), 0);
	pthread_join(thread, NULL);
	assert_int_equal(made.policy, SCHED_BATCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soon_and_nothing_else),
		cmocka_unit_test(who_chose_another_class_keeps_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

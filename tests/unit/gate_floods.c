/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods of one byte, as much as a door holds for one connection: nobody who sends
 * them may hold the node. A driver that looks at all of it again for each byte takes
 * seconds; one that does not takes milliseconds.
 */
#include "gate_shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#define FLOOD (64 * 1024)
#define MAY_MS 1500 /* with the sanitizers, on a busy machine */

static int64_t
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What on_data does with it. */
static void
flood(const struct gate_driver *d, const char *bytes)
{
	struct span in = { bytes, FLOOD };

	while (in.n) {
		ssize_t n = d->frame(in);

		if (!n)
			break;
		assert_true(n <= (ssize_t)in.n && -n <= (ssize_t)in.n);
		in = span_skip(in, (size_t)(n < 0 ? -n : n));
	}
}

static void
a_flood_is_read_once(void **state)
{
	const struct gate_driver *d = *state;
	char *bytes = malloc(FLOOD);

	/* Those with which messages begin and end, and some that they hold. */
	static const char signs[] = "\0[]\"$*(){~xygEPGX\r\n\xab\xff A1";

	for (size_t i = 0; i < sizeof signs - 1; i++) {
		int64_t start = cpu_ms(), took;

		memset(bytes, signs[i], FLOOD);
		flood(d, bytes);
		took = cpu_ms() - start;
		if (took > MAY_MS)
			fail_msg("%s: %d ms for bytes %02x", d->name, (int)took,
				 (unsigned char)signs[i]);
	}
	free(bytes);
}

int
main(void)
{
	struct CMUnitTest tests[64] = { 0 };
	size_t n = 0;

	for (; gate_drivers[n] && n < 64; n++)
		tests[n] = (struct CMUnitTest){
			.name = gate_drivers[n]->name,
			.test_func = a_flood_is_read_once,
			.initial_state = (void *)gate_drivers[n],
		};
	return _cmocka_run_group_tests("gate_floods", tests, n, NULL, NULL);
}

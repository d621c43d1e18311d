/* SPDX-License-Identifier: Apache-2.0 */
/* Text that stands between many children: it is whole, and costs its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "base/auto.h"
#include "base/xml.h"

#define CHILDREN 60000 /* 300 KiB; by its square it would take 1.8 GB */

static long
peak_kb(void)
{
	struct rusage u;

	assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
	return u.ru_maxrss;
}

static void
test_text_between_children(void **state)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct buf AUTO(buf_done) in = { 0 };
	struct xml_error why;
	struct xml_node *root;
	long before;

	(void)state;
	buf_add_z(&in, "<r>");
	for (int k = 0; k < CHILDREN; k++)
		buf_printf(&in, "%c<a/>", 'a' + k % 26);
	buf_add_z(&in, "</r>");
	before = peak_kb();
	assert_int_equal(xml_read(buf_span(&in), &arena, &root, &why), 0);
	assert_true(peak_kb() - before < 200 * 1024);
	assert_int_equal(root->text.n, CHILDREN);
	for (int k = 0; k < CHILDREN; k++)
		assert_int_equal(root->text.p[k], 'a' + k % 26);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_between_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

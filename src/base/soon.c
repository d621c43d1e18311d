/* SPDX-License-Identifier: Apache-2.0 */
/* Source: sched_setattr(2); a thread's own slice in the fair class, Linux 6.12. */
#include "base/soon.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TURN_NS 100000 /* the least that the kernel takes */

void
thread_soon(void)
{
	struct sched_attr a = {
		.size = sizeof a,
		.sched_policy = SCHED_NORMAL,
		.sched_flags = SCHED_FLAG_RESET_ON_FORK,
		.sched_nice = getpriority(PRIO_PROCESS, 0),
		.sched_runtime = TURN_NS,
	};

	/* Who started us may have chosen another class. Refused: as it was. */
	if (syscall(SYS_sched_getscheduler, 0) == SCHED_NORMAL)
		syscall(SYS_sched_setattr, 0, &a, 0);
}

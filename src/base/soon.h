/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* This thread asks the kernel to let it in soon when it wakes, for short turns: it gets
 * no more of the processor than others, only sooner. For the loop and for what it waits
 * for; threads that it makes ask for nothing. Linux 6.12 and later hear it, elsewhere
 * nothing changes. */
void thread_soon(void);

/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic Light Protocol 2.0 (FIRST), rising. What each allows for a post:
 * post_access.c; for an advisory: liaison.c. */
#pragma once

enum tlp { TLP_CLEAR = 1, TLP_GREEN, TLP_AMBER, TLP_STRICT, TLP_RED };
extern const char *const tlp_names[]; /* post.c */

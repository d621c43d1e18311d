/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log line is a record: time, level, who (room), verb, key=value pairs.
 * Values are escaped, so that no input can forge a line. Goes to stderr.
 */
#pragma once

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
/* who: room name; verb: what happened; fmt: "key=%s key=%d …". errno is kept. */
void log_write(enum log_level level, const char *who, const char *verb, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));

#define log_error(who, verb, ...) log_write(LOG_ERROR, who, verb, __VA_ARGS__)
#define log_warn(who, verb, ...) log_write(LOG_WARN, who, verb, __VA_ARGS__)
#define log_info(who, verb, ...) log_write(LOG_INFO, who, verb, __VA_ARGS__)
#define log_debug(who, verb, ...) log_write(LOG_DEBUG, who, verb, __VA_ARGS__)

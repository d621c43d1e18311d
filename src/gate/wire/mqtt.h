/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes through a broker, and the rules by which it is read: which topics speak
 * which language, and which uplink of a button is a call. Pure. The map of the
 * messages stands in drivers/mqtt.c.
 */
#pragma once
#include "gate/driver.h"

#include "base/buf.h"

#define MQTT_TOPICS_MAX 16
#define MQTT_RULES_MAX 64
#define MQTT_HAS_MAX 16
#define MQTT_CONFIRMS_MAX 16

enum mqtt_language { MQTT_OWNTRACKS = 1, MQTT_CHIRPSTACK };

struct mqtt_topic {
	char filter[128]; /* + is any one name, # at the end all that follow */
	enum mqtt_language language;
};

/* All that is said must fit; "" and -1 are not said. */
struct mqtt_rule {
	enum gate_report_kind kind; /* GATE_ALARM or GATE_TEST */
	unsigned alarms;
	char profile[64];            /* of the device, as ChirpStack names it */
	int port;                    /* fPort */
	char path[64], value[64];    /* of the decoded object; value "": it is true */
	uint8_t bytes[MQTT_HAS_MAX]; /* of the plain payload */
	size_t n_bytes;
	bool is_at_start; /* else anywhere */
};

/* What tells a button's bearer that he was heard: its maker's bytes. */
struct mqtt_confirm {
	char profile[64]; /* "": any */
	int port;
	uint8_t bytes[MQTT_HAS_MAX];
	size_t n_bytes;
};

struct mqtt_rules {
	struct mqtt_topic topics[MQTT_TOPICS_MAX];
	size_t n_topics;
	struct mqtt_rule rules[MQTT_RULES_MAX];
	size_t n_rules;
	struct mqtt_confirm confirms[MQTT_CONFIRMS_MAX];
	size_t n_confirms;
};

extern const struct mqtt_rules mqtt_rules_built_in;
/* Lines of a file (docs/protocols/mqtt.md). Without a topic or a rule in it the
 * built-in ones stand. 0, or ERR_SYNTAX and a sentence with the line. */
int mqtt_rules_read(struct span text, struct mqtt_rules *ret, struct buf *why);
bool mqtt_topic_fits(struct span topic, const char *filter);
/* Where a button of ChirpStack is told things, learned from what it says. */
struct mqtt_way {
	char identity[GATE_IDENTITY_MAX];
	char topic[192]; /* "application/ID/device/EUI/command/down" */
	char profile[64];
};
/* False: none of those. */
bool mqtt_way_read(struct span topic, struct span payload, struct mqtt_way *ret);
/* What is published there; ERR_UNSUPPORTED: no such order, or no rule for it. */
int mqtt_down(const struct mqtt_rules *rules, const struct mqtt_way *way,
	      const struct gate_order *order, struct buf *ret);
/* 0, or ERR_SYNTAX, ERR_NOT_FOUND (no such topic). */
int mqtt_read(const struct gate_in *in, const struct mqtt_rules *rules,
	      struct span topic, struct span payload, struct gate_out *out);

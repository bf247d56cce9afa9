/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a queue remembers between runs: which alerts were sent lately and how many of the same were
 * held back since, and how many were lost.
 *
 *     {"schema": "plimsoll.alert-state/1", "dropped": 0, "sent": [{"key": "...", "time":
 * 1763838000, "held": 2}]}
 *
 * Ownership: the state owns its list. Errors: ERR_FORMAT; those of the buffer.
 */
#pragma once

#include "alert/alert.h"
#include "base/vec.h"

struct sent {
	char key[ALERT_KEY_N + 1];
	int64_t time; /* unix seconds: when it was last let through */
	uint64_t held;
};

struct queue_state {
	uint64_t dropped;
	struct vec sent; /* struct sent, at most alert_sent; the oldest is forgotten first */
};

void queue_state_init(struct queue_state *s);
void queue_state_done(struct queue_state *s);
int queue_state_read(struct str bytes, struct queue_state *s, struct err *err);
int queue_state_write(const struct queue_state *s, struct strbuf *out, struct err *err);

/* NULL: not lately. */
struct sent *queue_state_find(const struct queue_state *s, const char *key);
int queue_state_note(struct queue_state *s, const char *key, int64_t now, struct err *err);

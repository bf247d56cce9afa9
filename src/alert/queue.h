/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of alerts: a folder that outlives the process, so that none is lost on its way.
 *
 *     r = queue_open(NULL, &q, err);                        the folder of this user
 *     r = queue_add(q, &alert, sinks, n, &how, err);        on the disk when it returns
 *     r = queue_deliver(q, &delivery, &result, err);        sends what is due, marks what arrived
 *     queue_free(q);
 *
 * Of the folder:
 *
 *     lock, sender          who writes, who sends: flock, one process each; who sends keeps nobody
 *                           from adding
 *     TIME-RANDOM.json      an alert (spool.h); the oldest sort first
 *     TIME-RANDOM.refused   one that a sink refused for good, kept until it is tried again
 *     TIME-RANDOM.broken    one that could not be read: set aside, and told
 *     state.json            what was sent lately (the same is not sent again at once), and how many
 *                           were lost; a broken one becomes state.json.broken
 *
 * An alert arrives once, or more often after a crash between sending and marking: its id is the
 * same then. The queue is bounded (alert_queue_count, alert_queue_bytes): the oldest stay, what
 * comes when it is full is refused with ERR_LIMIT. The caller sends it without the queue
 * (queue_send_now), or counts it as lost (queue_lose), and the next that is sent tells how many.
 *
 * The same alert (alert_key) to the same sinks within the window is held back and counted.
 *
 * A folder of others, or one that others may write, is refused: who writes there chooses where
 * alerts go. Time is passed in. Threads: one queue, one thread; any number of processes.
 * Errors: ERR_IO, ERR_DENIED (the folder), ERR_LIMIT (full).
 */
#pragma once

#include "alert/spool.h"

struct queue;

/* dir NULL: $XDG_STATE_HOME/plimsoll/alerts, ~/.local/state/plimsoll/alerts. Made when missing. */
int queue_open(const char *dir, struct queue **ret, struct err *err);
void queue_free(struct queue *q);
void queue_freep(struct queue **q);
struct str queue_path(const struct queue *q);

/* One line for each thing that did not go well, for a person; nobody hears without. */
void queue_on_trouble(struct queue *q, void (*tell)(void *context, const char *line),
		      void *context);

/* How an alert is taken. */
struct queue_entry {
	int64_t now;	/* unix seconds */
	int64_t window; /* seconds in which the same is held back; 0: never */
};

/* 1: held back and counted, 0: it is in the queue. */
int queue_add(struct queue *q, const struct alert *alert, const struct sink *sinks, size_t n,
	      const struct queue_entry *how, struct err *err);

struct delivery {
	int64_t now;
	bool all;	    /* also what is not due yet */
	bool retry_refused; /* also what was refused for good */
	const char *sendmail;
	int stderr_fd;
	bool no_wait; /* for another process that sends; else alert_wait_ms */
};

struct delivery_result {
	uint64_t delivered; /* to a sink each */
	uint64_t refused, failed;
	uint64_t waiting; /* alerts that stay in the queue */
	uint64_t broken;
	bool is_busy; /* another process sends: nothing was tried */
};

int queue_deliver(struct queue *q, const struct delivery *d, struct delivery_result *ret,
		  struct err *err);

/* One alert without the queue, for when that cannot be written. */
void queue_send_now(struct queue *q, const struct alert *alert, const struct sink *sinks, size_t n,
		    const struct delivery *d, struct delivery_result *ret);

/* Nobody took it, and it is not in the queue. */
int queue_lose(struct queue *q, struct err *err);

/* What is in the queue; on_spool for each alert that can be read, oldest first. */
struct queue_status {
	uint64_t waiting, refused, broken, bytes;
	uint64_t held;	  /* alerts held back whose number nobody was told yet */
	uint64_t dropped; /* lost because the queue was full, the same */
};
int queue_look(struct queue *q,
	       int (*on_spool)(void *context, const struct spool *s, struct err *err),
	       void *context, struct queue_status *ret, struct err *err);
